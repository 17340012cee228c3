using ImcEngine.Importer.Onnx;
using ImcEngine.Networks;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Turns an ONNX graph into steps over tensors that depend on the image: constants and shapes are computed, Identity and Dropout vanish,
/// axis 0 (the batch) is left out of every shape, every operator and attribute is either understood or an error.
/// </summary>
internal sealed class GraphReader
{
    private readonly GraphIndex _graph;
    private readonly Dictionary<string, ConstantValue> _constants = [];
    private readonly Dictionary<string, Flow> _flows = [];
    private readonly List<Step> _steps = [];

    /// <exception cref="ModelException">The graph has an operator, attribute or combination that is not supported.</exception>
    public GraphReader(GraphIndex graph)
    {
        _graph = graph;
        Input = ReadInput();
        _flows.Add(Input.Name, Input);
        foreach (var onnx in graph.Nodes) Read(new NodeView(onnx, graph.Opset));
        Output = ReadOutput();
        Output.IsOutput = true;
        foreach (var step in _steps)
            foreach (var input in step.Inputs) input.Readers.Add(step);
    }

    public Flow Input { get; }
    public Flow Output { get; }

    /// <summary>In execution order.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>Images per run that the file fixes; null where it is free.</summary>
    public int? FixedBatch { get; private set; }

    /// <summary>The constant that a node reads; null where the input is absent.</summary>
    /// <exception cref="ModelException">It depends on the image.</exception>
    public ConstantValue? Constant(NodeView node, int input, string what)
    {
        if (!node.HasInput(input)) return null;
        return ConstantNamed(node.Inputs[input]) ?? throw node.Error($"its {what} ('{node.Inputs[input]}') depends on the image; it must be constant");
    }

    /// <summary>The image-dependent tensor that a node reads; null where the input is constant.</summary>
    public Flow? FlowAt(NodeView node, int input)
    {
        node.Require(node.HasInput(input), $"input {input} is absent");
        return _flows.GetValueOrDefault(node.Inputs[input]);
    }

    /// <summary>The float tensor that a node reads.</summary>
    /// <exception cref="ModelException">It is constant, or holds codes or bools.</exception>
    public Flow FloatFlow(NodeView node, int input)
    {
        var flow = FlowAt(node, input) ?? throw node.Error($"its input '{node.Inputs[input]}' is constant; it must depend on the image");
        node.Require(flow.Type == OnnxDataType.Float, $"its input '{flow.Name}' is of type {flow.Type}; supported is Float");
        return flow;
    }

    /// <summary>A constant as an operand beside a tensor of so many axes: its batch axis, if it has one, is of size 1 and left out.</summary>
    public static Constant Operand(NodeView node, ConstantValue constant, int flowRank)
    {
        node.Require(constant.Floats is not null, $"its constant '{constant.Name}' is of type {constant.Type}; supported is Float");
        int[] dims = constant.Dims;
        if (dims.Length == flowRank + 1)
        {
            node.Require(dims[0] == 1, $"its constant '{constant.Name}' of shape [{string.Join(", ", dims)}] differs between the images of a batch; axis 0 must be 1");
            dims = dims[1..];
        }
        node.Require(dims.Length <= flowRank, $"its constant '{constant.Name}' of shape [{string.Join(", ", constant.Dims)}] has more axes than the tensor it meets");
        return new(new TensorShape(dims), constant.Floats!);
    }

    private void Add(Step step)
    {
        step.Result.Producer = step;
        _steps.Add(step);
        _flows.Add(step.Result.Name, step.Result);
    }

    /// <summary>What the graph computes without an image; null for every other tensor, and for constants that nothing has computed yet.</summary>
    public ConstantValue? ConstantNamed(string name)
    {
        if (_constants.TryGetValue(name, out var known)) return known;
        if (!_graph.Initializers.TryGetValue(name, out var tensor)) return null;
        return _constants[name] = ConstantValue.Of(tensor, name);
    }

