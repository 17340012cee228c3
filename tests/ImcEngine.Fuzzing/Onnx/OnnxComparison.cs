using System.Numerics.Tensors;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using Microsoft.ML.OnnxRuntime;

namespace ImcEngine.Fuzzing.Onnx;

/// <summary>
/// Compares a network as the engine runs it, with exact sums, with OnnxRuntime:
/// <code>
/// |engine - OnnxRuntime| &lt;= 1e-4 * largest |OnnxRuntime| + 8 * unsteadiness
/// </code>
/// Unsteadiness is how far the logit moves if every tensor on the way is moved by about a rounding error, or if OnnxRuntime optimizes the
/// graph. It is computed only if the first term is exceeded.
/// It distinguishes a wrong operator from a value on a quantizer's boundary and from differences of large numbers.
/// </summary>
internal static class OnnxComparison
{
    private const int Images = 2, Trials = 32;
    private const float Tolerance = 1e-4f, Margin = 8, Rounding = 1f / (1 << 20), FloatsOverflow = 1e30f, FloatsUnderflow = 1e-30f;
    private const float MostCancellation = 1 << 22;
    private const long MostElements = 1 << 18, MostProducts = 1 << 23;

    /// <summary>The most images of a fixed batch, which OnnxRuntime always runs whole.</summary>
    private const int MostBatch = 64;

    private static readonly TileWorkers Tiles = new(1);
    private static readonly DOrtLoggingFunction NoLog = (_, _, _, _, _, _) => { };

    /// <summary>Suppresses what OnnxRuntime prints about models that it refuses.
    /// This has an effect only before its first use in a process.</summary>
    public static void SilenceOnnxRuntime()
    {
        var options = new EnvironmentCreationOptions
        {
            logId = "fuzzing",
            logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            loggingFunction = NoLog,
        };
        if (!OrtEnv.IsCreated) OrtEnv.CreateInstanceWithOptions(ref options);
    }

    /// <returns>False if it was not compared: it is too large, the macro or OnnxRuntime refuses the model, or both make NaN on the way.
    /// </returns>
    /// <exception cref="BrokenPropertyException">They differ.</exception>
    public static bool TryRun(byte[] model, Network network)
    {
        if (IsLarge(network) || TryMap(network) is not { } mapped) return false;
        try
        {
            using var reference = new FloatReference(model, threads: 1, graphOptimizations: false);
            if (reference.FixedBatch > MostBatch) return false;
            BrokenPropertyException.Require(reference.ImageSize == network.InputShape.Count, "OnnxRuntime takes other images",
                () => $"{reference.ImageSize} numbers, the engine {network.InputShape}");
            for (int image = 0; image < Images; image++)
                if (!TryCompare(model, mapped, reference, Image(reference.ImageSize, image, reference.Integers?.First))) return false;
            return true;
        }
        catch (Exception refused) when (refused is ImcException or OnnxRuntimeException)
        {
            return false;
        }
    }

    private static MappedNetwork? TryMap(Network network)
    {
        try
        {
            return new(network, MacroPresets.Get(MacroPresets.Ideal));
        }
        catch (ImcException)
        {
            return null;
        }
    }

    private static bool IsLarge(Network network) =>
        network.Tensors.Sum(tensor => (long)tensor.Shape.Count) > MostElements
        || network.Nodes.OfType<DigitalNode>().Select(node => node.Geometry).Concat(network.MacroLayers.Select(node => node.Geometry))
            .Sum(geometry => geometry.WeightCount * (double)geometry.OutputPixels) > MostProducts;

    /// <summary>Makes an image of numbers from -2 to 2 in steps of 2^-10, with zeros, or of bytes.</summary>
    /// <param name="byteZero">The number that byte 0 becomes; null: the image is not of bytes.</param>
    private static float[] Image(int size, int image, int? byteZero) =>
    [
        .. Enumerable.Range(0, size).Select(i => (int)(((uint)(i + (size * image)) * 2654435761u + 12345) >> 20))
            .Select(number => byteZero + (number >> 4) ?? ((number / 1024f) - 2)),
    ];

    private static bool TryCompare(byte[] model, MappedNetwork mapped, FloatReference reference, float[] image)
    {
        float[] expected = reference.RunOne(image)[reference.OutputNames[0]], actual = Run(mapped, image);
        BrokenPropertyException.Require(expected.Length == actual.Length, "OnnxRuntime gives other logits",
            () => $"{expected.Length}, the engine {actual.Length}");
        float largest = expected.Where(float.IsFinite).Select(Math.Abs).Append(FloatsUnderflow).Max();
        if (largest > FloatsOverflow || !Enumerable.Range(0, actual.Length).Any(i => Differs(actual[i], expected[i], Tolerance * largest)))
            return true;
        if (BothMakeNaN(model, mapped, image)) return false;
        float[] unsteadiness = Unsteadiness(model, mapped, image, expected);
        for (int i = 0; i < actual.Length; i++)
            BrokenPropertyException.Require(!Differs(actual[i], expected[i], Tolerance * largest + Margin * unsteadiness[i]),
                $"differs from OnnxRuntime: {Operators(mapped.Network)}",
                () => $"logit {i} of {actual.Length}: "
                    + $"{actual[i]:R}, OnnxRuntime {expected[i]:R}, largest {largest:R}, unsteady by {unsteadiness[i]:R}");
        return true;
    }

