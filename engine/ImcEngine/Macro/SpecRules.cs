using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Macro;

/// <summary>What one field demands of others: fields that exclude one another, or that another one makes meaningless.</summary>
internal static class SpecRules
{
    /// <exception cref="SpecException">The first rule that is broken.</exception>
    public static void Check(RunSpec run)
    {
        Check(run.Macro);
        foreach (var layer in run.Layers)
            if (layer.Adc is not null) Check(layer.Adc, run.Macro, $"layers.{layer.Layers}.adc");
        Check(run.Quantization);
    }

    public static void Check(MacroSpec macro)
    {
        Require(macro.ColumnCells % macro.Rows == 0, "macro.arrayRows", $"{macro.ArrayRows}", $"allowed is a multiple of macro.rows, which is {macro.Rows}");
        Require(macro.Columns is null || macro.ColumnsPerAdc <= macro.Columns, "macro.columnsPerAdc", $"{macro.ColumnsPerAdc}",
            $"an array has {macro.Columns} columns (macro.columns); allowed is at most that");
        Check(macro.Die);
        Check(macro.Adc, macro, "macro.adc");
    }

    private static void Check(DieSpec die)
    {
        RequireOneOf("macro.die.columnOffsetCounts", die.ColumnOffsetCounts, "macro.die.columnOffsetLsb", die.ColumnOffsetLsb != 0);
        RequireOneOf("macro.die.cellMismatchRelative", die.CellMismatchRelative, "macro.die.unitCapacitanceFemtofarads", die.UnitCapacitanceFemtofarads is not null);
        RequireOneOf("macro.die.bitlineNoiseCounts", die.BitlineNoiseCounts, "macro.die.noiseProfile", die.NoiseProfile is not null);
        RequireOneOf("macro.die.edgeErrorLsb", die.EdgeErrorLsb, "macro.die.sarMismatchRelative, whose edges replace it", die.SarMismatchRelative != 0);
        Require(die.StuckAtZeroRelative + die.StuckAtOneRelative <= 1, "macro.die.stuckAtOneRelative", $"{die.StuckAtOneRelative}",
            $"with stuckAtZeroRelative {die.StuckAtZeroRelative} the fractions of cells exceed 1; allowed is a sum of at most 1");
    }

    private static void Check(AdcSpec adc, MacroSpec macro, string path)
    {
        switch (adc.Kind)
        {
            case AdcKind.Uniform: CheckUniform(adc, path); break;
            case AdcKind.List: CheckList(adc, macro.Rows, path); break;
            case AdcKind.Table:
                Require(adc.Table is not null, $"{path}.table", "nothing", "an ADC of kind 'table' needs the CSV file of P(code given partial sum)");
                Require(adc.LevelCount is null, $"{path}.levels", $"{adc.LevelCount}", "allowed is a list of levels in counts, one a code");
                break;
            case AdcKind.D21Cifar or AdcKind.D21ImageNet: CheckD21(adc, path); break;
        }
        CheckSecondStage(adc, macro, path);
        CheckDieWithAdc(adc, macro.Die, path);
    }

    private static void CheckUniform(AdcSpec adc, string path)
    {
        Require(adc.LevelsCounts is null, $"{path}.levels", "a list", "a uniform ADC takes their number; for a list of levels use kind \"list\"");
        Require(adc.Bits is null || adc.LevelCount is null, $"{path}.levels", $"{adc.LevelCount} beside bits {adc.Bits}", "give bits or levels, not both");
    }

    private static void CheckList(AdcSpec adc, int rows, string path)
    {
        Require(adc.LevelCount is null, $"{path}.levels", $"{adc.LevelCount}", "allowed is a list of levels in counts, one more than edges");
        try
        {
            // A list's edges are the same in every layer, so its faults show without one.
            var list = AdcFactory.Create(adc, rows, CellProduct.Xnor);
            Require(list.LsbCounts > 0, $"{path}.levels", $"last level {list.LevelCounts[^1]}, first {list.LevelCounts[0]}", "the last level must lie above the first");
        }
        catch (SpecException error) when (path != "macro.adc" && error.Field.StartsWith("macro.adc", StringComparison.Ordinal))
        {
            throw error.Under(path);
        }
    }

    private static void CheckD21(AdcSpec adc, string path)
    {
        string kind = SpecWords.Of(adc.Kind);
        Require(adc.LevelsCounts is null, $"{path}.levels", "a list", $"an ADC of kind '{kind}' takes their number");
        Require(adc.BoundCounts is not null, $"{path}.boundCounts", "nothing", $"an ADC of kind '{kind}' needs its bound, in counts");
        Require(adc.LevelCount >= 3, $"{path}.levels", adc.LevelCount is { } given ? $"{given}" : "nothing", $"an ADC of kind '{kind}' needs its number of levels, at least 3");
    }