    private void Read(NodeView node)
    {
        try
        {
            if (!TryFold(node)) ReadStep(node);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new ModelException($"Node '{node.Name}' ({node.Operator}): {exception.Message}", exception);
        }
        for (int output = 1; output < node.Outputs.Count; output++)
            node.Require(node.Outputs[output].Length == 0 || !IsRead(node.Outputs[output]), $"its output '{node.Outputs[output]}' is read; only the first output of an operator is supported");
    }

    private bool IsRead(string tensor) => _graph.Nodes.Any(other => other.Inputs.Contains(tensor)) || _graph.Graph.Outputs.Any(output => output.Name == tensor);

    private bool TryFold(NodeView node)
    {
        bool depends = node.Inputs.Any(input => _flows.ContainsKey(input));
        if (depends && node.Operator != "Shape") return false;
        _constants.Add(node.Outputs[0], depends
            ? ConstantFolder.OfShape(node, [ConstantValue.Batch, .. Sizes(FlowAt(node, 0)!)])
            : ConstantFolder.Fold(node, [.. Enumerable.Range(0, node.Inputs.Count).Select(input => Constant(node, input, "input"))]));
        return true;
    }

    private static IEnumerable<long> Sizes(Flow flow) => flow.Shape.Sizes.ToArray().Select(size => (long)size);

    private void ReadStep(NodeView node)
    {
        if (node.Operator is "Identity" or "Dropout")
            _flows.Add(node.Outputs[0], Alias(node));
        else
            Add(StepReaders.Read(this, node));
    }

    private Flow Alias(NodeView node)
    {
        var flow = FlowAt(node, 0) ?? throw node.Error($"its input '{node.Inputs[0]}' is constant, another depends on the image");
        node.AllowAttributes("ratio", "seed");
        node.Require(Constant(node, 2, "training mode") is not { Integers: [not 0] }, "it is in training mode; supported is inference");
        return flow;
    }

    private Flow ReadInput()
    {
        if (_graph.Inputs.Count != 1)
            throw new ModelException($"The graph has {_graph.Inputs.Count} inputs ({string.Join(", ", _graph.Inputs.Select(input => input.Name))}); supported is one, the image.");
        var info = _graph.Inputs[0];
        var type = info.Type?.Tensor;
        if (type?.Shape is null || type.ElementType != (int)OnnxDataType.Float || type.Shape.Dimensions.Count is < 2 or > 4)
            throw new ModelException($"Graph input '{info.Name}' must be a float tensor [batch, channel, y, x] or [batch, feature]; it is of type {(OnnxDataType)(type?.ElementType ?? 0)} "
                + $"with {type?.Shape?.Dimensions.Count ?? 0} axes.");
        var dims = type.Shape.Dimensions;
        if (dims[0].Size is long batch && batch is > 0 and <= int.MaxValue) FixedBatch = (int)batch;
        var sizes = new int[dims.Count - 1];
        for (int axis = 1; axis < dims.Count; axis++)
            sizes[axis - 1] = dims[axis].Size is long size && size is > 0 and <= int.MaxValue
                ? (int)size
                : throw new ModelException($"Graph input '{info.Name}' has size '{dims[axis].Symbol ?? dims[axis].Size?.ToString()}' at axis {axis}; only axis 0 (the batch) may be open. Export the model with a fixed image size.");
        try
        {
            return new(info.Name!, new TensorShape(sizes), OnnxDataType.Float);
        }
        catch (ArgumentException exception)
        {
            throw new ModelException($"Graph input '{info.Name}': {exception.Message}", exception);
        }
    }

    private Flow ReadOutput()
    {
        var outputs = _graph.Graph.Outputs;
        if (outputs.Count != 1)
            throw new ModelException($"The graph has {outputs.Count} outputs ({string.Join(", ", outputs.Select(output => output.Name))}); supported is one, the logits.");
        var flow = outputs[0].Name is string name ? _flows.GetValueOrDefault(name) : null;
        if (flow is not { Type: OnnxDataType.Float })
            throw new ModelException($"Graph output '{outputs[0].Name}' is not a float tensor that depends on the image.");
        return flow;
    }
}