    /// <summary>Whether a tensor on the way holds NaN in OnnxRuntime too. What its maxima and comparisons make of NaN depends on the place
    /// that it has in their vectors: mostly an extreme is that of the other elements. The engine's is NaN.</summary>
    private static bool BothMakeNaN(byte[] model, MappedNetwork mapped, float[] image)
    {
        var file = OnnxFile.Read(new MemoryStream(model));
        var named = file.Graph!.Nodes.SelectMany(node => node.Outputs).ToHashSet();
        var network = mapped.Network;
        var engine = new SteppedImage(mapped);
        image.CopyTo(engine.Floats(0));
        for (int n = 0; n < network.Nodes.Count; n++)
        {
            engine.Run(n);
            var tensor = network.Tensors[network.Nodes[n].Result];
            if (tensor.IsCodes || !named.Contains(tensor.Name) || !TensorPrimitives.IsNaNAny<float>(engine.Floats(network.Nodes[n].Result)))
                continue;
            using var reference = new FloatReference(FloatTopology.WithOutputs(file, tensor.Name), threads: 1, graphOptimizations: false);
            return reference.RunOne(image)[tensor.Name].Any(float.IsNaN);
        }
        return false;
    }

    /// <summary>Whether two logits differ. Two NaN are equal, and an unsteadiness of NaN allows everything.</summary>
    private static bool Differs(float actual, float expected, float allowed) =>
        float.IsFinite(actual) && float.IsFinite(expected) ? Math.Abs(actual - expected) > allowed
            : float.IsFinite(actual) != float.IsFinite(expected) && float.IsFinite(allowed);

    /// <summary>Returns the kinds of nodes, so that the same fault mostly has the same name.</summary>
    private static string Operators(Network network) =>
        string.Join(' ', network.Nodes.Select(node => node.GetType().Name.Replace("Node", "", StringComparison.Ordinal)).Distinct()
            .Order(StringComparer.Ordinal));

    /// <summary>Runs a network as the engine does, with steps fused where it fuses them.</summary>
    private static float[] Run(MappedNetwork mapped, float[] image)
    {
        var state = new ImageState(new(mapped.Prepared, Tiles));
        state.Start(new RunContext(0, default));
        image.CopyTo(state.Floats(0));
        mapped.Digital.ProgramFor(1).Run([state]);
        return state.Floats(mapped.Network.OutputTensor).ToArray();
    }

    /// <summary>Returns by how much each logit moves at most; NaN where the image has no defined result.</summary>
    private static float[] Unsteadiness(byte[] model, MappedNetwork mapped, float[] image, float[] expected)
    {
        using var optimized = new FloatReference(model, threads: 1);
        if (RunMoved(mapped, image, null) is not { } steady) return [.. expected.Select(_ => float.NaN)];
        float[] most = Distances(optimized.RunOne(image)[optimized.OutputNames[0]], expected);
        // One generator for all trials: those of neighbouring seeds move some elements alike.
        var random = new Random(1);
        for (int trial = 0; trial < Trials; trial++)
        {
            float[] moved = Distances(RunMoved(mapped, image, random) ?? steady, steady);
            for (int i = 0; i < most.Length; i++) most[i] = Math.Max(most[i], moved[i]);
        }
        return most;
    }

    private static float[] Distances(float[] one, float[] other) =>
        [.. one.Zip(other, (a, b) => float.IsFinite(a) || float.IsFinite(b) ? Math.Abs(a - b) : 0)];

    /// <summary>Returns what a layer's products could add up to without cancellation:
    /// the rounding error of a float sum is relative to this.</summary>
    private static float LargestSum(Node node, SteppedImage engine)
    {
        var (weights, factor) = node switch
        {
            MacroNode macro => (RealCodes(macro),
                Largest(macro.ResultScale.Select(scale => (float)scale)) * LargestCode(macro, engine)),
            DigitalNode digital => (digital.Weights, Largest([.. engine.Floats(node.Inputs[0])])),
            _ => ([], 0f),
        };
        int outputs = node switch { MacroNode macro => macro.Geometry.OutputChannels,
            DigitalNode digital => digital.Geometry.OutputChannels, _ => 1 };
        return weights.Length == 0 ? 0 : factor * weights.Chunk(weights.Length / outputs).Max(ofOutput => ofOutput.Sum(Math.Abs));
    }

    /// <summary>Returns the weights' codes without their zero points.</summary>
    private static float[] RealCodes(MacroNode macro)
    {
        int taps = macro.WeightCodes.Length / macro.Geometry.OutputChannels;
        return [.. macro.WeightCodes.Select((code, i) => (float)code - (macro.Zeros?.Weights?[i / taps] ?? 0))];
    }

