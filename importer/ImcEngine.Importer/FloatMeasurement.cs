using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Importer;

/// <summary>Measures OnnxRuntime on the same images:
/// the logits of the float network, and the speed of a model's topology in float32.</summary>
public static class FloatMeasurement
{
    private const int LogitsBatch = 50, LogitsElements = 1 << 21;
    private const double PassSeconds = 0.1;
    private static readonly int[] TimedBatches = [16, 64];

    /// <summary>Returns the logits, <c>[image, class]</c>.</summary>
    /// <param name="mostAtOnce">The most images in a batch: few for a network with huge tensors (<see cref="ActivationMemory"/>).</param>
    public static float[] Logits(
        OnnxModel model, Preprocessing preprocessing, int classes, ImageSet images, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default,
        bool graphOptimizations = true, int mostAtOnce = LogitsBatch)
    {
        using var reference = new FloatReference(model, threads, graphOptimizations);
        Require(reference, preprocessing, classes, images);
        var batches = new Batches(reference, preprocessing, images, threads);
        var logits = new float[images.Count * classes];
        // A dynamic quantizer takes all images of a batch together, and each image by itself is meant.
        bool isDynamic = model.Graph!.Nodes.Exists(node => node.Operator == "DynamicQuantizeLinear");
        int batch = isDynamic ? 1 : Math.Min(Math.Clamp(LogitsElements / images.Shape.Count, 1, LogitsBatch), mostAtOnce);
        for (int first = 0; first < images.Count; first += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(batch, images.Count - first);
            batches.Run(first, count, logits.AsSpan(first * classes, count * classes));
            progress?.Invoke(first + count);
        }
        return logits;
    }

    /// <summary>
    /// Returns images per second of the same topology in float32, without Q/DQ, fully optimized and warmed up:
    /// the faster of batch 16 and 64, from image bytes to logits.
    /// This is the median of <paramref name="repeats"/> passes over the first images: the first pass is one batch, the others are as many
    /// as take about a tenth of a second (at least one).
    /// </summary>
    public static double ImagesPerSecond(OnnxModel model, Preprocessing preprocessing, int classes, ImageSet images, int threads,
        int repeats = 3, int mostAtOnce = int.MaxValue)
    {
        using var reference = new FloatReference(FloatTopology.WithoutQuantization(model), threads);
        Require(reference, preprocessing, classes, images);
        var batches = new Batches(reference, preprocessing, images, threads);
        return TimedBatches.Select(batch => Math.Min(batch, Math.Min(mostAtOnce, images.Count))).Distinct().Max(batch =>
        {
            var logits = new float[batch * classes];
            batches.Run(0, batch, logits);
            var rates = new List<double> { TimePass(batches, batch, logits, batch) };
            int pass = Math.Min((int)(rates[0] * PassSeconds), images.Count - (images.Count % batch));
            while (rates.Count < repeats) rates.Add(TimePass(batches, pass, logits, batch));
            return rates.Order().ElementAt(repeats / 2);
        });
    }

    /// <summary>Checks that the float network can be compared with a network of this many classes,
    /// which would otherwise be found only after everything else has run.</summary>
    /// <exception cref="ModelException">OnnxRuntime cannot load or run it, it takes other images, its preprocessing is for others, a weight
    /// is not finite, or it has another number of logits.</exception>
    internal static void Require(OnnxModel model, Preprocessing preprocessing, int classes, ImageSet images)
    {
        foreach (var tensor in model.Graph!.Initializers)
            if ((OnnxDataType)tensor.DataType is OnnxDataType.Float or OnnxDataType.Float16 or OnnxDataType.Double)
                ConstantValue.FromTensor(tensor, tensor.Name ?? "");
        using var reference = new FloatReference(model, threads: 1);
        Require(reference, preprocessing, classes, images);
    }

    private static void Require(FloatReference reference, Preprocessing preprocessing, int classes, ImageSet images)
    {
        var shape = images.Shape;
        bool isFlat = reference.ImageShape is [var features] && features == shape.Count;
        if (!isFlat && !reference.ImageShape.SequenceEqual([shape.Channels, shape.Height, shape.Width]))
            throw new ModelException($"The float network takes [{string.Join(", ", reference.ImageShape)}]; "
                + $"the data has images of {shape}.");
        if (preprocessing.Mean.Length != 1 && preprocessing.Mean.Length != shape.Channels)
            throw new ModelException($"The float network's imc.mean and imc.std have {preprocessing.Mean.Length} numbers; "
                + $"images have {shape.Channels} channels, and there must be one for each.");
        int logits = reference.CountLogits();
        if (logits != classes)
            throw new ModelException($"The float network makes {logits} logits per image, the compared network {classes}; "
                + "give a float network with the same classes.");
    }

    private static double TimePass(Batches images, int count, float[] logits, int batch)
    {
        int batches = Math.Max(1, count / batch);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < batches; i++) images.Run(i * batch, batch, logits);
        return batches * batch / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Runs batches of a set of images, in one working memory.</summary>
    private sealed class Batches(FloatReference reference, Preprocessing preprocessing, ImageSet images, int threads)
    {
        private float[] _input = [];

        public void Run(int first, int count, Span<float> logits)
        {
            int size = reference.ImageSize;
            if (_input.Length < count * size) _input = new float[count * size];
            Workers.For(count, threads, CancellationToken.None,
                i => images.ReadInput(first + i, preprocessing, _input.AsSpan(i * size, size)));
            reference.Run(_input.AsSpan(0, count * size), count, logits);
        }
    }
}
