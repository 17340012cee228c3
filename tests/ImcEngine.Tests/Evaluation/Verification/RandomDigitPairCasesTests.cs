using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Evaluation.Verification;

public class RandomDigitPairCasesTests
{
    private const int Cases = 2400;

    /// <summary>What <c>verify --self</c> compares: uniform ADCs, and others, of digit pairs, each beside everything else that a macro can
    /// have.</summary>
    [Fact]
    public void ADCs_of_digit_pairs_meet_every_other_setting()
    {
        var seen = new HashSet<(string, string)>();
        for (int i = 0; i < Cases; i++)
        {
            var verification = SelfVerification.CaseOf(5, i);
            if (verification.Own is not { Per: CalibrationScope.PlanePair, Transfers: { Count: > 1 } own }) continue;
            var (macro, die) = (verification.Macro, verification.Macro.Die);
            (string Name, bool IsOn)[] settings =
            [
                ("ideal die", ReferenceUnit.IsIdeal(die)), ("mismatch", die.CellMismatchRelative > 0),
                ("offsets", die.ColumnOffsetCounts > 0 || die.ColumnOffsetLsb > 0), ("gain error", die.GainErrorRelative > 0),
                ("edge errors", die.EdgeErrorLsb > 0), ("stuck", die.StuckAtZeroRelative > 0), ("parasitic", die.ParasiticRelative > 0),
                ("bitline noise", die.BitlineNoiseCounts > 0), ("comparator noise", die.ComparatorNoiseLsb > 0),
                ("input digits", macro.InputDigitBits > 1), ("weight digits", macro.WeightDigitBits > 1), ("cells", macro.CellBits > 1),
                ("votes", macro.Votes > 1), ("digital pairs", macro.DigitalPlanePairs is not null),
                ("gain", macro.Adc.Gain == AdcGain.DrivenRows), ("several row groups on a column", macro.ArrayRows > macro.Rows),
                ("packed", macro.Grouping == GroupingKind.BlockDiagonal),
            ];
            bool isUniform = own.All(adc => adc.Unit == AccumulationUnit.Codes);
            foreach (var (name, isOn) in settings)
                if (isOn) seen.Add((isUniform ? "uniform" : "other", name));
            if (verification.Unit == AccumulationUnit.Counts) seen.Add(("uniform", "transparent"));
            if (die.SarMismatchRelative > 0) seen.Add((isUniform ? "uniform" : "other", "SAR"));
        }
        // The capacitors of a SAR make a uniform ADC, and a transparent one has a code for every count.
        Assert.DoesNotContain(("other", "SAR"), seen);
        Assert.True(seen.Count == (2 * 17) + 2, string.Join(' ', seen.Order()));
    }

    [Fact]
    public void All_pairs_of_a_layer_have_as_many_codes_and_an_LSB()
    {
        for (int i = 0; i < Cases; i++)
        {
            var verification = SelfVerification.CaseOf(6, i);
            if (verification.Own is not { Per: CalibrationScope.PlanePair } own) continue;
            Assert.Single(own.Transfers.Select(adc => adc.Codes).Distinct());
            Assert.All(own.Transfers, adc => Assert.True(adc.LsbCounts > 0));
        }
    }
}
