using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Evaluation.Verification;

public class RandomRowGroupCasesTests
{
    private const int Cases = 1200;

    /// <summary>What <c>verify --self</c> compares: gain and ADCs of row groups, each beside everything else that a macro can
    /// have.</summary>
    [Fact]
    public void Gain_and_ADCs_of_row_groups_meet_every_other_setting()
    {
        var seen = new HashSet<(string, string)>();
        for (int i = 0; i < Cases; i++)
        {
            var verification = SelfVerification.CaseOf(5, i);
            bool hasGain = verification.Macro.Adc.Gain == AdcGain.DrivenRows, isOwn = verification.Own?.Per == CalibrationScope.RowGroup;
            if (!hasGain && !isOwn) continue;
            var (macro, die) = (verification.Macro, verification.Macro.Die);
            (string Name, bool IsOn)[] settings =
            [
                ("ideal die", ReferenceUnit.IsIdeal(die)), ("transparent", verification.Unit == AccumulationUnit.Counts),
                ("mismatch", die.CellMismatchRelative > 0), ("offsets", die.ColumnOffsetCounts > 0 || die.ColumnOffsetLsb > 0),
                ("gain error", die.GainErrorRelative > 0), ("edge errors", die.EdgeErrorLsb > 0), ("stuck", die.StuckAtZeroRelative > 0),
                ("SAR", die.SarMismatchRelative > 0), ("parasitic", die.ParasiticRelative > 0),
                ("bitline noise", die.BitlineNoiseCounts > 0), ("comparator noise", die.ComparatorNoiseLsb > 0),
                ("input digits", macro.InputDigitBits > 1), ("weight digits", macro.WeightDigitBits > 1), ("cells", macro.CellBits > 1),
                ("votes", macro.Votes > 1), ("digital pairs", macro.DigitalPlanePairs is not null),
                ("several row groups on a column", macro.ArrayRows > macro.Rows), ("packed", macro.Grouping == GroupingKind.BlockDiagonal),
            ];
            foreach (var (name, isOn) in settings)
                if (isOn) seen.Add((hasGain ? "gain" : "own", name));
        }
        // The capacitors of a SAR make a uniform ADC, which those of row groups may not be.
        Assert.DoesNotContain(("own", "SAR"), seen);
        Assert.Equal(2 * 18 - 1, seen.Count);
    }
}
