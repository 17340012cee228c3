using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary>One hardware setting's result.</summary>
internal sealed record ComparisonPoint(
    RunSpec Run, double ImcTop1, double ImcFloatAgreement, double ImcDigitalAgreement, double ImcImagesPerSecond, long ConversionsPerImage, int Arrays,
    string Kernel, string LogitsSha256, float LargestDigitalDifference, IReadOnlyList<LayerStatistics> Layers);

/// <summary>All settings on one model and data; float and digital results are computed once.</summary>
internal sealed record ComparisonResults(
    ComparedModel Model, ComparedData Data, IReadOnlyList<LayerNote> LayerNotes, int Threads, int Batch, uint Seed, double FloatTop1, double DigitalTop1,
    double DigitalFloatAgreement, double FloatImagesPerSecond, double DigitalImagesPerSecond, IReadOnlyList<ComparisonPoint> Points);

/// <summary>Runs the same images through float (OnnxRuntime), digital (exact sums) and IMC.</summary>
internal sealed class Comparison(ComparedModel model, ComparedData data, Networks.RunOptions options, uint seed, int statistics, Report report)
{
    private readonly ImageSet _images = data.Evaluated;
    private readonly Dictionary<(int Rows, Mapping.MappingKind, bool), ConversionHistogram[]> _histograms = [];

    public async Task<ComparisonResults> RunAsync(IReadOnlyList<RunSpec> points, CancellationToken cancellation)
    {
        var imported = model.Import(points[0]);
        if (imported.Network.MacroLayers.Count == 0)
            throw new ImcException($"No layer of '{model.Path}' runs on the macro: {string.Join("; ", imported.Layers.Select(layer => $"{layer.Name}: {layer.Reason}"))}. Quantize it first with imc quantize.");
        int classes = imported.Network.Classes;
        int[] floatClasses = Predict(await Progress("Float (OnnxRuntime)", _images.Count, progress =>
            FloatMeasurement.Logits(model.Float, model.FloatPreprocessing(), classes, _images, options.Threads, progress, cancellation)), classes);
        double floatSpeed = await Task.Run(() => FloatMeasurement.ImagesPerSecond(model.Model, imported.Network.Preprocessing, classes, SpeedImages(), options.Threads), cancellation);

        var mapped = new MappedNetwork(imported.Network, points[0].Macro);
        var (digitalLogits, digitalSpeed) = await Timed("Digital", mapped, null, cancellation);
        int[] digitalClasses = Predict(digitalLogits, classes);

        var results = new List<ComparisonPoint>();
        for (int i = 0; i < points.Count; i++)
            results.Add(await RunPoint(imported.Network, points[i], points.Count > 1 ? $"IMC {i + 1} of {points.Count}" : "IMC", digitalLogits, floatClasses, digitalClasses, cancellation));
        return new(model, data, imported.Layers, options.Threads, options.Batch, seed, Top1(floatClasses), Top1(digitalClasses),
            Predictions.EqualFraction(floatClasses, digitalClasses), floatSpeed, digitalSpeed, results);
    }

    private async Task<ComparisonPoint> RunPoint(
        Network network, RunSpec run, string title, float[] digitalLogits, int[] floatClasses, int[] digitalClasses, CancellationToken cancellation)
    {
        var mapped = new MappedNetwork(network, run.Macro);
        var die = new Die(mapped, run, Calibrator.IsNeeded(mapped, run) ? await Calibrate(mapped, run, cancellation) : null);
        var (logits, speed) = await Timed(title, mapped, die, cancellation);
        int[] classes = Predict(logits, network.Classes);
        var layers = statistics == 0 ? []
            : await Progress($"{title}, layer statistics", Math.Min(statistics, _images.Count), progress =>
                LayerStatistics.Gather(die, _images.First(Math.Min(statistics, _images.Count)), options.Threads, progress, cancellation));
        return new(run, Top1(classes), Predictions.EqualFraction(classes, floatClasses), Predictions.EqualFraction(classes, digitalClasses), speed,
            mapped.ConversionsPerImage, mapped.Arrays, die.KernelNames, Sha256(logits), LargestDifference(logits, digitalLogits), layers);
    }

    /// <summary>Histograms depend on how rows are grouped only, so settings share them.</summary>
    private async Task<Calibration> Calibrate(MappedNetwork mapped, RunSpec run, CancellationToken cancellation)
    {
        var key = (run.Macro.Rows, run.Macro.Mapping, run.Macro.LegacyOverfull);
        if (!_histograms.TryGetValue(key, out var histograms))
        {
            var images = data.CalibrationImages();
            _histograms[key] = histograms = await Progress("Calibration", images.Count, progress => Calibrator.Histograms(mapped, images, options.Threads, progress, cancellation));
        }
        return await Task.Run(() => Calibrator.Calibrate(mapped, run, histograms), cancellation);
    }

    /// <summary>Logits and images per second, the program warm.</summary>
    private async Task<(float[] Logits, double ImagesPerSecond)> Timed(string title, MappedNetwork mapped, Die? die, CancellationToken cancellation)
    {
        var runner = new NetworkRunner(mapped, options);
        runner.Run(_images.First(Math.Min(options.Threads * 2, _images.Count)), die, null, cancellation);
        return await Progress(title, _images.Count, progress =>
        {
            long start = Stopwatch.GetTimestamp();
            var logits = runner.Run(_images, die, progress, cancellation);
            return (logits, _images.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        });
    }

    private Task<T> Progress<T>(string title, int total, Func<Action<int>, T> work) => report.WithProgressAsync(title, step =>
        Task.Run(() => work(done => step(new((double)done / total, $"{done} of {total} images")))));

    private ImageSet SpeedImages() => _images.First(Math.Min(_images.Count, 256));

    private double Top1(int[] predicted) => Enumerable.Range(0, predicted.Length).Count(i => predicted[i] == _images.Label(i)) / (double)predicted.Length;

    private static int[] Predict(float[] logits, int classes)
    {
        var predicted = new int[logits.Length / classes];
        Predictions.Of(logits, classes, predicted);
        return predicted;
    }

    /// <summary>Over all logits as little-endian float32 in image order.</summary>
    private static string Sha256(float[] logits)
    {
        int[] bits = Array.ConvertAll(logits, BitConverter.SingleToInt32Bits);
        if (!BitConverter.IsLittleEndian) bits = Array.ConvertAll(bits, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(bits.AsSpan())));
    }

    private static float LargestDifference(float[] first, float[] second)
    {
        float largest = 0;
        for (int i = 0; i < first.Length; i++) largest = Math.Max(largest, Math.Abs(first[i] - second[i]));
        return largest;
    }
}
