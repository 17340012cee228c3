using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Turns a float model into a quantized one, as standard QDQ ONNX with the patterns of ARITHMETIC §8:
/// <code>
/// x ----------------> layer       becomes       x --> quantizer --> layer       one quantizer per tensor and format
/// weights -----------'                 codes, steps --> DequantizeLinear --'    a step per output channel
/// </code>
/// Batch norms fold into the weights first. Steps of weights and activations are found by <see cref="QuantizationSpec.Method"/>. Other
/// readers of x, such as residual sums, keep reading x itself. Layers that stay digital keep their float weights.
/// </summary>
public static class PostTrainingQuantizer
{
    /// <summary>The answers of <see cref="IsFloat"/>, each of which takes a reading of the whole graph.</summary>
    private static readonly ConditionalWeakTable<OnnxModel, StrongBox<bool>> FloatModels = [];

    /// <summary>
    /// Tensors of <see cref="Folded"/> whose elements must be sampled: what the layers on the macro read. The given model has them too,
    /// under the same names; the network's input is among them where a layer on the macro reads it.
    /// </summary>
    /// <exception cref="ImcException">The model is not supported or quantized already,
    /// or a layer cannot have the formats that the specification gives it.</exception>
    internal static IReadOnlyList<string> CalibrationTensors(OnnxModel model, RunSpec run) =>
        [.. new QuantizationPlan(Folded(model), run).Layers.Select(layer => layer.Tensor).Distinct()];

    /// <summary>Returns which layers run on the macro, and in which formats.</summary>
    /// <exception cref="ImcException">As <see cref="CalibrationTensors"/>.</exception>
    internal static QuantizationOutline OutlineOf(OnnxModel model, RunSpec run)
    {
        var plan = new QuantizationPlan(Folded(model), run);
        return new([.. plan.Layers.Select(layer => new PlannedLayer(layer.Name, layer.Geometry, layer.Input, layer.Weights))],
            plan.Digital);
    }

    /// <summary>The float network that is quantized: batch norms folded, weights under the layers' names.</summary>
    /// <exception cref="ModelException">The model is not supported, or quantized already.</exception>
    internal static OnnxModel Folded(OnnxModel model) => FloatNetwork.Folded(model);

    /// <summary>Whether nothing in the model is quantized. A quantized model keeps its own steps and levels.</summary>
    /// <exception cref="ModelException">The model is not supported.</exception>
    public static bool IsFloat(OnnxModel model) =>
        FloatModels.GetValue(model, given => new(FloatNetwork.QuantizedPart(given) is null)).Value;

    /// <param name="samples">Samples of every tensor that <see cref="CalibrationTensors"/> names.</param>
    /// <exception cref="ImcException">As <see cref="CalibrationTensors"/>;
    /// or a sample is missing, is empty, or shows that unipolar codes cannot hold its tensor.</exception>
    public static OnnxModel Quantize(OnnxModel model, RunSpec run, IReadOnlyDictionary<string, ActivationSample> samples)
    {
        var network = Folded(model);
        var plan = new QuantizationPlan(network, run);
        var weights = network.Graph!.Initializers.ToDictionary(tensor => tensor.Name!);
        var written = new OnnxBuilder("quantizers");
        var quantized = new Dictionary<(string Tensor, OperandFormat Format), string>();
        var inputs = new Dictionary<string, string[]>();
        foreach (var layer in plan.Layers)
        {
            if (!quantized.TryGetValue((layer.Tensor, layer.Input), out string? input))
                quantized[(layer.Tensor, layer.Input)] =
                    input = WriteActivations(written, layer, Sample(layer, plan, samples), run.Quantization);
            inputs[layer.WeightTensor] = [input, WriteWeights(written, layer, weights[layer.WeightTensor], run.Quantization)];
        }
        return Joined(network, written.Build(), inputs);
    }

    private static ActivationSample Sample(QuantizedLayer layer, QuantizationPlan plan,
        IReadOnlyDictionary<string, ActivationSample> samples)
    {
        if (!samples.TryGetValue(layer.Tensor, out var sample) || sample.Count == 0)
            throw new ImcException($"No calibration sample was given for tensor '{layer.Tensor}', which layer '{layer.Name}' reads. "
                + "Run calibration images and sample every tensor that CalibrationTensors names.");
        if (layer is { Input.Encoding: OperandEncoding.Unipolar, HasZeroPoint: false } && !plan.IsNeverNegative(layer.Tensor)
            && !sample.IsNeverNegative)
            throw new ImcException($"Layer '{layer.Name}': quantization.activationEncoding is unipolar, "
                + $"but its input '{layer.Tensor}' is as low as {sample.Min}. Leave activationEncoding out, or set it to twos-complement.");
        return sample;
    }

    private static string WriteActivations(OnnxBuilder builder, QuantizedLayer layer, ActivationSample sample, QuantizationSpec spec)
    {
        var (elements, counts) = sample.Histogram();
        var (step, zero) = layer.HasZeroPoint ? AsymmetricSearch.Find(elements, counts, layer.Input, spec.Method, spec.Percentile)
            : (StepSearch.Find(elements, counts, layer.Input, spec.Method, spec.Percentile), 0);
        string name = $"{layer.Tensor}.{OperandFormat.Name(layer.Input.Encoding)}{layer.Input.Bits}";
        return QdqPatterns.WriteActivations(builder, layer.Tensor, name, new(layer.Rule, layer.Input, step, zero));
    }

    private static string WriteWeights(OnnxBuilder builder, QuantizedLayer layer, OnnxTensor weights, QuantizationSpec spec)
    {
        try
        {
            var codes = WeightQuantizer.Quantize(TensorData.ToFloats(weights), (int)weights.Dims[0], layer.Weights, spec.Method,
                spec.Percentile);
            return QdqPatterns.WriteWeights(builder, layer.WeightTensor, weights.Dims, codes);
        }
        catch (ImcException e)
        {
            throw new ImcException($"Layer '{layer.Name}' cannot be quantized: {e.Message}", e);
        }
    }

    /// <param name="network">The float network.</param>
    /// <param name="written">The quantizers and codes, and their metadata.</param>
    /// <param name="inputs">By weight initializer: what the layer reads in place of its input and its weights.</param>
    internal static OnnxModel Joined(OnnxModel network, OnnxModel written, Dictionary<string, string[]> inputs)
    {
        var nodes = new List<OnnxNode>(written.Graph!.Nodes);
        foreach (var node in network.Graph!.Nodes)
            nodes.Add(node.Inputs.Count > 1 && inputs.TryGetValue(node.Inputs[1], out var replaced)
                ? new() { Operator = node.Operator, Name = node.Name, Inputs = [.. replaced, .. node.Inputs.Skip(2)],
                    Outputs = node.Outputs, Attributes = node.Attributes }
                : node);
        var kept = network.Graph.Initializers.Where(tensor => !inputs.ContainsKey(tensor.Name!));
        var joined = FloatTopology.WithGraph(network, nodes, [.. kept, .. written.Graph.Initializers], network.Graph.Outputs);
        joined.Metadata.AddRange(written.Metadata);
        joined.IrVersion = Math.Max(joined.IrVersion, written.IrVersion);
        // A network in one form uses ONNX's own domain alone.
        joined.OperatorSets =
            [new() { Domain = "", Version = Math.Max(joined.OperatorSets.Single().Version, written.OperatorSets.Single().Version) }];
        // ONNX wants every node after those that it reads from.
        return FloatTopology.WithGraph(joined, new GraphIndex(joined).Nodes, joined.Graph!.Initializers, joined.Graph.Outputs);
    }
}
