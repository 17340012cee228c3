namespace ImcEngine.Macro;

/// <summary>A converter that was made from a histogram of partial sums.</summary>
/// <param name="Ends">The first and the last level, counts.</param>
/// <param name="List">Edges and levels; null for a uniform ADC.</param>
internal sealed record DesignedAdc(int Codes, CountRange Ends, CodeList? List)
{
    /// <summary>Returns the ADC as a layer's only one.</summary>
    public AdcTransfer Transfer(TieRule ties) => List?.Transfer(ties) ?? AdcFactory.UniformByRange(Codes, Ends, ties);
}

/// <summary>
/// Makes converters from histograms of partial sums (ARITHMETIC §16). A histogram is weighted: by the squared weights of the conversions'
/// digit pairs (<see cref="Kernels.Histograms.ConversionHistogram.Pooled"/>), so that its squared error is that of the layer's result.
/// </summary>
internal static class AdcDesigner
{
    /// <summary>Makes a converter.</summary>
    /// <param name="weights">The weight of partial sum <paramref name="leastSum"/> + index, never negative, for every sum that the layer
    /// can produce.</param>
    /// <param name="leastSum">The partial sum at index 0, counts.</param>
    /// <param name="codes">The ADC's number of codes, at least 2.</param>
    /// <param name="calibration">The design, and its percentile.</param>
    /// <param name="swingCounts">See <see cref="SwingCounts"/>.</param>
    /// <exception cref="ArgumentException">The histogram is empty.</exception>
    /// <exception cref="SpecException">The design takes fewer codes.</exception>
    public static DesignedAdc Make(ReadOnlySpan<long> weights, int leastSum, int codes, CalibrationSpec calibration, int swingCounts,
        TieRule ties = TieRule.Down)
    {
        var histogram = new SumHistogram(weights, leastSum);
        if (calibration.Design == ConverterDesign.LloydMax)
        {
            var list = LloydMax.Choose(histogram, codes);
            return new(codes, new(list.LevelsCounts[0], Math.Max(list.LevelsCounts[^1], list.LevelsCounts[0] + 1)), list);
        }
        var lattice = RangeCalibration.ExactLattice(weights, leastSum, codes);
        return new(codes, calibration.Design switch
        {
            ConverterDesign.IntegerLsb => lattice is { Step: var step } found && step % swingCounts == 0 ? found.Ends
                : UniformDesigns.IntegerLsb(histogram, codes, swingCounts),
            ConverterDesign.Zero => lattice is { HasZero: true } found ? found.Ends : UniformDesigns.Zero(histogram, codes),
            _ => RangeCalibration.Choose(weights, leastSum, codes, calibration, ties),
        }, null);
    }

    /// <summary>The counts by which one cell changes a sum: 1, or 2 where cells form XNOR or gated products.</summary>
    public static int SwingCounts(BitPlanes.CellProduct product) =>
        product is BitPlanes.CellProduct.Xnor or BitPlanes.CellProduct.Gated ? 2 : 1;

    /// <summary>Returns the mean of (level(code(s)) - s)^2 over a weighted histogram, counts squared, on the ideal die.</summary>
    /// <param name="weights">As for <see cref="Make"/>.</param>
    /// <param name="leastSum">As for <see cref="Make"/>.</param>
    public static double MeanSquaredError(ReadOnlySpan<long> weights, int leastSum, AdcTransfer transfer)
    {
        double total = 0;
        foreach (long weight in weights) total += weight;
        return RangeCalibration.SquaredError(weights, leastSum, transfer) / total;
    }
}
