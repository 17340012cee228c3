using ImcEngine.Evaluation;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Perf.Weights;

/// <summary>Measures top-1 of networks on the same images: in float, with exact sums, and on the macro.</summary>
internal sealed class AccuracyMeasurement(AccuracyData data, int threads)
{
    public double Float()
    {
        var model = OnnxFile.Load(AccuracyResults.OnnxFileOf(AccuracyResults.Float));
        return Top1(FloatMeasurement.Logits(model, NetworkImporter.PreprocessingOf(model), data.Evaluated.ClassNames.Length,
            data.Evaluated, threads));
    }

    public double Digital(Network network) =>
        Top1(new NetworkRunner(new(network, MacroPresets.Get(MacroPresets.Ideal)), new(threads)).Run(data.Evaluated, null));

    /// <summary>Measures every setting of the grid with these rows, each when it is asked for.</summary>
    public IEnumerable<AccuracyPoint> Points(Network network, int rows)
    {
        var arrays = AccuracyGrid.Arrays(rows);
        var mapped = new MappedNetwork(network, arrays);
        var runner = new NetworkRunner(mapped, new(threads));
        var histograms = Calibrator.Histograms(mapped, data.Calibration, threads, new bool[mapped.Layers.Count]);
        foreach (var adc in AccuracyGrid.Adcs())
        {
            var run = new RunSpec { Macro = arrays with { Adc = adc } };
            var die = new Die(mapped, run, Calibrator.Calibrate(mapped, run, histograms));
            yield return new(rows, adc.Range.Kind, adc.Bits!.Value, Top1(runner.Run(data.Evaluated, die)));
        }
    }

    private double Top1(float[] logits)
    {
        var images = data.Evaluated;
        int[] predictions = new int[images.Count];
        Predictions.Classify(logits, logits.Length / images.Count, predictions);
        return Predictions.EqualFraction(predictions, [.. Enumerable.Range(0, images.Count).Select(images.Label)]);
    }
}
