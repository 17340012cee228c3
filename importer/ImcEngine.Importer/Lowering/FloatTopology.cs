using ImcEngine.Importer.Lowering.QuantizedFormats;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Variants of a model for OnnxRuntime. The given model is not changed; unchanged nodes and tensors are shared.</summary>
internal static class FloatTopology
{
    /// <summary>
    /// Returns the same topology in float32: weights are dequantized,
    /// and activations pass from the input of QuantizeLinear to the readers of DequantizeLinear, and through quantizers of QONNX.
    /// </summary>
    /// <exception cref="ModelException">The graph is not sound, or a constant cannot be computed.</exception>
    public static OnnxModel WithoutQuantization(OnnxModel model)
    {
        var index = new GraphIndex(model);
        var constants = new Dictionary<string, ConstantValue>();
        var renamed = new Dictionary<string, string>();
        var nodes = new List<OnnxNode>();
        var initializers = new List<OnnxTensor>(index.Graph.Initializers);
        var codes = new HashSet<string>();
        var parameters = new CodeParameters();
        var integers = IntegerInput.TensorsOf(index);

        ConstantValue? Constant(string name)
        {
            if (constants.TryGetValue(name, out var known)) return known;
            return index.Initializers.TryGetValue(name, out var tensor) ? constants[name] = ConstantValue.FromTensor(tensor, name) : null;
        }

        foreach (var node in index.Nodes)
        {
            var view = new NodeView(node, index.Opset);
            parameters.Note(node);
            if (node.Inputs.Count > 0 && integers.Contains(node.Inputs[0]))
            {
                nodes.AddRange(OfIntegerImage(node));
                continue;
            }
            bool isQonnx = ForeignOperators.IsQonnx(view.Operator);
            bool quantizes = isQonnx || node.Operator is "QuantizeLinear" or "DequantizeLinear";
            if (node.Operator == "Constant")
            {
                constants[node.Outputs[0]] = ConstantFolder.Fold(view, [])[0];
                nodes.Add(node);
            }
            else if ((quantizes && Constant(node.Inputs[0]) is not null)
                || (node.Operator == "Clip" && Constant(node.Inputs[0]) is { Integers: not null }))
            {
                var folded = ConstantFolder.Fold(view,
                    [
                        .. node.Inputs.Select(input => input.Length == 0 ? null
                            : Constant(input) ?? throw view.Error($"its input '{input}' is not constant"))])[0];
                constants[node.Outputs[0]] = folded;
                if (folded.Floats is not null)
                    initializers.Add(TensorEncoder.Floats(node.Outputs[0], Array.ConvertAll(folded.Dims, size => (long)size),
                        folded.Floats));
            }
            else if (quantizes || (node.Operator == "Clip" && codes.Contains(node.Inputs[0])))
            {
                renamed[node.Outputs[0]] = renamed.GetValueOrDefault(node.Inputs[0], node.Inputs[0]);
                if (node.Operator != "DequantizeLinear" && !isQonnx) codes.Add(node.Outputs[0]);
            }
            else if (node.Operator == "Pad" && node.Inputs.Count > 1 && parameters.Of(node.Inputs[0]) is var (scale, zero))
            {
                var value = node.Inputs.Count > 2 && node.Inputs[2].Length > 0 ? Constant(node.Inputs[2]) : null;
                nodes.Add(Renamed(RealPad(view, node, value?.Integers?[0] ?? 0, Constant(scale), Constant(zero), initializers), renamed));
            }
            else
            {
                nodes.Add(Renamed(node, renamed));
            }
        }
        foreach (var output in index.Graph.Outputs.Where(output => output.Name is not null && renamed.ContainsKey(output.Name)))
            nodes.Add(new() { Operator = "Identity", Name = output.Name, Inputs = [renamed[output.Name!]], Outputs = [output.Name!] });
        nodes = [.. IntegerTopology.AsReals(index, nodes, initializers)];
        return WithGraph(model, nodes, Used(initializers, nodes), index.Graph.Outputs.Select(AsFloat));
    }

    /// <summary>Returns what stands for a node that reads the integers of the image: it itself if it moves or dequantizes them; an operator
    /// of codes behind a DequantizeLinear.</summary>
    private static IEnumerable<OnnxNode> OfIntegerImage(OnnxNode node)
    {
        if (node.Operator?.StartsWith('Q') != true) return [node];
        string real = $"{node.Outputs[0]}:image";
        return
        [
            new() { Operator = "DequantizeLinear", Name = real, Inputs = [.. node.Inputs.Take(3)], Outputs = [real] },
            Renamed(node, new() { [node.Inputs[0]] = real }),
        ];
    }

