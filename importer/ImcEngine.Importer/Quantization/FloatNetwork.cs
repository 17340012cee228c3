using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// A float model in the one form that quantization works on:
/// <code>
/// every layer is  Conv(x, NAME.weight [, NAME.bias])  or  Gemm(x, NAME.weight [, NAME.bias]) with transB = 1
/// </code>
/// NAME is the layer's name as the importer derives it, weights are a float32 initializer <c>[outputChannel, ...]</c> of this layer alone;
/// constants are computed, batch norms folded, the opset is 21 at least. Tensors that depend on the image keep their names.
/// </summary>
internal sealed class FloatNetwork
{
    private readonly GraphIndex _index;
    private readonly GraphReader _graph;
    private readonly Dictionary<string, (LayerStep Layer, string Name)> _layers = [];
    private readonly IReadOnlyList<OnnxNode> _staying;
    private readonly HashSet<string> _made;
    private readonly Names _names;
    private readonly List<OnnxTensor> _initializers = [];
    private readonly HashSet<string> _kept = [];

    private FloatNetwork(GraphIndex index, GraphReader graph)
    {
        (_index, _graph) = (index, graph);
        var names = new Names();
        foreach (var layer in graph.Steps.OfType<LayerStep>()) _layers.Add(layer.Result.Name, (layer, names.Take(Names.OfLayer(layer))));
        _staying = [.. graph.Nodes.Where(node => !node.Outputs.All(output => output.Length == 0 || IsComputed(output)))];
        _made = [.. _staying.SelectMany(node => node.Outputs)];
        _names = new([.. index.Inputs.Select(input => input.Name!), .. _made,
            .. _staying.Where(node => !_layers.ContainsKey(node.Outputs[0])).SelectMany(node => node.Inputs)]);
    }

    /// <exception cref="ModelException">The graph is not supported, or the network is quantized already.</exception>
    public static OnnxModel Folded(OnnxModel model) => GraphFolding.FoldBatchNorms(InOneForm(model));

    /// <summary>Returns the same without folding batch norms.</summary>
    /// <exception cref="ModelException">As <see cref="Folded"/>.</exception>
    public static OnnxModel InOneForm(OnnxModel model)
    {
        var (index, graph) = NetworkImporter.Read(model);
        if (QuantizedPart(index, graph) is { } part)
            throw new ModelException($"The model is quantized already ('{part}'), and a quantized network keeps its own steps and levels. "
                + "Use it as it is, or quantize the float network that it was made from.");
        return new FloatNetwork(index, graph).Canonical(model);
    }

    /// <summary>The model in the form in which the importer reads it: with every tensor that the imported network has, under its name.
    /// </summary>
    /// <exception cref="ModelException">The graph is not supported.</exception>
    public static OnnxModel AsRead(OnnxModel model)
    {
        var index = new GraphIndex(model);
        var network = new FloatNetwork(index, new(index));
        network._layers.Clear();
        return network.Canonical(model);
    }

    /// <summary>Returns a quantizer of the model or a layer with codes, by name; null if everything is float.</summary>
    /// <exception cref="ModelException">The graph is not supported.</exception>
    public static string? QuantizedPart(OnnxModel model)
    {
        var (index, graph) = NetworkImporter.Read(model);
        return QuantizedPart(index, graph);
    }

    private static string? QuantizedPart(GraphIndex index, GraphReader graph) =>
        (IntegerInput.IsAllThatIsQuantized(index) ? null
            : index.Nodes.FirstOrDefault(node => node.Operator is "QuantizeLinear" or "DequantizeLinear")?.Outputs[0])
        ?? new NetworkPlan(graph, index.Metadata, _ => false, keepsZeroPoints: false).Layers.Find(layer => layer.Input is not null)?.Name;

    private OnnxModel Canonical(OnnxModel model)
    {
        var nodes = new List<OnnxNode>();
        foreach (var node in _staying)
        {
            if (_layers.TryGetValue(node.Outputs[0], out var layer))
            {
                nodes.Add(LayerNode(layer.Layer, layer.Name, node));
                continue;
            }
            nodes.Add(node);
            foreach (string input in node.Inputs) KeepConstant(input);
        }
        var canonical = FloatTopology.WithGraph(model, Named(nodes), FloatTopology.Used(_initializers, nodes), _index.Graph.Outputs);
        canonical.IrVersion = Math.Max(model.IrVersion, OpsetUpgrade.IrVersion);
        canonical.OperatorSets = [new() { Domain = "", Version = Math.Max(_index.Opset, OpsetUpgrade.Opset) }];
        return canonical;
    }

    /// <summary>The nodes with different names, which OnnxRuntime asks for: some stand for one node of the file together.</summary>
    private static IEnumerable<OnnxNode> Named(List<OnnxNode> nodes)
    {
        var names = new Names();
        foreach (var node in nodes)
        {
            string name = string.IsNullOrEmpty(node.Name) ? "" : names.Take(node.Name);
            yield return name == (node.Name ?? "") ? node : new()
            {
                Operator = node.Operator, Name = name, Domain = node.Domain, Inputs = node.Inputs, Outputs = node.Outputs,
                Attributes = node.Attributes,
            };
        }
    }

    private bool IsComputed(string tensor) => _graph.ConstantNamed(tensor) is { HasBatch: false };

    private void KeepConstant(string tensor)
    {
        if (tensor.Length == 0 || _made.Contains(tensor) || !IsComputed(tensor) || !_kept.Add(tensor)) return;
        var constant = _graph.ConstantNamed(tensor)!;
        long[] dims = Array.ConvertAll(constant.Dims, size => (long)size);
        _initializers.Add(constant.Floats is { } floats ? TensorEncoder.Floats(tensor, dims, floats)
            : constant.Doubles is { } doubles ? TensorEncoder.Doubles(tensor, dims, doubles, constant.Type)
            : TensorEncoder.Integers(tensor, dims, constant.Integers, constant.Type));
    }

    private OnnxNode LayerNode(LayerStep layer, string name, OnnxNode node)
    {
        bool isLinear = node.Operator is "Gemm" or "MatMul";
        List<string> inputs = [node.Inputs[0], Initializer($"{name}.weight", layer.Weights.Dims, Weights(layer))];
        if (layer.Bias is { } bias) inputs.Add(Initializer($"{name}.bias", [bias.Length], Array.ConvertAll(bias, b => (float)b)));
        return new()
        {
            Operator = isLinear ? "Gemm" : node.Operator, Name = node.Name, Inputs = inputs, Outputs = [node.Outputs[0]],
            Attributes = isLinear ? [OnnxBuilder.Attribute("transB", 1)] : node.Attributes,
        };
    }

    private static float[] Weights(LayerStep layer) =>
        layer.Alpha == 1 ? layer.Weights.Floats! : Array.ConvertAll(layer.Weights.Floats!, weight => (float)(weight * layer.Alpha));

    private string Initializer(string name, int[] dims, float[] elements)
    {
        string unique = _names.Take(name);
        _initializers.Add(TensorEncoder.Floats(unique, Array.ConvertAll(dims, size => (long)size), elements));
        return unique;
    }
}
