using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Kernels;

/// <summary>Kernels agree with the normative reference, code for code, where each digit pair has an ADC of its own.</summary>
public class DigitPairAdcTests
{
    private const uint Seed = 41;

    /// <summary>Also in child processes: in fewer cases the kernel of exact sums meets no transparent ADCs of digit pairs.</summary>
    private const int Cases = 100;

    /// <summary>What a case has beside its ADCs.</summary>
    public enum Base { IdealDie, Die, Digits, Gain, GainOnDie, DigitalPairs }

    /// <summary>The bit-sliced kernels accumulate codes, which mean something else in every pair, so that they take a single pair only.
    /// </summary>
    [Theory]
    [InlineData(Base.IdealDie, "popcount", "die", "exact")]
    [InlineData(Base.Die, "die")]
    [InlineData(Base.Digits, "popcount", "die", "exact")]
    [InlineData(Base.Gain, "popcount", "die")]
    [InlineData(Base.GainOnDie, "die")]
    [InlineData(Base.DigitalPairs, "popcount", "die")]
    public void Every_kernel_equals_the_reference(Base of, params string[] needed)
    {
        var ran = new HashSet<string>();
        for (int index = 0; index < Cases; index++)
        {
            var verification = CaseOf(of, index);
            long[] expected = verification.RunReference();
            if (verification.Unit == AccumulationUnit.Counts) Assert.Equal(verification.RunPlainConvolution(), expected);
            foreach (var kernel in EngineKernels.All)
            {
                var failure = kernel.FirstFailure(verification, expected, out bool runs);
                Assert.True(failure is null, $"{failure} {verification.Macro}");
                if (runs && verification.Own!.Transfers.Count > 1) ran.Add(kernel.Name);
            }
        }
        Assert.Superset(needed.ToHashSet(), ran);
    }

    /// <summary>Without this, cases whose pairs are alike would compare nothing.</summary>
    [Theory]
    [InlineData(Base.IdealDie), InlineData(Base.Die), InlineData(Base.Digits)]
    [InlineData(Base.Gain), InlineData(Base.GainOnDie), InlineData(Base.DigitalPairs)]
    public void Other_pairs_ADCs_give_other_results(Base of)
    {
        int pairs = 0, moved = 0;
        for (int index = 0; index < Cases; index++)
        {
            var verification = CaseOf(of, index);
            var own = verification.Own!.Transfers;
            if (own.Distinct().Count() == 1 || verification.Unit == AccumulationUnit.Counts) continue;
            pairs++;
            var reversed = verification with { Own = new(CalibrationScope.PlanePair, [.. own.Reverse()]) };
            if (!reversed.RunReference().SequenceEqual(verification.RunReference())) moved++;
        }
        Assert.True(moved > pairs / 2, $"{moved} of {pairs}");
    }

    private static VerificationCase CaseOf(Base of, int index)
    {
        // None has no edges that pairs could have of their own.
        for (int other = index; ; other += Cases)
        {
            var verification = of switch
            {
                Base.IdealDie => RandomCases.Make(Seed, other),
                Base.Gain => Following(RandomCases.Make(Seed, other)),
                Base.Die => RandomDieCases.Make(Seed, other),
                Base.GainOnDie => Following(RandomDieCases.Make(Seed, other)),
                Base.DigitalPairs => WithDigitalPairs(RandomCases.Make(Seed, other), other),
                _ => RandomDigitCases.Make(Seed, other),
            };
            if (!verification.Adc.PassesSums)
                return RandomDigitPairCases.WithPairs(verification, new CaseRandom(Seed, (uint)index));
        }
    }
    private static VerificationCase Following(VerificationCase verification) => verification with
    {
        Macro = verification.Macro with { Adc = verification.Macro.Adc with { Gain = AdcGain.DrivenRows } },
    };

    /// <summary>Leaves the pairs of single planes below a random sum of planes to conversions.</summary>
    private static VerificationCase WithDigitalPairs(VerificationCase verification, int index)
    {
        int most = verification.Layer.InputFormat.Bits + verification.Layer.WeightFormat.Bits - 2;
        return most == 0 ? verification : verification with
        {
            Macro = verification.Macro with { DigitalPlanePairs = new CaseRandom(Seed + 1, (uint)index).Between(1, most) },
        };
    }
}
