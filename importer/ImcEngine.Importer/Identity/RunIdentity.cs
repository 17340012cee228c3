using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Identity;

/// <summary>What makes a free run pass.</summary>
internal enum RunRule
{
    /// <summary>Enough images have OnnxRuntime's class:
    /// a code at a rounding boundary may fall to either side, and that propagates.</summary>
    Classes,

    /// <summary>Every logit is near OnnxRuntime's: of a network that quantizes nothing.</summary>
    Logits,

    /// <summary>Logits are finite: of a network with quantizers on random inputs, which have no class to agree on.</summary>
    Finite,
}

/// <summary>How close the free-running digital network is to OnnxRuntime's run of the same model.</summary>
/// <param name="Images">The number of images compared.</param>
/// <param name="Agreement">Fraction of images for which both name the same class.</param>
/// <param name="LargestLogitDifference">The largest difference over all images and classes.</param>
/// <param name="LargestLogit">OnnxRuntime's largest logit by magnitude, as a scale for the difference.</param>
/// <param name="Rule">What makes the run pass.</param>
internal sealed record RunCheck(int Images, double Agreement, float LargestLogitDifference, float LargestLogit,
    RunRule Rule = RunRule.Classes)
{
    /// <summary>What OnnxRuntime's own polynomial may be off by where a function such as Sigmoid makes the logits; 0 for other networks.
    /// </summary>
    public float FunctionError { get; init; }

    public bool Passed => float.IsFinite(LargestLogitDifference) && Rule switch
    {
        RunRule.Classes => Agreement >= RunIdentity.LeastAgreement,
        RunRule.Logits => LargestLogitDifference <= RunIdentity.MostDifferenceRelative * LargestLogit + FunctionError,
        _ => true,
    };
}

/// <summary>Measures ARITHMETIC §11 (c): from image to class. Codes that fall to the other side of a boundary propagate. A network without
/// quantizers is held to its logits.</summary>
internal static class RunIdentity
{
    public const double LeastAgreement = 0.995;

    /// <summary>The largest difference of a logit, relative to the largest logit.</summary>
    public const float MostDifferenceRelative = 1e-4f;

    /// <summary>The error of OnnxRuntime's functions from -1 to 1, which is absolute: its Sigmoid of -18 and below is 0.</summary>
    private const float FunctionError = 5e-7f;

    /// <param name="progress">Told how many images OnnxRuntime and the engine together have run, in the end twice their number.</param>
    public static RunCheck Check(IdentitySubject subject, IdentityInputs inputs, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var network = subject.Mapped.Network;
        var (onnx, engine) = inputs.Images is { } images ? OnImages(subject, images, threads, progress, cancellation)
            : OnInputs(subject, inputs, threads, progress, cancellation);
        var rule = !network.Nodes.OfType<QuantizeNode>().Any() ? RunRule.Logits : inputs.Images is null ? RunRule.Finite : RunRule.Classes;
        return new(inputs.Count,
            Predictions.EqualFraction(Classes(onnx, inputs.Count, network.Classes), Classes(engine, inputs.Count, network.Classes)),
            Largest(onnx.Zip(engine, Difference)), Largest(onnx), rule) { FunctionError = EndsInFunction(network) ? FunctionError : 0 };
    }

    private static bool EndsInFunction(Network network)
    {
        int tensor = network.OutputTensor;
        for (int n = network.Nodes.Count - 1; n >= 0; n--)
        {
            var node = network.Nodes[n];
            if (node.Result != tensor) continue;
            if (node is not (ReshapeNode or RearrangeNode))
                return node is FunctionNode { Kind: FunctionKind.Sigmoid or FunctionKind.Tanh or FunctionKind.Erf };
            tensor = node.Inputs[0];
        }
        return false;
    }

    private static (float[] Onnx, float[] Engine) OnImages(IdentitySubject subject, ImageSet images, int threads, Action<int>? progress,
        CancellationToken cancellation)
    {
        var network = subject.Mapped.Network;
        float[] onnx = FloatMeasurement.Logits(subject.Model, network.Preprocessing, network.Classes, images, threads, progress,
            cancellation, graphOptimizations: false,
            mostAtOnce: ActivationMemory.MostImages(network));
        return (onnx, new NetworkRunner(subject.Mapped, new(threads)).Run(images, null, done => progress?.Invoke(images.Count + done),
            cancellation));
    }

    private static (float[] Onnx, float[] Engine) OnInputs(IdentitySubject subject, IdentityInputs inputs, int threads,
        Action<int>? progress, CancellationToken cancellation)
    {
        var network = subject.Mapped.Network;
        float[] onnx = new float[inputs.Count * network.Classes], engine = new float[onnx.Length];
        using var reference = new FloatReference(subject.Model, threads, graphOptimizations: false);
        for (int i = 0; i < inputs.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            reference.RunOne(inputs.Of(network, i))[reference.OutputNames[0]].CopyTo(onnx, i * network.Classes);
            progress?.Invoke(i + 1);
        }
        var runner = new NetworkRunner(subject.Mapped, new(1, 1));
        int done = inputs.Count;
        Workers.For(inputs.Count, threads, cancellation, i =>
        {
            runner.Observe(inputs.Of(network, i), null, null).CopyTo(engine.AsSpan(i * network.Classes));
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        return (onnx, engine);
    }

    /// <summary>Returns the difference; none between equal infinities or two NaN.</summary>
    private static float Difference(float expected, float logit) => expected.Equals(logit) ? 0 : expected - logit;

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