    private static void CheckSecondStage(AdcSpec adc, MacroSpec macro, string path)
    {
        Require((adc.SecondNoiseMean is null) == (adc.SecondNoiseSigma is null), $"{path}.secondNoiseSigma", adc.SecondNoiseSigma is { } given ? $"{given} alone" : "nothing",
            "secondNoiseMean and secondNoiseSigma are given together");
        Require(adc.SecondTable is null || adc.SecondNoiseSigma is null, $"{path}.secondTable", $"\"{adc.SecondTable}\" beside secondNoiseSigma", "a second stage is a table or noise, not both");
        Require((adc.SecondTable is null && adc.SecondNoiseSigma is null) || macro.Mapping == MappingKind.SingleTap, $"{path}.{(adc.SecondTable is null ? "secondNoiseSigma" : "secondTable")}",
            $"a second stage with mapping '{SpecWords.Of(macro.Mapping)}'", "it acts on the sum over the kernel positions of a chunk; set macro.mapping to \"single-tap\"");
    }

    private static void CheckDieWithAdc(AdcSpec adc, DieSpec die, string path)
    {
        string kind = SpecWords.Of(adc.Kind);
        (string Field, double Value)[] movingEdges =
        [
            ("columnOffsetCounts", die.ColumnOffsetCounts), ("columnOffsetLsb", die.ColumnOffsetLsb), ("gainErrorRelative", die.GainErrorRelative),
            ("edgeErrorLsb", die.EdgeErrorLsb), ("sarMismatchRelative", die.SarMismatchRelative), ("comparatorNoiseLsb", die.ComparatorNoiseLsb),
        ];
        (string Field, double Value)[] others =
        [
            ("cellMismatchRelative", die.CellMismatchRelative), ("unitCapacitanceFemtofarads", die.UnitCapacitanceFemtofarads ?? 0),
            ("bitlineNoiseCounts", die.BitlineNoiseCounts), ("parasiticRelative", die.ParasiticRelative),
            ("stuckAtZeroRelative", die.StuckAtZeroRelative), ("stuckAtOneRelative", die.StuckAtOneRelative),
        ];
        if (adc.Kind == AdcKind.None)
        {
            RequireZero(movingEdges, $"moves edges or is in LSB, and an ADC of kind 'none' ({path}) has neither; set it to 0 or choose another kind");
            Require(die.ParasiticRelative == 0 || die.ReferenceTracksParasitic, "macro.die.referenceTracksParasitic", "false",
                $"it moves edges, and an ADC of kind 'none' ({path}) has none; set it to true or parasiticRelative to 0");
        }
        if (adc.Kind == AdcKind.Table)
        {
            RequireZero([.. movingEdges, .. others], $"a measured table ({path}) holds every error already; set it to 0");
            Require(die.NoiseProfile is null, "macro.die.noiseProfile", $"\"{die.NoiseProfile}\"", $"a measured table ({path}) holds every error already; leave it out");
        }
        if (die.SarMismatchRelative != 0)
        {
            int levels = adc.LevelCount ?? 0;
            bool powerOfTwo = adc.Bits is not null || (levels & (levels - 1)) == 0 && levels > 0;
            Require(adc.Kind == AdcKind.Uniform && powerOfTwo, "macro.die.sarMismatchRelative", $"{die.SarMismatchRelative} with an ADC of kind '{kind}' ({path})",
                "a SAR ADC is uniform with 2^B levels; use kind \"uniform\" with bits, or edgeErrorLsb");
        }
    }

    private static void Check(QuantizationSpec quantization)
    {
        CheckBits(quantization.WeightEncoding, quantization.WeightBits, "quantization.weightBits");
        CheckBits(quantization.ActivationEncoding, quantization.ActivationBits, "quantization.activationBits");
        Require(quantization.WeightEncoding != Encoding.Unipolar, "quantization.weightEncoding", "\"unipolar\"", "no cell takes unipolar weights; allowed are \"bipolar\" and \"twos-complement\"");
        var weights = quantization.WeightEncoding ?? (quantization.WeightBits == 1 ? Encoding.Bipolar : Encoding.TwosComplement);
        Require(quantization.ActivationEncoding != Encoding.Bipolar || weights == Encoding.Bipolar, "quantization.activationEncoding", "\"bipolar\"",
            $"bipolar activations need bipolar weights, and weights are {OperandFormat.Name(weights)}; set quantization.weightEncoding to \"bipolar\"");
    }

    private static void CheckBits(Encoding? encoding, int bits, string path) => Require(
        encoding != Encoding.TwosComplement || bits >= 2, path, $"{bits}", $"encoding twos-complement needs 2 to {OperandFormat.MaxBits} bits");

    private static void RequireZero((string Field, double Value)[] fields, string why)
    {
        foreach (var (field, value) in fields) Require(value == 0, $"macro.die.{field}", $"{value}", why);
    }

    private static void RequireOneOf(string field, double value, string other, bool otherGiven) =>
        Require(value == 0 || !otherGiven, field, $"{value}", $"it excludes {other}; set one of the two to 0 or leave it out");

    private static void Require(bool ok, string field, string found, string allowed)
    {
        if (!ok) throw new SpecException(field, found, allowed);
    }
}
