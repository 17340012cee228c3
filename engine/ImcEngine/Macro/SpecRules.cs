using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>Rules between fields: fields that exclude one another, and fields that another one makes meaningless. Those of the die are in
/// <see cref="DieRules"/>.</summary>
internal static class SpecRules
{
    /// <exception cref="SpecException">A rule is broken; the error names the first.</exception>
    public static void Check(RunSpec run)
    {
        Check(run.Macro);
        foreach (var layer in run.Layers)
        {
            string path = $"layers.{layer.Layers}";
            if (layer.Macro is { } macro) CheckUnder(path, macro);
            if (layer.Adc is null) continue;
            Check(layer.Adc, run.Macro, $"{path}.adc");
            DieRules.Check(layer.MacroIn(run.Macro));
        }
        Check(run.Quantization);
        CheckGain(run.Macro.Adc, run.Calibration, "macro.adc");
        foreach (var layer in run.Layers)
            if (layer.Macro is not null || layer.Adc is not null)
                CheckGain(layer.MacroIn(run.Macro).Adc, run.Calibration,
                    $"layers.{layer.Layers}.{(layer.Adc is null ? "macro.adc" : "adc")}");
    }

    /// <summary>A row group with a range of its own has an LSB of its own already.</summary>
    private static void CheckGain(AdcSpec adc, CalibrationSpec calibration, string path) =>
        Require(adc.Gain == AdcGain.Fixed || calibration.Per != CalibrationScope.RowGroup || !adc.IsCalibrated, $"{path}.gain",
            $"\"{SpecWords.WordFor(adc.Gain)}\" beside calibration.per \"{SpecWords.WordFor(calibration.Per)}\"",
            "a range for each row group already fits its rows; leave out macro.adc.gain, or set calibration.per to \"layer\"");

    /// <summary>Checks the macro of a layer; errors name its fields.</summary>
    private static void CheckUnder(string path, MacroSpec macro)
    {
        try
        {
            Check(macro);
        }
        catch (SpecException error)
        {
            throw error.Under($"{path}.macro", "macro");
        }
    }

    public static void Check(MacroSpec macro)
    {
        Require(macro.ColumnCells % macro.Rows == 0, "macro.arrayRows", $"{macro.ArrayRows}",
            $"allowed is a multiple of macro.rows, which is {macro.Rows}");
        Require((macro.WeightDigitBits ?? macro.CellBits) % macro.CellBits == 0, "macro.weightDigitBits", $"{macro.WeightDigitBits}",
            $"allowed is a multiple of macro.cellBits, which is {macro.CellBits}");
        Require(macro.Votes % 2 == 1, "macro.votes", $"{macro.Votes}", "allowed is an odd number");
        Require(macro.Columns is null || macro.ColumnsPerAdc <= macro.Columns, "macro.columnsPerAdc", $"{macro.ColumnsPerAdc}",
            $"an array has {macro.Columns} columns (macro.columns); allowed is at most that");
        DieRules.Check(macro);
        TechnologyRules.Check(macro);
        Check(macro.Adc, macro, "macro.adc");
    }

    private static void Check(AdcSpec adc, MacroSpec macro, string path)
    {
        switch (adc.Kind)
        {
            case AdcKind.Uniform: CheckUniform(adc, path); break;
            case AdcKind.List: CheckList(adc, macro.Rows, path); break;
            case AdcKind.Table:
                Require(adc.Table is not null, $"{path}.table", "nothing",
                    "an ADC of kind 'table' needs the CSV file of P(code given partial sum)");
                Require(adc.LevelCount is null, $"{path}.levels", $"{adc.LevelCount}",
                    "allowed is a list of levels in counts, one per code");
                break;
            case AdcKind.D21Cifar or AdcKind.D21ImageNet: CheckD21(adc, path); break;
        }
        CheckSecondStage(adc, macro, path);
    }

    private static void CheckUniform(AdcSpec adc, string path)
    {
        Require(adc.LevelsCounts is null, $"{path}.levels", "a list",
            "a uniform ADC takes the number of levels; for a list of levels use kind \"list\"");
        Require(adc.Bits is null || adc.LevelCount is null, $"{path}.levels", $"{adc.LevelCount} beside bits {adc.Bits}",
            "give bits or levels, not both");
    }

