using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Importer.Identity;

/// <summary>How close the free-running digital network is to OnnxRuntime's run of the same model.</summary>
/// <param name="Images">The number of images compared.</param>
/// <param name="Agreement">Fraction of images for which both name the same class.</param>
/// <param name="LargestLogitDifference">The largest difference over all images and classes.</param>
/// <param name="LargestLogit">OnnxRuntime's largest logit by magnitude, as a scale for the difference.</param>
internal sealed record RunCheck(int Images, double Agreement, float LargestLogitDifference, float LargestLogit)
{
    public bool Passed => Agreement >= RunIdentity.LeastAgreement && float.IsFinite(LargestLogitDifference);
}

/// <summary>Measures ARITHMETIC §11 (c): from image to class. Codes that fall to the other side of a boundary propagate.</summary>
internal static class RunIdentity
{
    public const double LeastAgreement = 0.995;

    /// <param name="progress">Told how many images OnnxRuntime and the engine together have run, in the end twice their number.</param>
    public static RunCheck Check(IdentitySubject subject, ImageSet images, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var network = subject.Mapped.Network;
        float[] onnx = FloatMeasurement.Logits(subject.Model, network.Preprocessing, network.Classes, images, threads, progress,
            cancellation, graphOptimizations: false,
            mostAtOnce: ActivationMemory.MostImages(network));
        float[] engine = new NetworkRunner(subject.Mapped, new(threads)).Run(images, null, done => progress?.Invoke(images.Count + done),
            cancellation);
        return new(images.Count,
            Predictions.EqualFraction(Classes(onnx, images.Count, network.Classes), Classes(engine, images.Count, network.Classes)),
            Largest(onnx.Zip(engine, (expected, logit) => expected - logit)), Largest(onnx));
    }

    /// <summary>Returns the largest magnitude; NaN if any number is NaN.</summary>
    private static float Largest(IEnumerable<float> numbers) =>
        numbers.Aggregate(0f, (largest, number) => Math.Max(largest, Math.Abs(number)));

    private static int[] Classes(float[] logits, int images, int classes)
    {
        var predicted = new int[images];
        Predictions.Classify(logits, classes, predicted);
        return predicted;
    }
}
