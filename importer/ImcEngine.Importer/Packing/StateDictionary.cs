using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Packing;

/// <summary>
/// Puts the float weights, biases and batch norms of a PyTorch state dictionary into a network in the form of
/// <see cref="Quantization.FloatNetwork"/>, whatever its exporter made of their names:
/// <code>
/// LAYER.weight   [outputChannel, ...]                          the layer's weights
/// LAYER.bias     [outputChannel]                               its bias
/// NORM.weight, .bias, .running_mean, .running_var [channels]   the batch norm that the exporter folded into the layer; it comes back:
///
/// Conv(x, folded weights, folded bias)    becomes    Conv(x, LAYER.weight) -> BatchNormalization
/// </code>
/// LAYER is a layer's name or that of its module, NORM what follows it (<see cref="PyTorchNames"/>). Weights that are quantized as they
/// were trained must be those from before a batch norm.
/// </summary>
/// <param name="isLatent">Whether weights of the archive are quantized. Then a bias of the file must not stay beside them, for a batch norm
/// may be folded into it.</param>
internal sealed class StateDictionary(TopologyArrays arrays, bool isLatent)
{
    /// <summary>PyTorch's usual one; a file that has folded its batch norms does not tell.</summary>
    private const float Epsilon = 1e-5f;

    /// <summary>In the order of BatchNormalization's inputs.</summary>
    private static readonly string[] NormFields = [".weight", ".bias", ".running_mean", ".running_var"];

    private readonly Dictionary<string, OnnxTensor> _initializers = [];

    /// <summary>Returns what the names of a layer's arrays begin with:
    /// its own name, or that of its module where arrays have that.</summary>
    public string PrefixOf(LayerStep layer, string name)
    {
        bool IsPrefix(string prefix) => arrays.Names.Any(array => array.StartsWith(prefix + ".", StringComparison.Ordinal));
        return !IsPrefix(name) && PyTorchNames.ModuleOf(layer.Node.Name) is { } module && IsPrefix(module) ? module : name;
    }

    /// <summary>Returns the network with the arrays in it.</summary>
    public OnnxModel PutInto(OnnxModel network)
    {
        var index = new GraphIndex(network);
        var layers = new GraphReader(index).Steps.OfType<LayerStep>().ToDictionary(layer => layer.Result.Name);
        foreach (var tensor in network.Graph!.Initializers) _initializers.Add(tensor.Name!, tensor);
        var tensors = new Names(index.TensorNames);
        var names = new Names();
        var nodes = network.Graph.Nodes.SelectMany(node => layers.TryGetValue(node.Outputs[0], out var layer)
            ? Replaced(node, PrefixOf(layer, names.Take(Names.OfLayer(layer))), tensors) : [node]).ToList();
        return FloatTopology.WithGraph(network, nodes, FloatTopology.Used(_initializers.Values, nodes), network.Graph.Outputs);
    }

    /// <summary>Replaces what a layer computes with. Returns the layer, or it and the batch norm that it had folded.</summary>
    private OnnxNode[] Replaced(OnnxNode layer, string prefix, Names tensors)
    {
        Replace(prefix + ".weight", layer.Inputs[1]);
        if (layer.Inputs.Count < 3) return [layer];
        Replace(prefix + ".bias", layer.Inputs[2]);
        long[] channels = _initializers[layer.Inputs[2]].Dims;
        if (PyTorchNames.NormOf(prefix) is { } norm && NormFields.All(field => arrays.Has(norm + field) && !arrays.IsUsed(norm + field)))
            return Unfolded(layer, norm, channels, keepsBias: arrays.IsUsed(prefix + ".bias"), tensors);
        if (isLatent && arrays.IsUsed(prefix + ".weight") && !arrays.IsUsed(prefix + ".bias"))
            arrays.Problem($"'{prefix}.bias' [{string.Join(", ", channels)}] is missing, or the batch norm after it"
                + (PyTorchNames.NormOf(prefix) is { } usual ? $" ('{usual}{string.Join($"', '{usual}", NormFields)}')" : "")
                + ": the file's bias belongs to its own weights");
        return [layer];
    }

    private void Replace(string array, string initializer)
    {
        if (!arrays.Has(array) || arrays.IsUsed(array)) return;
        long[] dims = _initializers[initializer].Dims;
        if (arrays.Require(array, Array.ConvertAll(dims, size => (int)size)))
            _initializers[initializer] = TensorEncoder.Floats(initializer, dims, arrays.Singles(array));
    }

    /// <param name="keepsBias">Whether the layer has a bias besides that of the batch norm.</param>
    private OnnxNode[] Unfolded(OnnxNode layer, string norm, long[] channels, bool keepsBias, Names tensors)
    {
        if (NormFields.Count(field => arrays.Require(norm + field, [(int)channels[0]])) < NormFields.Length) return [layer];
        string sum = tensors.Take(layer.Outputs[0] + ".sum");
        List<string> parameters = [sum];
        foreach (string field in NormFields)
        {
            string name = tensors.Take(norm + field);
            _initializers[name] = TensorEncoder.Floats(name, channels, arrays.Singles(norm + field));
            parameters.Add(name);
        }
        return
        [
            new() { Operator = layer.Operator, Name = layer.Name, Inputs = [.. layer.Inputs.Take(keepsBias ? 3 : 2)],
                Outputs = [sum], Attributes = layer.Attributes },
            new() { Operator = "BatchNormalization", Name = norm, Inputs = parameters, Outputs = [layer.Outputs[0]],
                Attributes = [OnnxBuilder.Attribute("epsilon", Epsilon)] },
        ];
    }
}
