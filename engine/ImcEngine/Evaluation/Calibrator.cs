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
        var designed = Calibrate(mapped, run, Histograms(mapped, images, threads, progress, cancellation));
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
    internal static Calibration Calibrate(MappedNetwork mapped, RunSpec run, IReadOnlyList<ConversionHistogram> histograms)
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

    /// <summary>Returns the histogram of all partial sums of each macro layer in the digital network.</summary>
    internal static ConversionHistogram[] Histograms(MappedNetwork mapped, ImageSet images, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var histograms = new PartialSumHistograms(mapped);
        new NetworkRunner(mapped, new(threads)).ObserveInputs(images, null, histograms.Add, progress, cancellation);
        return [.. histograms.Finish(threads).Select(histogram => histogram!)];
    }

    private static LayerCalibration CalibrateLayer(LayerMap map, ConversionHistogram histogram, AdcSpec adc,
        CalibrationSpec calibration)
    {
        int levels = AdcFactory.LevelCount(adc);
        int swing = AdcDesigner.SwingCounts(CellProducts.ForEncodings(map.InputFormat.Encoding, map.WeightFormat.Encoding));
        DesignedAdc Design(ReadOnlySpan<long> counts) =>
            AdcDesigner.Make(counts, histogram.LeastCounts, levels, calibration, swing, adc.Ties);
        var ofLayer = Design(histogram.Pooled());
        if (calibration.Per == CalibrationScope.Layer) return Of([ofLayer], 0);
        var ofPairs = new List<DesignedAdc>();
        for (int i = 0; i < histogram.Inputs.Count; i++)
            for (int j = 0; j < histogram.Weights.Count; j++)
                // No conversion uses the ADC of a digital pair.
                ofPairs.Add(map.IsDigital(i, j) ? ofLayer : Design(histogram.CountsOf(i, j)));
        return Of(ofPairs, histogram.Weights.Count);

        LayerCalibration Of(IReadOnlyList<DesignedAdc> adcs, int weightDigits) =>
            new(levels, [.. adcs.Select(each => each.Ends)], weightDigits)
            {
                Lists = adcs[0].List is null ? null : [.. adcs.Select(each => each.List!)],
            };
    }
}