    private static void CheckList(AdcSpec adc, int rows, string path)
    {
        Require(adc.LevelCount is null, $"{path}.levels", $"{adc.LevelCount}",
            "allowed is a list of levels in counts, one more than edges");
        try
        {
            // A list's edges are the same in every layer, so it can be checked without a layer.
            var list = AdcFactory.Create(adc, rows, CellProduct.Xnor);
            Require(list.LsbCounts > 0, $"{path}.levels", $"last level {list.LevelCounts[^1]}, first {list.LevelCounts[0]}",
                "the last level must lie above the first");
        }
        catch (SpecException error) when (path != "macro.adc" && error.Field.StartsWith("macro.adc", StringComparison.Ordinal))
        {
            throw error.Under(path, "macro.adc");
        }
    }

    private static void CheckD21(AdcSpec adc, string path)
    {
        string kind = SpecWords.WordFor(adc.Kind);
        Require(adc.LevelsCounts is null, $"{path}.levels", "a list", $"an ADC of kind '{kind}' takes the number of levels");
        Require(adc.BoundCounts is not null, $"{path}.boundCounts", "nothing", $"an ADC of kind '{kind}' needs its bound, in counts");
        Require(adc.LevelCount >= 3, $"{path}.levels", adc.LevelCount is { } given ? $"{given}" : "nothing",
            $"an ADC of kind '{kind}' needs its number of levels, at least 3");
    }

    private static void CheckSecondStage(AdcSpec adc, MacroSpec macro, string path)
    {
        Require((adc.SecondNoiseMean is null) == (adc.SecondNoiseSigma is null), $"{path}.secondNoiseSigma",
            adc.SecondNoiseSigma is { } given ? $"{given} alone" : "nothing",
            "secondNoiseMean and secondNoiseSigma are given together");
        Require(adc.SecondTable is null || adc.SecondNoiseSigma is null, $"{path}.secondTable",
            $"\"{adc.SecondTable}\" beside secondNoiseSigma", "a second stage is a table or noise, not both");
        Require((adc.SecondTable is null && adc.SecondNoiseSigma is null) || macro.Mapping == MappingKind.SingleTap,
            $"{path}.{(adc.SecondTable is null ? "secondNoiseSigma" : "secondTable")}",
            $"a second stage with mapping '{SpecWords.WordFor(macro.Mapping)}'",
            "it acts on the sum over the kernel positions of a chunk; set macro.mapping to \"single-tap\"");
        Require(macro.Votes == 1 || macro.Voting == VotingKind.Median || !adc.HasSecondStage, "macro.voting",
            $"\"mean\", and {path} has a second stage", "a second stage takes codes; use \"median\" with it");
        Require(macro.DigitalPlanePairs is null || !adc.HasSecondStage, "macro.digitalPlanePairs",
            $"{macro.DigitalPlanePairs}, and {path} has a second stage",
            "a second stage takes codes of all plane pairs; leave out one of the two");
    }

    private static void Check(QuantizationSpec quantization)
    {
        CheckBits(quantization.WeightEncoding, quantization.WeightBits, "quantization.weightBits");
        CheckBits(quantization.ActivationEncoding, quantization.ActivationBits, "quantization.activationBits");
        Require(!quantization.AsymmetricActivations || quantization.ActivationBits >= 2, "quantization.activationBits",
            $"{quantization.ActivationBits}", $"asymmetric activations need 2 to {OperandFormat.MaxBits} bits");
        Require(quantization.WeightEncoding != OperandEncoding.Unipolar, "quantization.weightEncoding", "\"unipolar\"",
            "quantizers write signed weights; allowed are \"bipolar\", \"twos-complement\" and \"ternary\"");
        var weights = quantization.WeightEncoding
            ?? (quantization.WeightBits == 1 ? OperandEncoding.Bipolar : OperandEncoding.TwosComplement);
        Require(quantization.ActivationEncoding != OperandEncoding.Bipolar || weights != OperandEncoding.TwosComplement,
            "quantization.activationEncoding", "\"bipolar\"",
            $"bipolar activations need bipolar or ternary weights, and weights are {OperandFormat.Name(weights)}; "
                + "set quantization.weightEncoding to \"bipolar\"");
    }

    private static void CheckBits(OperandEncoding? encoding, int bits, string path)
    {
        Require(encoding != OperandEncoding.TwosComplement || bits >= 2, path, $"{bits}",
            $"encoding twos-complement needs 2 to {OperandFormat.MaxBits} bits");
        Require(encoding != OperandEncoding.Ternary || bits == OperandFormat.Ternary.Bits, path, $"{bits}",
            $"encoding ternary has {OperandFormat.Ternary.Bits} bits");
    }

    private static void Require(bool ok, string field, string found, string allowed)
    {
        if (!ok) throw new SpecException(field, found, allowed);
    }
}
