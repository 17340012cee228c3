using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation;

/// <summary>
/// Designs calibrated ADCs from the partial sums of calibration images in the digital network. This is done once, on the
/// ideal die, for all dies (ARITHMETIC §9). In the pooled histogram of a layer a conversion has the weight of its squared error in the
/// result: 4^(inputBit + weightBit) for single planes.
/// </summary>
public static class Calibrator
{
    /// <summary>Whether a run has ADCs to design, or corrections to fit.</summary>
    public static bool IsNeeded(MappedNetwork mapped, RunSpec run) => mapped.Network.MacroLayers.Any(
        node => LayerAdcs.NeedsCalibration(run, node.Name) || LayerAdcs.IsCorrected(run, node.Name));

    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="run">The run specification, for the ADCs, their design and the correction.</param>
    /// <param name="images">The calibration images, which must not be evaluated.</param>
    /// <param name="threads">The number of threads; does not change the result.</param>
    public static Calibration Calibrate(MappedNetwork mapped, RunSpec run, ImageSet images, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var designed = Calibrate(mapped, run, Histograms(mapped, images, threads, SeparateRowGroups(mapped, run), progress, cancellation));
        return DigitalCorrector.AddTo(designed, mapped, run, images, threads, null, cancellation);
    }

    /// <summary>Returns the die trimmed, where a run asks for a correction of each die; else the die itself.</summary>
    /// <param name="images">The calibration images, which must not be evaluated.</param>
    /// <param name="threads">The number of threads; does not change the result.</param>
    public static Die Trim(Die die, RunSpec run, ImageSet images, int threads, CancellationToken cancellation = default) =>
        run.Calibration.TrimsDies && !die.HasExactSums
            ? die.With(DigitalCorrector.Fit(die, run.Calibration.Correct, images, threads, null, cancellation)) : die;

    /// <summary>Designs ADCs from existing histograms, one per macro layer. Histograms depend on rows and mapping, not on the
    /// ADC.</summary>
    /// <param name="histograms">One for each macro layer, with separate row groups where <see cref="SeparateRowGroups"/> says so.</param>
    internal static Calibration Calibrate(MappedNetwork mapped, RunSpec run, IReadOnlyList<RowGroupHistograms> histograms)
    {
        var (cut, layers) = (RowCut.Of(run.Macro), new Dictionary<string, LayerCalibration>());
        for (int i = 0; i < histograms.Count; i++)
        {
            string name = mapped.Network.MacroLayers[i].Name;
            if (!LayerAdcs.NeedsCalibration(run, name)) continue;
            var calibrated = CalibrateLayer(mapped.Layers[i].Map, histograms[i], run.MacroOf(name).Adc, run.Calibration);
            layers.Add(name, calibrated with { Cut = mapped.CutOf(i) is var own && own != cut ? own : null });
        }
        return new(cut, mapped.Network.Sha256, layers) { Design = run.Calibration.Design };
    }

    /// <summary>Returns, for each macro layer, whether its row groups may have different ADCs, so that they are counted
    /// separately.</summary>
    internal static bool[] SeparateRowGroups(MappedNetwork mapped, RunSpec run) =>
        [.. mapped.Network.MacroLayers.Select(node => run.MacroOf(node.Name).Adc).Select(adc => adc.Gain != AdcGain.Fixed
            || (LayerAdcs.NeedsCalibration(adc) && run.Calibration.Per == CalibrationScope.RowGroup))];

    /// <summary>Returns the histograms of all partial sums of each macro layer in the digital network.</summary>
    /// <param name="byRowGroup">As <see cref="SeparateRowGroups"/>.</param>
    internal static RowGroupHistograms[] Histograms(MappedNetwork mapped, ImageSet images, int threads, IReadOnlyList<bool> byRowGroup,
        Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var histograms = new PartialSumHistograms(mapped, byRowGroup: byRowGroup);
        new NetworkRunner(mapped, new(threads)).ObserveInputs(images, null, histograms.Add, progress, cancellation);
        return [.. histograms.Finish(threads).Select(histogram => histogram!)];
    }

    private static LayerCalibration CalibrateLayer(LayerMap map, RowGroupHistograms histograms, AdcSpec adc,
        CalibrationSpec calibration)
    {
        int levels = AdcFactory.LevelCount(adc);
        int swing = AdcDesigner.SwingCounts(CellProducts.ForEncodings(map.InputFormat.Encoding, map.WeightFormat.Encoding));
        DesignedAdc Design(long[] weights, int least) => AdcDesigner.Make(weights, least, levels, calibration, swing, adc.Ties);
        if (calibration.Per == CalibrationScope.RowGroup)
            return Of([.. histograms.All.Select(each => Design(each.Pooled(), each.LeastCounts))], 0) with { PerRowGroup = true };
        DesignedAdc DesignFrom(Func<ConversionHistogram, long[]> weightsOf)
        {
            var (weights, least) = OfFullRowGroups(map, histograms, adc.Gain, weightsOf);
            return Design(weights, least);
        }
        var ofLayer = DesignFrom(histogram => histogram.Pooled());
        if (calibration.Per == CalibrationScope.Layer) return Of([ofLayer], 0);
        var ofPairs = new List<DesignedAdc>();
        for (int i = 0; i < map.InputDigits.Count; i++)
            for (int j = 0; j < map.WeightDigits.Count; j++)
                // No conversion uses the ADC of a digital pair.
                ofPairs.Add(map.IsDigital(i, j) ? ofLayer : DesignFrom(histogram => histogram.CountsOf(i, j).ToArray()));
        return Of(ofPairs, map.WeightDigits.Count);

        LayerCalibration Of(IReadOnlyList<DesignedAdc> adcs, int weightDigits) =>
            new(levels, [.. adcs.Select(each => each.Ends)], weightDigits)
            {
                Gain = calibration.Per == CalibrationScope.RowGroup ? AdcGain.Fixed : adc.Gain,
                Lists = adcs[0].List is null ? null : [.. adcs.Select(each => each.List!)],
            };
    }

    /// <summary>
    /// Returns the weights of a layer's partial sums, from the least sum on. Where the gain follows the rows, they are those of full row
    /// groups, whose range is to be found (ARITHMETIC §9):
    /// <code>
    /// s of row group g   counts as s * rows / rows(g), rounded
    /// its weight         times (rows(g) / rows)^2, as the square of an error shrinks with the LSB
    /// </code>
    /// </summary>
    /// <param name="weightsOf">Returns the weights of a histogram's partial sums.</param>
    private static (long[] Weights, int LeastCounts) OfFullRowGroups(LayerMap map, RowGroupHistograms histograms, AdcGain gain,
        Func<ConversionHistogram, long[]> weightsOf)
    {
        if (gain == AdcGain.Fixed) return (weightsOf(histograms.OfAll()), histograms.All[0].LeastCounts);
        int least = map.Rows * map.Products.Least;
        var full = new long[(map.Rows * map.Products.Most) - least + 1];
        foreach (int[] alike in RowGroupAdcs.ConvertedAlike(gain, map))
        {
            var histogram = histograms.Of(alike);
            long[] weights = weightsOf(histogram);
            double share = (double)map.Groups[alike[0]].Rows / map.Rows;
            for (int i = 0; i < weights.Length; i++)
            {
                if (weights[i] == 0) continue;
                int s = (int)Math.Round((i + histogram.LeastCounts) / share);
                full[s - least] += Math.Max(1, (long)Math.Round(weights[i] * (share * share)));
            }
        }
        return (full, least);
    }
}
