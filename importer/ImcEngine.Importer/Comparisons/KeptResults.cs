using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using ImcEngine.Data;
using ImcEngine.Evaluation.Caching;
using ImcEngine.Importer.Onnx;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Comparisons;

/// <summary>
/// What runs compute again and again although nothing has changed: logits of the float and of the digital network, histograms of partial
/// sums, and the speed of both networks. A key holds all that decides a result:
/// <code>
/// float logits     the model as OnnxRuntime gets it, preprocessing, images; OnnxRuntime, processor, threads: rounding may depend on them
/// digital logits   the network (NetworkIdentity), images
/// histograms       the network, images, and what cuts rows: rows, mapping, legacyOverfull
/// speeds           as the logits, but for the images their shape; processor, width of vectors, threads and batch; for one hour
/// </code>
/// </summary>
/// <param name="cache">The cache; null: everything is computed.</param>
internal sealed class KeptResults(ResultCache? cache)
{
    private static readonly TimeSpan SpeedIsTrue = TimeSpan.FromHours(1);

    private readonly ConditionalWeakTable<OnnxModel, string> _models = [];
    private readonly List<string> _used = [];

    /// <summary>What was taken from earlier runs, in words.</summary>
    public IReadOnlyList<string> Used => _used;

    /// <summary>Why nothing can be kept; null where nothing failed.</summary>
    public string? Problem => cache?.Problem;

    /// <summary>Returns the logits of the float network.</summary>
    public Task<float[]> FloatLogitsAsync(OnnxModel model, Preprocessing preprocessing, int classes, ImageSet images, int threads,
        Func<Task<float[]>> compute) =>
        FindOrMakeAsync("float results", () => FloatKey("float logits", model, preprocessing, threads, images), images.Count * classes,
            compute);

    /// <summary>Whether the logits of the float network are kept, so that it is known to run.</summary>
    public bool HasFloatLogits(OnnxModel model, Preprocessing preprocessing, int classes, ImageSet images, int threads) =>
        images.IsInMemory && cache?.Find(FloatKey("float logits", model, preprocessing, threads, images)) is { } kept
            && kept.Length == images.Count * classes * sizeof(float);

    /// <summary>Returns the speed of the float network, in images per second.</summary>
    public async Task<double> FloatSpeedAsync(OnnxModel model, Preprocessing preprocessing, ImageSet images, int threads,
        Func<Task<double>> measure)
    {
        if (cache is null) return await measure();
        var key = FloatKey("float speed", model, preprocessing, threads, images.Shape);
        if (SpeedIn(key) is { } kept)
        {
            Use("float speed");
            return kept;
        }
        double measured = await measure();
        KeepSpeed(key, measured);
        return measured;
    }

    /// <summary>Returns the logits and the speed of the digital network.</summary>
    public async Task<(float[] Logits, double ImagesPerSecond)> DigitalAsync(Network network, ImageSet images, RunnerOptions runner,
        Func<Task<(float[] Logits, double ImagesPerSecond)>> compute)
    {
        if (cache is null) return await compute();
        var (logitsKey, speedKey) = (DigitalLogitsKey(network, images), OfMachine(OfShape(OfNetwork("digital speed", network),
            images.Shape), runner.Threads).With("batch", runner.Batch));
        if (SpeedIn(speedKey) is { } speed && Find<float>(logitsKey, images.Count * network.Classes) is { } kept)
        {
            Use("digital results");
            Use("digital speed");
            return (kept, speed);
        }
        var made = await compute();
        Keep<float>(logitsKey, made.Logits);
        KeepSpeed(speedKey, made.ImagesPerSecond);
        return made;
    }

    /// <summary>Returns the logits of the digital network.</summary>
    public Task<float[]> DigitalLogitsAsync(Network network, ImageSet images, Func<Task<float[]>> compute) =>
        FindOrMakeAsync("digital results", () => DigitalLogitsKey(network, images), images.Count * network.Classes, compute);

