using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

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
    private readonly Dictionary<ConstantValue, ConstantValue> _transposed = new(ReferenceEqualityComparer.Instance);
    private readonly List<Step> _steps = [];
    private readonly Dictionary<string, OnnxDataType> _stated = [];
    private long _weights, _held, _computed;

    /// <exception cref="ModelException">The graph has an operator, attribute or combination that is not supported.</exception>
    public GraphReader(GraphIndex graph)
    {
        _graph = graph;
        foreach (var info in graph.Graph.ValueInfos.Concat(graph.Graph.Outputs))
            if (info is { Name: { } name, Type.Tensor.ElementType: not 0 and var type }) _stated[name] = (OnnxDataType)type;
        Input = ReadInput();
        _flows.Add(Input.Name, Input);
        foreach (var onnx in graph.Nodes) Read(new NodeView(onnx, graph.Opset));
        Output = ReadOutput();
        Output.IsOutput = true;
        KeepNeededSteps();
        foreach (var step in _steps)
            foreach (var input in step.Inputs) input.Readers.Add(step);
    }

    public Flow Input { get; }
    public Flow Output { get; }

    /// <summary>Those that the output needs, in execution order.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>Images per run that the file fixes; null where it is free.</summary>
    public int? FixedBatch { get; private set; }

    /// <summary>The constant that a node reads; null where the input is absent.</summary>
    /// <exception cref="ModelException">It depends on the image.</exception>
    public ConstantValue? Constant(NodeView node, int input, string what)
    {
        if (!node.HasInput(input)) return null;
        return ConstantNamed(node.Inputs[input])
            ?? throw node.Error($"its {what} ('{node.Inputs[input]}') depends on the image; it must be constant");
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

    /// <summary>A constant as an operand beside a tensor of so many axes:
    /// its batch axis, if it has one, is of size 1 and left out.</summary>
    public static Constant Operand(NodeView node, ConstantValue constant, int flowRank)
    {
        node.Require(constant.Floats is not null, $"its constant '{constant.Name}' is of type {constant.Type}; supported is Float");
        int[] dims = constant.Dims;
        if (dims.Length == flowRank + 1)
        {
            node.Require(dims[0] == 1,
                $"its constant '{constant.Name}' of shape [{string.Join(", ", dims)}] differs between the images of a batch; "
                    + "axis 0 must be 1");
            dims = dims[1..];
        }
        node.Require(dims.Length <= flowRank,
            $"its constant '{constant.Name}' of shape [{string.Join(", ", constant.Dims)}] has more axes than the tensor it meets");
        return new(new TensorShape(dims), constant.Floats!);
    }

    /// <summary>A matrix with rows and columns changed; made once for all layers that read it.</summary>
    public ConstantValue Transposed(ConstantValue matrix) =>
        _transposed.TryGetValue(matrix, out var known) ? known : _transposed[matrix] = ConstantShapes.Transposed(matrix);

    private void Add(Step step)
    {
        var shape = step.Result.Shape;
        step.Node.Require(shape.Rank < ModelLimits.MostAxes,
            $"its result has {shape.Rank + 1} axes; at most {ModelLimits.MostAxes} are supported");
        step.Node.Require(shape.Count <= ModelLimits.MostElements,
            $"its result {shape} has {shape.Count} elements an image; at most {ModelLimits.MostElements} are supported");
        if (step is LayerStep layer) _weights += layer.Weights.Count;
        step.Node.Require(_weights <= ModelLimits.MostWeights,
            $"the layers up to it have {_weights} weights, one that several layers read counted for each; "
                + $"at most {ModelLimits.MostWeights} are supported");
        step.Result.MadeBy(step);
        _steps.Add(step);
        _flows.Add(step.Result.Name, step.Result);
    }

    /// <summary>What the graph computes without an image;
    /// null for every other tensor, and for constants that nothing has computed yet.</summary>
    public ConstantValue? ConstantNamed(string name)
    {
        if (_constants.TryGetValue(name, out var known)) return known;
        if (!_graph.Initializers.TryGetValue(name, out var tensor)) return null;
        _held += TensorData.ElementCount(tensor);
        if (_held > ModelLimits.MostConstants)
            throw new ModelException($"The network reads constants of {_held} elements, up to tensor '{name}'; "
                + $"at most {ModelLimits.MostConstants} are supported.");
        return _constants[name] = ConstantValue.FromTensor(tensor, name);
    }

    /// <summary>Steps behind a Shape node have only lent it their shape.</summary>
    private void KeepNeededSteps()
    {
        var needed = new HashSet<Flow> { Output };
        for (int i = _steps.Count - 1; i >= 0; i--)
            if (needed.Contains(_steps[i].Result)) needed.UnionWith(_steps[i].Inputs);
        _steps.RemoveAll(step => !needed.Contains(step.Result));
    }

    private void Read(NodeView node)
    {
        try
        {
            OperatorVersions.Require(node);
            OperatorInputs.Require(node);
            if (!TryFold(node)) ReadStep(node);
            RequireStatedType(node);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new ModelException($"Node '{node.Name}' ({node.Operator}): {exception.Message}", exception);
        }
        for (int output = 1; output < node.Outputs.Count; output++)
            node.Require(node.Outputs[output].Length == 0 || _flows.ContainsKey(node.Outputs[output])
                || !_graph.ReadTensors.Contains(node.Outputs[output]),
                $"its output '{node.Outputs[output]}' is read; only the first output of an operator is supported");
    }

    /// <summary>A file may state the type of any tensor; other readers take it at its word.</summary>
    private void RequireStatedType(NodeView node)
    {
        foreach (string output in node.Outputs)
            if ((_flows.GetValueOrDefault(output)?.Type ?? _constants.GetValueOrDefault(output)?.Type) is { } type)
                node.Require(_stated.GetValueOrDefault(output, type) == type,
                    $"its output '{output}' is stated as {_stated.GetValueOrDefault(output)}, and it makes {type}; they must be the same");
    }

    private bool TryFold(NodeView node)
    {
        bool depends = node.Inputs.Any(input => _flows.ContainsKey(input));
        if (depends && node.Operator != "Shape") return false;
        var constant = depends
            ? ConstantFolder.OfShape(node, [ConstantValue.Batch, .. Sizes(FlowAt(node, 0) ?? throw node.Error("its input is constant"))])
            : ConstantFolder.Fold(node, [.. Enumerable.Range(0, node.Inputs.Count).Select(input => Constant(node, input, "input"))]);
        _computed += constant.Count;
        long most = ModelLimits.MostComputed + (ModelLimits.ComputedPerConstant * _held);
        node.Require(_computed <= most,
            $"constants computed up to it have {_computed} elements; at most {most} are supported where the file holds {_held}");
        _constants.Add(node.Outputs[0], constant);
        return true;
    }

    private static IEnumerable<long> Sizes(Flow flow) => flow.Shape.Sizes.ToArray().Select(size => (long)size);

    private void ReadStep(NodeView node)
    {
        if (node.Operator is "Identity" or "Dropout")
            _flows.Add(node.Outputs[0], Alias(node));
        else if (node.Operator == "Split")
            foreach (var part in ArrangementReaders.Split(this, node)) Add(part);
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
            throw new ModelException($"The graph has {_graph.Inputs.Count} inputs ({Some(_graph.Inputs)}); supported is one, the image.");
        var info = _graph.Inputs[0];
        var type = info.Type?.Tensor;
        if (type?.Shape is null || type.ElementType != (int)OnnxDataType.Float || type.Shape.Dimensions.Count is < 2 or > 4)
            throw new ModelException($"Graph input '{info.Name}' must be a float tensor [batch, channel, y, x] or [batch, feature]; "
                + $"it is of type {(OnnxDataType)(type?.ElementType ?? 0)} "
                + $"with {type?.Shape?.Dimensions.Count ?? 0} axes.");
        var dims = type.Shape.Dimensions;
        if (dims[0].Size is >= 0 and var batch)
            FixedBatch = batch is > 0 and <= int.MaxValue ? (int)batch
                : throw new ModelException($"Graph input '{info.Name}' has size {batch} at axis 0, the batch; "
                    + $"it must be open, or 1 to {int.MaxValue}. "
                    + $"Export the model with an open batch.");
        var sizes = new int[dims.Count - 1];
        for (int axis = 1; axis < dims.Count; axis++)
            sizes[axis - 1] = dims[axis].Size is long size && size is > 0 and <= int.MaxValue
                ? (int)size
                : throw new ModelException($"Graph input '{info.Name}' has size '{dims[axis].Symbol ?? dims[axis].Size?.ToString()}' at "
                    + $"axis {axis}; only axis 0 (the batch) may be open. Export the model with a fixed image size.");
        try
        {
            var shape = new TensorShape(sizes);
            return shape.Count <= ModelLimits.MostElements
                ? new(info.Name!, shape, OnnxDataType.Float)
                : throw new ModelException($"Graph input '{info.Name}' {shape} has {shape.Count} elements an image; "
                    + $"at most {ModelLimits.MostElements} are supported.");
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
            throw new ModelException($"The graph has {outputs.Count} outputs ({Some(outputs)}); supported is one, the logits.");
        var flow = outputs[0].Name is string name ? _flows.GetValueOrDefault(name) : null;
        if (flow is not { Type: OnnxDataType.Float })
            throw new ModelException($"Graph output '{outputs[0].Name}' is not a float tensor that depends on the image.");
        return flow != Input ? flow
            : throw new ModelException($"Graph output '{outputs[0].Name}' is the graph's input; the network computes nothing. "
                + "Supported are networks that make logits of an image.");
    }

    private static string Some(IReadOnlyList<OnnxValueInfo> tensors) =>
        string.Join(", ", tensors.Take(3).Select(tensor => tensor.Name)) + (tensors.Count > 3 ? ", ..." : "");
}
