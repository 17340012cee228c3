using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Importer.Identity;

/// <summary>How near the free-running digital network is to OnnxRuntime's run of the same model.</summary>
/// <param name="Images">Compared.</param>
/// <param name="Agreement">Fraction of images of which both name the same class.</param>
/// <param name="LargestLogitDifference">Over all images and classes.</param>
/// <param name="LargestLogit">OnnxRuntime's, by magnitude: what the difference is to be measured by.</param>
internal sealed record RunCheck(int Images, double Agreement, float LargestLogitDifference, float LargestLogit)
{
    public bool Passed => Agreement >= RunIdentity.LeastAgreement && float.IsFinite(LargestLogitDifference);
}

/// <summary>ARITHMETIC §11 (c): from image to class, codes that fall to the other side of a boundary carried along.</summary>
internal static class RunIdentity
{
    public const double LeastAgreement = 0.995;

    /// <param name="progress">Told how many images are done by OnnxRuntime and the engine together, twice as many as there are.</param>
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

    /// <summary>By magnitude; NaN where any is.</summary>
    private static float Largest(IEnumerable<float> numbers) =>
        numbers.Aggregate(0f, (largest, number) => Math.Max(largest, Math.Abs(number)));

    private static int[] Classes(float[] logits, int images, int classes)
    {
        var predicted = new int[images];
        Predictions.Classify(logits, classes, predicted);
        return predicted;
    }
}
