using System.Numerics;

namespace ImcEngine.Macro;

/// <summary>Which values of <c>macro.die</c> are allowed, alone and together with the ADC.</summary>
internal static class DieRules
{
    /// <summary>The largest sigma of a relative error. A variate reaches 6.34 sigma, and capacitances and gains must stay
    /// positive.</summary>
    public const double MaxSizeSigmaRelative = 0.15;

    /// <summary>The largest sigma of a shift of an edge, a column or a conversion, in counts: a quarter of the largest edge.</summary>
    public const double MaxShiftSigmaCounts = AdcTransfer.MaxMagnitudeCounts / 4;

    /// <summary>The largest sigma of a shift that is stated in LSB.</summary>
    public const double MaxShiftSigmaLsb = 256;

    /// <exception cref="SpecException">A field is not allowed; the error names the first.</exception>
    public static void Check(MacroSpec macro)
    {
        CheckFields(macro.Die);
        CheckAlternatives(macro.Die);
        CheckAgainstAdc(macro.Die, macro.Adc);
        Require(macro.ColumnsPerAdc >= 1, "macro.columnsPerAdc", $"{macro.ColumnsPerAdc}", "allowed is 1 and above");
    }

    private static void CheckFields(DieSpec die)
    {
        Within(die.CellMismatchRelative, 0, MaxSizeSigmaRelative, "cellMismatchRelative");
        Within(die.ColumnOffsetCounts, 0, MaxShiftSigmaCounts, "columnOffsetCounts");
        Within(die.ColumnOffsetLsb, 0, MaxShiftSigmaLsb, "columnOffsetLsb");
        Within(die.GainErrorRelative, 0, MaxSizeSigmaRelative, "gainErrorRelative");
        Within(die.EdgeErrorLsb, 0, MaxShiftSigmaLsb, "edgeErrorLsb");
        Within(die.SarMismatchRelative, 0, MaxSizeSigmaRelative, "sarMismatchRelative");
        Within(die.BitlineNoiseCounts, 0, MaxShiftSigmaCounts, "bitlineNoiseCounts");
        Within(die.ComparatorNoiseLsb, 0, MaxShiftSigmaLsb, "comparatorNoiseLsb");
        Within(die.ParasiticRelative, 0, 16, "parasiticRelative");
        Within(die.StuckAtZeroRelative, 0, 1, "stuckAtZeroRelative");
        Within(die.StuckAtOneRelative, 0, 1 - die.StuckAtZeroRelative, "stuckAtOneRelative");
        if (die.UnitCapacitanceFemtofarads is { } femtofarads)
            Require(double.IsFinite(femtofarads) && femtofarads > 0 && die.CellSigmaRelative() <= MaxSizeSigmaRelative,
                "macro.die.unitCapacitanceFemtofarads", $"{femtofarads}",
                $"allowed is 0.02 and above (a sigma of at most {MaxSizeSigmaRelative})");
    }

    private static void CheckAlternatives(DieSpec die)
    {
        OneOf(die.UnitCapacitanceFemtofarads is not null, "unitCapacitanceFemtofarads", die.CellMismatchRelative > 0,
            "cellMismatchRelative");
        OneOf(die.ColumnOffsetLsb > 0, "columnOffsetLsb", die.ColumnOffsetCounts > 0, "columnOffsetCounts");
        OneOf(die.NoiseProfile is not null, "noiseProfile", die.BitlineNoiseCounts > 0, "bitlineNoiseCounts");
        OneOf(die.SarMismatchRelative > 0, "sarMismatchRelative", die.EdgeErrorLsb > 0, "edgeErrorLsb");
    }

    private static void CheckAgainstAdc(DieSpec die, AdcSpec adc)
    {
        if (adc.Kind == AdcKind.Table && die != new DieSpec())
            throw new SpecException("macro.die", "errors of cells, columns, ADC or noise beside adc.kind 'table'",
                "a measured table holds all of them; leave macro.die empty");
        if (adc.Kind == AdcKind.None)
            foreach (var (given, field) in new[]
            {
                (die.ColumnOffsetCounts > 0, "columnOffsetCounts"), (die.ColumnOffsetLsb > 0, "columnOffsetLsb"),
                (die.GainErrorRelative > 0, "gainErrorRelative"),
                (die.EdgeErrorLsb > 0, "edgeErrorLsb"), (die.SarMismatchRelative > 0, "sarMismatchRelative"),
                (die.ComparatorNoiseLsb > 0, "comparatorNoiseLsb"),
                (die.ParasiticRelative > 0 && !die.ReferenceTracksParasitic, "referenceTracksParasitic"),
            })
                Require(!given, $"macro.die.{field}", "a value beside adc.kind 'none'",
                    "that kind has neither edges nor an LSB; leave the field out or choose another kind");
        if (die.SarMismatchRelative > 0)
            Require(adc.Kind == AdcKind.Uniform && HasBinaryLevels(adc), "macro.die.sarMismatchRelative",
                $"{die.SarMismatchRelative} with {Describe(adc)}",
                "a SAR needs adc.kind 'uniform' with bits, or with levels that are a power of two");
    }

    private static bool HasBinaryLevels(AdcSpec adc) => StatesLevels(adc) && BitOperations.IsPow2(AdcFactory.LevelCount(adc));

    private static bool StatesLevels(AdcSpec adc) => adc.LsbCounts is null || adc.Bits is not null || adc.LevelCount is not null;

    private static string Describe(AdcSpec adc) =>
        $"adc.kind '{SpecWords.WordFor(adc.Kind)}'"
            + (adc.Kind == AdcKind.Uniform ? StatesLevels(adc) ? $" of {AdcFactory.LevelCount(adc)} levels" : " of lsbCounts alone" : "");

    private static void OneOf(bool one, string name, bool other, string otherName) =>
        Require(!(one && other), $"macro.die.{name}", $"a value beside {otherName}", "allowed is one of the two; leave the other out");

    private static void Within(double found, double least, double most, string field) =>
        Require(found >= least && found <= most, $"macro.die.{field}", $"{found}", $"allowed is {least} to {most}");

    private static void Require(bool allowed, string field, string found, string rule)
    {
        if (!allowed) throw new SpecException(field, found, rule);
    }
}
