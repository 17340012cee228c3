using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>A range or an error of a macro as <c>imc adc</c> prints it, in three units.</summary>
/// <param name="Lsb">The same in LSB of the ADC; null where it has none.</param>
/// <param name="ShareOfFullScale">The same divided by the full scale: the span of the partial sums of all rows.</param>
internal sealed record ErrorScale(string Name, double Counts, double? Lsb, double ShareOfFullScale)
{
    /// <summary>Returns the scales of a macro and the sigmas of its errors. Left out are those that are 0, and noise from a profile, which
    /// differs between partial sums.</summary>
    public static IReadOnlyList<ErrorScale> Of(MacroSpec macro, AdcTransfer adc, DigitProducts products)
    {
        var (die, range) = (macro.Die, PartialSums.FullRange(macro.Rows, products));
        double fullScale = range.HighCounts - range.LowCounts;
        double? lsb = adc.PassesSums ? null : adc.LsbCounts;
        List<ErrorScale> scales = [Scale("full scale", fullScale)];
        if (!adc.PassesSums)
        {
            scales.Add(Scale("levels of the ADC, highest less lowest", adc.LevelCounts[^1] - adc.LevelCounts[0]));
            scales.Add(Scale("LSB", adc.LsbCounts));
        }
        AddSigma("column offset", die.OffsetSigmaCounts(lsb ?? 0));
        AddSigma("edge error", die.EdgeErrorLsb * (lsb ?? 0));
        AddSigma("bitline noise", ConversionNoise.SigmaCounts(die with { ComparatorNoiseLsb = 0 }, lsb ?? 0));
        AddSigma("comparator noise", ConversionNoise.SigmaCounts(die with { BitlineNoiseCounts = 0 }, lsb ?? 0));
        return scales;

        ErrorScale Scale(string name, double counts) => new(name, counts, counts / lsb, counts / fullScale);

        void AddSigma(string name, double counts)
        {
            if (counts > 0) scales.Add(Scale($"{name}, sigma", counts));
        }
    }
}