    /// <summary>Returns the histograms of all partial sums of each macro layer in the digital network.</summary>
    /// <param name="byRowGroup">As <see cref="Evaluation.Calibrator.SeparateRowGroups"/>.</param>
    public async Task<RowGroupHistograms[]> HistogramsAsync(MappedNetwork mapped, ImageSet images, bool[] byRowGroup,
        Func<Task<RowGroupHistograms[]>> compute)
    {
        RowGroupHistograms[] histograms = [.. mapped.Layers.Select((layer, i) => new RowGroupHistograms(layer, byRowGroup[i]))];
        ConversionHistogram[] single = [.. histograms.SelectMany(each => each.All)];
        RowGroupHistograms[]? made = null;
        long[] all = await FindOrMakeAsync<long>("calibration", () => OfImages(OfNetwork("histograms", mapped.Network), images)
            .With("cut", mapped.CutsInWords).With("row groups", SeparateInWords(byRowGroup)), single.Sum(each => each.All.Length),
            async () =>
            {
                made = await compute();
                return [.. made.SelectMany(each => each.All).SelectMany(each => each.All.ToArray())];
            });
        if (made is not null) return made;
        int at = 0;
        foreach (var histogram in single)
        {
            all.AsSpan(at, histogram.All.Length).CopyTo(histogram.All);
            at += histogram.All.Length;
        }
        return histograms;
    }

    /// <summary>Returns the ordinals of the layers whose row groups are counted separately, in words.</summary>
    public static string SeparateInWords(IReadOnlyList<bool> byRowGroup) => !byRowGroup.Contains(true) ? "together"
        : $"separate in layers {string.Join(", ", Enumerable.Range(0, byRowGroup.Count).Where(layer => byRowGroup[layer]))}";

    private async Task<T[]> FindOrMakeAsync<T>(string what, Func<ResultKey> keyOf, int length, Func<Task<T[]>> compute) where T : unmanaged
    {
        if (cache is null) return await compute();
        var key = keyOf();
        if (Find<T>(key, length) is { } kept)
        {
            Use(what);
            return kept;
        }
        var made = await compute();
        Keep<T>(key, made);
        return made;
    }

    private void Use(string what)
    {
        if (!_used.Contains(what)) _used.Add(what);
    }

    private double? SpeedIn(ResultKey key) =>
        Find<double>(key, 2) is [var speed, var time] && DateTime.UtcNow.ToOADate() - time is >= 0 and var age
            && age < SpeedIsTrue.TotalDays ? speed : null;

    private void KeepSpeed(ResultKey key, double speed) => Keep<double>(key, [speed, DateTime.UtcNow.ToOADate()]);

    private T[]? Find<T>(ResultKey key, int length) where T : unmanaged =>
        cache?.Find(key) is { } bytes && bytes.Length == (long)length * Unsafe.SizeOf<T>() ? MemoryMarshal.Cast<byte, T>(bytes).ToArray()
            : null;

    private void Keep<T>(ResultKey key, ReadOnlySpan<T> result) where T : unmanaged => cache?.Keep(key, MemoryMarshal.AsBytes(result));

    private ResultKey FloatKey(string kind, OnnxModel model, Preprocessing preprocessing, int threads, ImageSet images) =>
        OfImages(OfFloat(kind, model, preprocessing, threads), images);

    private ResultKey FloatKey(string kind, OnnxModel model, Preprocessing preprocessing, int threads, ImageShape shape) =>
        OfShape(OfFloat(kind, model, preprocessing, threads), shape);

    private ResultKey OfFloat(string kind, OnnxModel model, Preprocessing preprocessing, int threads) =>
        OfMachine(new ResultKey(kind, typeof(KeptResults)), threads)
            .With("model", _models.GetValue(model, each => Convert.ToHexStringLower(SHA256.HashData(OnnxFile.ToBytes(each)))))
            .With("mean", Join(preprocessing.Mean)).With("std", Join(preprocessing.Std)).With("scale", preprocessing.Scale)
            .With("onnxRuntime", FloatReference.Version);

    private static ResultKey DigitalLogitsKey(Network network, ImageSet images) => OfImages(OfNetwork("digital logits", network), images);

    private static ResultKey OfNetwork(string kind, Network network) =>
        new ResultKey(kind, typeof(KeptResults)).With("network", network.Sha256);

    private static ResultKey OfImages(ResultKey key, ImageSet images) =>
        OfShape(key, images.Shape).With("images", images.Sha256).With("count", images.Count).With("floats", images.AreFloats ? 1 : 0);

    private static ResultKey OfShape(ResultKey key, ImageShape shape) =>
        key.With("channels", shape.Channels).With("height", shape.Height).With("width", shape.Width);

    private static ResultKey OfMachine(ResultKey key, int threads) =>
        key.With("processor", Processor.Current.ToString()).With("processors", Environment.ProcessorCount).With("threads", threads)
            .With("vectorBits", Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128);

    private static string Join(IEnumerable<float> numbers) =>
        string.Join(',', numbers.Select(number => BitConverter.SingleToInt32Bits(number).ToString("x8", null)));
}