    private static float LargestCode(MacroNode macro, SteppedImage engine)
    {
        int zero = macro.Zeros?.Input ?? 0;
        return Largest(engine.Codes(macro.Inputs[0]).ToArray().Select(code => (float)code - zero));
    }

    /// <summary>Returns the numbers of which one element's rounding error is a part: the element itself, the largest number that was added
    /// up, or what OnnxRuntime's own polynomials are relative to.</summary>
    private static float[] ErrorBases(Node node, SteppedImage engine, float largestSum)
    {
        float[] bases = Array.ConvertAll(engine.Floats(node.Result).ToArray(), Math.Abs);
        switch (node)
        {
            case GlobalAverageNode or PoolNode { Kind: not PoolKind.Max }:
                Array.Fill(bases, Largest([.. engine.Floats(node.Inputs[0])]));
                break;
            case NormalizationNode normalization:
                Array.Fill(bases, bases.Max() * Cancellation(normalization, engine.Floats(node.Inputs[0])));
                break;
            case DigitalNode or MacroNode or ChannelAffineNode or ReduceNode or VariadicNode or AxisSoftmaxNode
                or BinaryNode { Kind: BinaryKind.Add or BinaryKind.Sub }:
                float largest = Math.Max(largestSum, bases.Max());
                Array.Fill(bases, largest);
                break;
            case FunctionNode { Kind: FunctionKind.Gelu or FunctionKind.GeluTanh or FunctionKind.Mish or FunctionKind.Softplus
                or FunctionKind.Swish }:
                float[] inputs = [.. engine.Floats(node.Inputs[0])];
                for (int i = 0; i < bases.Length; i++) bases[i] = Math.Max(1, Math.Abs(inputs[i]));
                break;
            case FunctionNode { Kind: FunctionKind.Celu } celu:
                for (int i = 0; i < bases.Length; i++) bases[i] = Math.Max(Math.Max(1, (float)celu.A), bases[i]);
                break;
            case FunctionNode { Kind: not (FunctionKind.Exp or FunctionKind.Log or FunctionKind.Pow) }:
                for (int i = 0; i < bases.Length; i++) bases[i] = Math.Max(1, bases[i]);
                break;
            // OnnxRuntime adds the squares of the next channel to a sum and subtracts those of the last, from the first channel on.
            case LocalResponseNode local:
                float most = Largest([.. engine.Floats(node.Inputs[0])]), condition = 1 + (local.Alpha * most * most / local.Bias);
                for (int i = 0; i < bases.Length; i++) bases[i] *= condition;
                break;
        }
        return bases;
    }

    /// <summary>Returns how much larger than a variance what it is the difference of may be: OnnxRuntime subtracts the squared mean from
    /// the mean of squares. NaN where nothing remains of it, and OnnxRuntime may take the root of a negative number.</summary>
    private static float Cancellation(NormalizationNode node, ReadOnlySpan<float> inputs)
    {
        float most = 1;
        foreach (float[] part in inputs.ToArray().Chunk(inputs.Length / node.Parts))
        {
            double mean = part.Average(x => (double)x), variance = part.Average(x => (x - mean) * (x - mean));
            most = Math.Max(most, (float)(1 + (mean * mean / (variance + node.Epsilon))));
        }
        return most < MostCancellation ? most : float.NaN;
    }

    private static float Largest(IEnumerable<float> numbers) => numbers.Select(Math.Abs).Max();

    /// <summary>Whether a layer's sum is infinite on the way, so that it depends on the order of its terms.</summary>
    private static bool Overflows(Node node, SteppedImage engine) =>
        node is DigitalNode or MacroNode && !TensorPrimitives.IsFiniteAll<float>(engine.Floats(node.Result));

    /// <summary>Runs node by node and moves every result by a rounding error.</summary>
    /// <returns>Null if a quantizer has a quotient beyond int32, which OnnxRuntime converts without saturating, a layer's sum overflows, or
    /// the square of a number on the way is no float32.</returns>
    private static float[]? RunMoved(MappedNetwork mapped, float[] image, Random? random)
    {
        var network = mapped.Network;
        var engine = new SteppedImage(mapped);
        image.CopyTo(engine.Floats(0));
        for (int n = 0; n < network.Nodes.Count; n++)
        {
            var node = network.Nodes[n];
            if (node is QuantizeNode quantizer && Largest([.. engine.Floats(node.Inputs[0])]) > int.MaxValue * quantizer.Step) return null;
            float largestSum = LargestSum(node, engine);
            engine.Run(n);
            if (network.Tensors[node.Result].IsCodes) continue;
            if (Largest([.. engine.Floats(node.Result)]) > FloatsOverflow || Overflows(node, engine)) return null;
            if (random is null) continue;
            var result = engine.Floats(node.Result);
            float[] bases = ErrorBases(node, engine, largestSum);
            for (int i = 0; i < result.Length; i++) result[i] += Rounding * (random.NextSingle() * 2 - 1) * bases[i];
        }
        return engine.Floats(network.OutputTensor).ToArray();
    }
}
