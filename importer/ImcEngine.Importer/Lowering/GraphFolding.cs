using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Folds batch norms of float networks into the weights before these are quantized (ARITHMETIC §6).</summary>
internal static class GraphFolding
{
    /// <summary>
    /// Folds every BatchNormalization that is the only reader of a Conv, Gemm or MatMul with constant float weights into weights and bias,
    /// computed in double and rounded once.
    /// A MatMul with a batch norm becomes a Gemm. Others stay as they are.
    /// Casts of initializers (weights stored in float16) become float initializers first.
    /// The given model is not changed.
    /// </summary>
    /// <exception cref="ModelException">The graph is not sound.</exception>
    public static OnnxModel FoldBatchNorms(OnnxModel model)
    {
        var index = new GraphIndex(WithoutCasts(model));
        var readers = index.Nodes.SelectMany(node => node.Inputs, (node, input) => (node, input))
            .ToLookup(pair => pair.input, pair => pair.node);
        var outputs = index.Graph.Outputs.Select(output => output.Name).ToHashSet();
        var initializers = index.Graph.Initializers.ToDictionary(tensor => tensor.Name!);
        var names = new Names([.. initializers.Keys, .. index.Nodes.SelectMany(node => node.Inputs),
            .. index.Nodes.SelectMany(node => node.Outputs)]);
        var folded = new Dictionary<OnnxNode, OnnxNode?>();
        foreach (var layer in index.Nodes)
        {
            if (layer.Operator is not ("Conv" or "Gemm" or "MatMul") || outputs.Contains(layer.Outputs[0])) continue;
            if (readers[layer.Outputs[0]].ToArray() is not [{ Operator: "BatchNormalization" } norm]) continue;
            if (Fold(new(layer, index.Opset), new(norm, index.Opset), initializers, readers, names) is not { } inputs) continue;
            folded[norm] = null;
            folded[layer] = new()
            {
                Operator = layer.Operator == "MatMul" ? "Gemm" : layer.Operator,
                Name = layer.Name, Domain = layer.Domain,
                Attributes = [.. layer.Attributes.Where(attribute => layer.Operator != "Gemm" || attribute.Name is "transA" or "transB")],
                Inputs = [layer.Inputs[0], .. inputs], Outputs = [norm.Outputs[0]],
            };
        }
        OnnxNode[] nodes = [.. index.Nodes.Select(node => folded.GetValueOrDefault(node, node)).OfType<OnnxNode>()];
        return FloatTopology.WithGraph(model, nodes, FloatTopology.Used(initializers.Values, nodes), index.Graph.Outputs);
    }

    /// <summary>Replaces Casts of initializers by float initializers.
    /// One keeps its name, and so its layer's, if nothing else reads it.</summary>
    private static OnnxModel WithoutCasts(OnnxModel model)
    {
        var index = new GraphIndex(model);
        var readers = index.Nodes.SelectMany(node => node.Inputs).CountBy(input => input).ToDictionary();
        var initializers = index.Graph.Initializers.ToDictionary(tensor => tensor.Name!);
        var renamed = new Dictionary<string, string>();
        var nodes = new List<OnnxNode>();
        foreach (var node in index.Nodes)
        {
            if (node.Operator == "Cast" && node.Inputs.Count == 1 && initializers.TryGetValue(node.Inputs[0], out var tensor)
                && ConstantFolder.Fold(new(node, index.Opset),
                    [ConstantValue.FromTensor(tensor, node.Inputs[0])]) is [{ Floats: float[] floats }])
            {
                string name = renamed[node.Outputs[0]] = readers[node.Inputs[0]] == 1 ? node.Inputs[0] : node.Outputs[0];
                initializers[name] = TensorEncoder.Floats(name, tensor.Dims, floats);
            }
            else
            {
                nodes.Add(FloatTopology.Renamed(node, renamed));
            }
        }
        return FloatTopology.WithGraph(model, nodes, FloatTopology.Used(initializers.Values, nodes), index.Graph.Outputs);
    }

    /// <summary>Returns the names of the new weights and bias; null if something is not a constant float.</summary>
    private static string[]? Fold(NodeView layer, NodeView norm, Dictionary<string, OnnxTensor> initializers,
        ILookup<string, OnnxNode> readers, Names names)
    {
        ConstantValue? Constant(NodeView node, int input) =>
            node.HasInput(input) && initializers.TryGetValue(node.Inputs[input], out var tensor)
            && ConstantValue.FromTensor(tensor, node.Inputs[input]) is { Floats: not null } constant ? constant : null;

        var weights = Constant(layer, 1);
        var bias = Constant(layer, 2);
        if (weights is null || weights.Dims.Length < 2 || (layer.HasInput(2) && bias is null)) return null;
        ConstantValue?[] parameters = [.. Enumerable.Range(1, 4).Select(input => Constant(norm, input))];
        if (parameters.Contains(null)) return null;

        int axis = layer.Operator == "Conv" || (layer.Operator == "Gemm" && layer.Int("transB", 0) != 0) ? 0 : 1;
        int outputs = weights.Dims[axis];
        bool fits = (bias is null || bias.Count == outputs || (bias.Count == 1 && layer.Operator == "Gemm"))
            && parameters.All(parameter => parameter!.Count == outputs);
        layer.Require(fits, $"its {outputs} outputs, its bias and the parameters of '{norm.Name}' differ in number");
        double[][] numbers = [.. parameters.Select(parameter => Array.ConvertAll(parameter!.Floats!, x => (double)x))];
        var (scale, shift) = LayerReaders.Affine(numbers[0], numbers[1], numbers[2], numbers[3], norm.Float("epsilon", 1e-5f));
        bool isGemm = layer.Operator == "Gemm";
        double alpha = isGemm ? layer.Float("alpha", 1) : 1, beta = isGemm ? layer.Float("beta", 1) : 1;

        var steps = new int[weights.Dims.Length];
        steps[axis] = 1;
        int[] output = Broadcasting.Walk(weights.Dims, steps);
        float[] newWeights = [.. weights.Floats!.Select((w, i) => (float)(w * alpha * scale[output[i]]))];
        float[] newBias =
            [.. shift.Select((b, c) => (float)(b + (bias is null ? 0 : bias.Floats![bias.Count == 1 ? 0 : c] * beta * scale[c])))];
        string weightName = layer.Inputs[1];
        if (readers[weightName].Count() > 1) weightName = names.Take(layer.Name + ".weight");
        string biasName = names.Take(
            (weightName.EndsWith(".weight", StringComparison.Ordinal) ? weightName[..^".weight".Length] : layer.Name) + ".folded_bias");
        initializers[weightName] = TensorEncoder.Floats(weightName, Array.ConvertAll(weights.Dims, size => (long)size), newWeights);
        initializers[biasName] = TensorEncoder.Floats(biasName, [outputs], newBias);
        return [weightName, biasName];
    }
}