    /// <summary>Returns a Pad of codes as one of reals: its value is the number that the code stands for.</summary>
    private static OnnxNode RealPad(NodeView view, OnnxNode node, long code, ConstantValue? scale, ConstantValue? zero,
        List<OnnxTensor> initializers)
    {
        if (scale is not { Floats: [var step] }) throw view.Error("it pads codes whose scale is not one constant");
        string name = $"{node.Outputs[0]}:value";
        initializers.Add(TensorEncoder.Floats(name, [], [(code - (zero?.Integers?[0] ?? 0)) * step]));
        return new()
        {
            Operator = node.Operator, Name = node.Name, Inputs = [node.Inputs[0], node.Inputs[1], name, .. node.Inputs.Skip(3)],
            Outputs = node.Outputs, Attributes = node.Attributes,
        };
    }

    /// <summary>Codes that are the network's result become the reals that they stand for.</summary>
    private static OnnxValueInfo AsFloat(OnnxValueInfo output) =>
        output.Type?.Tensor is { ElementType: (int)OnnxDataType.UInt8 or (int)OnnxDataType.Int8 } tensor
            ? new() { Name = output.Name, Type = new() { Tensor = new() { ElementType = (int)OnnxDataType.Float, Shape = tensor.Shape } } }
            : output;

    /// <summary>Returns the model without the nodes that its outputs do not need, which nothing has checked; it itself if it needs all.
    /// </summary>
    /// <exception cref="ModelException">The graph is not sound.</exception>
    public static OnnxModel WithoutUnneeded(OnnxModel model)
    {
        var index = new GraphIndex(model);
        return index.Nodes.Count == index.Graph.Nodes.Count ? model
            : WithGraph(model, index.Nodes, Used(index.Graph.Initializers, index.Nodes), index.Graph.Outputs);
    }

    /// <summary>Returns the model with more float tensors as outputs, after its own.</summary>
    /// <exception cref="ModelException">The graph makes no tensor of one of the names.</exception>
    public static OnnxModel WithOutputs(OnnxModel model, params IEnumerable<string> names)
    {
        var index = new GraphIndex(model);
        var made = index.Nodes.SelectMany(node => node.Outputs).ToHashSet();
        var outputs = new List<OnnxValueInfo>(index.Graph.Outputs);
        var known = outputs.Select(output => output.Name).ToHashSet();
        foreach (string name in names)
        {
            if (!made.Contains(name)) throw new ModelException($"No node of the graph makes tensor '{name}', so it cannot be an output.");
            if (known.Add(name))
                outputs.Add(new() { Name = name, Type = new() { Tensor = new() { ElementType = (int)OnnxDataType.Float } } });
        }
        return WithGraph(model, index.Graph.Nodes, index.Graph.Initializers, outputs);
    }

    /// <summary>The model with another graph, images in the same order of axes; value infos are dropped, since they may no longer hold,
    /// and initializers are no inputs, since others may stand in their place.</summary>
    internal static OnnxModel WithGraph(OnnxModel model, IEnumerable<OnnxNode> nodes, IEnumerable<OnnxTensor> initializers,
        IEnumerable<OnnxValueInfo> outputs)
    {
        var old = model.Graph!.Initializers.Select(tensor => tensor.Name).ToHashSet();
        var made = new OnnxModel
        {
            IrVersion = Math.Max(model.IrVersion, 4),
            ProducerName = model.ProducerName,
            ProducerVersion = model.ProducerVersion,
            Domain = model.Domain,
            ModelVersion = model.ModelVersion,
            Documentation = model.Documentation,
            OperatorSets = model.OperatorSets,
            Metadata = [.. model.Metadata],
            Graph = new()
            {
                Name = model.Graph!.Name,
                Nodes = [.. nodes],
                Initializers = [.. initializers],
                Inputs = [.. model.Graph.Inputs.Where(input => !old.Contains(input.Name))],
                Outputs = [.. outputs],
            },
        };
        ImageInput.KeepOrder(model, made);
        return made;
    }

    internal static IEnumerable<OnnxTensor> Used(IEnumerable<OnnxTensor> initializers, IReadOnlyList<OnnxNode> nodes)
    {
        var read = nodes.SelectMany(node => node.Inputs).ToHashSet();
        return initializers.Where(tensor => read.Contains(tensor.Name!));
    }

    internal static OnnxNode Renamed(OnnxNode node, Dictionary<string, string> renamed) => node.Inputs.Any(renamed.ContainsKey)
        ? new()
        {
            Operator = node.Operator, Name = node.Name, Domain = node.Domain, Outputs = node.Outputs, Attributes = node.Attributes,
            Documentation = node.Documentation,
            Inputs = [.. node.Inputs.Select(input => renamed.GetValueOrDefault(input, input))],
        }
        : node;
}
