using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Kernels;

/// <summary>Kernels agree with the reference where converters were designed from histograms, whose levels are in sixteenths.</summary>
public class DesignedAdcTests
{
    private static readonly string[] OfIdealDies = [.. EngineKernels.All.Select(kernel => kernel.Name)
        .Where(name => !name.StartsWith("exact", StringComparison.Ordinal))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_kernel_equals_the_reference(bool onDies)
    {
        var (units, ran) = Compared(index => Designed(onDies ? RandomDieCases.Make(21, index) : RandomCases.Make(21, index), index), 120);
        Assert.True(units[AccumulationUnit.Sixteenths] > 60, $"{units[AccumulationUnit.Sixteenths]} in sixteenths");
        Assert.Superset(onDies ? ["die"] : OfIdealDies.ToHashSet(), ran);
    }

    /// <summary>Edges and levels that follow the rows of a row group, or that each row group has from its own histogram
    /// (ARITHMETIC §15, §16). No kernel of several images takes parts of a layer.</summary>
    [Theory]
    [InlineData(AdcGain.DrivenRows, false), InlineData(AdcGain.DrivenRows, true)]
    [InlineData(AdcGain.Fixed, false), InlineData(AdcGain.Fixed, true)]
    public void Every_kernel_equals_the_reference_where_row_groups_differ(AdcGain gain, bool onDies)
    {
        var (units, ran) = Compared(index =>
        {
            var of = onDies ? RandomDieCases.Make(31, index) : RandomCases.Make(31, index);
            return gain == AdcGain.Fixed ? WithOwn(of, index) : Following(of, index);
        }, 100);
        Assert.True(units[AccumulationUnit.Levels] > 30, $"{units[AccumulationUnit.Levels]} in levels");
        Assert.Superset(onDies ? ["die"]
            : OfIdealDies.Where(name => !name.EndsWith("-batched", StringComparison.Ordinal)).ToHashSet(), ran);
    }

    /// <summary>Each digit pair has its converter from its own histogram. Levels stay in sixteenths (ARITHMETIC §16).</summary>
    [Theory]
    [InlineData(false, "popcount", "die"), InlineData(true, "die")]
    public void Every_kernel_equals_the_reference_where_digit_pairs_differ(bool onDies, params string[] needed)
    {
        var (units, ran) = Compared(index =>
            WithPairs(onDies ? RandomDieCases.Make(41, index) : RandomCases.Make(41, index), index), 60);
        Assert.True(units[AccumulationUnit.Sixteenths] > 30, $"{units[AccumulationUnit.Sixteenths]} in sixteenths");
        Assert.Superset(needed.ToHashSet(), ran);
    }

    private static (Dictionary<AccumulationUnit, int> Units, HashSet<string> Ran) Compared(Func<int, VerificationCase> caseOf, int cases)
    {
        var units = Enum.GetValues<AccumulationUnit>().ToDictionary(unit => unit, _ => 0);
        var ran = new HashSet<string>();
        for (int index = 0; index < cases; index++)
        {
            var verification = caseOf(index);
            units[verification.Unit]++;
            long[] expected = verification.RunReference();
            foreach (var kernel in EngineKernels.All)
            {
                Assert.Null(kernel.FirstFailure(verification, expected, out bool runs));
                if (runs) ran.Add(kernel.Name);
            }
        }
        return (units, ran);
    }

    private static VerificationCase Designed(VerificationCase verification, int index) =>
        WithoutSar(verification) with { Adc = Made(verification, verification.Macro.Rows, index).Transfer(TieRule.Down) };

    private static VerificationCase Following(VerificationCase verification, int index)
    {
        var of = WithoutSar(verification);
        return of with
        {
            Adc = Made(verification, of.Macro.Rows, index).List!.Transfer(TieRule.Down, AdcGain.DrivenRows),
            Macro = of.Macro with { Adc = of.Macro.Adc with { Gain = AdcGain.DrivenRows } },
        };
    }

    private static VerificationCase WithOwn(VerificationCase verification, int index)
    {
        var of = WithoutSar(verification);
        var groups = ReferenceRowGroups.Cut(of.Layer.Geometry, of.Macro.Rows, of.Macro.Mapping, of.Macro.LegacyOverfull);
        AdcTransfer[] own = [.. groups.Select((group, g) => Made(of, group.Length, index + 1000 * g).Transfer(TieRule.Down))];
        return of with { Adc = own[0], Own = new(CalibrationScope.RowGroup, own) };
    }

    private static VerificationCase WithPairs(VerificationCase verification, int index)
    {
        var of = WithoutSar(verification);
        int codes = new CaseRandom(23, (uint)index).OneOf(2, 4, 8, 16, 27);
        AdcTransfer[] own = [.. Enumerable.Range(0, of.Layer.InputFormat.Bits * of.Layer.WeightFormat.Bits)
            .Select(pair => Made(of, of.Macro.Rows, index + (1000 * pair), codes).Transfer(TieRule.Down))];
        return of with { Adc = own[0], Own = new(CalibrationScope.PlanePair, own) };
    }

    /// <summary>The capacitors of a SAR make a uniform ADC.</summary>
    private static VerificationCase WithoutSar(VerificationCase verification) =>
        verification with { Macro = verification.Macro with { Die = verification.Macro.Die with { SarMismatchRelative = 0 } } };

    /// <summary>Makes a converter from a random histogram of the sums of so many rows, densest around 0.</summary>
    /// <param name="codes">The number of codes; null for any.</param>
    private static DesignedAdc Made(VerificationCase verification, int rows, int index, int? codes = null)
    {
        var random = new CaseRandom(22, (uint)index);
        var products = (DigitProducts)CellProducts.ForEncodings(verification.Layer.InputFormat.Encoding,
            verification.Layer.WeightFormat.Encoding);
        int least = rows * products.Least, most = rows * products.Most;
        var weights = new long[most - least + 1];
        for (int i = 0; i < weights.Length; i++) weights[i] = random.Between(0, 1 << 20) / (1 + Math.Abs(i + least));
        weights[-least] = 1 << 20;
        return AdcDesigner.Make(weights, least, codes ?? random.OneOf(2, 4, 8, 16, 27), new() { Design = ConverterDesign.LloydMax }, 1);
    }
}
