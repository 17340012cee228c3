using ImcEngine.Importer.Lowering.QuantizedFormats;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Turns an ONNX graph into steps over tensors that depend on the image. Constants and shapes are computed, Identity and Dropout vanish,
/// and axis 0 (the batch) is left out of every shape. Every operator and attribute is either understood or an error.
/// </summary>
internal sealed class GraphReader
{
    private readonly GraphIndex _graph;
    private readonly Dictionary<string, ConstantValue> _constants = [];
    private readonly Dictionary<string, Flow> _flows = [];
    private readonly Dictionary<ConstantValue, ConstantValue> _transposed = new(ReferenceEqualityComparer.Instance);
    private readonly List<Step> _steps = [];
    private readonly Dictionary<string, OnnxDataType> _stated = [];
    private readonly List<OnnxNode> _nodes = [];
    private readonly OpsetUpgrade _upgrade;
    private readonly OperatorForms _forms;
    private readonly AxisOrders _orders;
    private Names? _names;
    private long _weights, _held, _filled, _computed;

    /// <param name="problems">Receives what cannot be read, for a caller that looks for more; null: it is thrown.</param>
    /// <exception cref="ModelException">The graph has operators, attributes or combinations that are not supported; all are
    /// named.</exception>
    public GraphReader(GraphIndex graph, GraphProblems? problems = null)
    {
        _graph = graph;
        var found = problems ?? new();
        foreach (var info in graph.Graph.ValueInfos.Concat(graph.Graph.Outputs))
            if (info is { Name: { } name, Type.Tensor.ElementType: not 0 and var type }) _stated[name] = (OnnxDataType)type;
        _upgrade = new(graph, this);
        _forms = new(graph, this);
        _orders = new(this);
        Input = Output = new("", new(1), OnnxDataType.Float);
        foreach (var input in graph.Inputs) found.PassOver(input.Name!);
        found.Try(() =>
        {
            // The index has said so already.
            if (graph.Inputs.Any(input => string.IsNullOrEmpty(input.Name))) return;
            var image = ImageInput.Of(graph);
            FixedBatch = image.FixedBatch;
            Input = ReadInput(image);
            found.MakeKnown(image.Name);
        });
        ReadNodes(found);
        found.Try(() => Output = ReadOutput(found.Any) ?? Output);
        if (problems is null) found.ThrowIfAny();
        if (!found.Any)
        {
            Output.IsOutput = true;
            KeepNeededSteps();
        }
        foreach (var step in _steps)
            foreach (var input in step.Inputs) input.Readers.Add(step);
    }

    public int Opset => _graph.Opset;
    public Flow Input { get; private set; }

    /// <summary>The network's result; a tensor that no step makes where it could not be read.</summary>
    public Flow Output { get; private set; }

    /// <summary>The steps that the output needs, in execution order.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>The graph's nodes in the form of <see cref="OpsetUpgrade.Opset"/>, those that make constants included.</summary>
    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>The number of images per run that the file fixes; null if it is open.</summary>
    public int? FixedBatch { get; private set; }

    /// <summary>Whether a run has one image, so that no operator can mix images.</summary>
    public bool HasOneImage => FixedBatch == 1;

    /// <summary>Returns the constant that a node reads; null if the input is absent.</summary>
    /// <exception cref="ModelException">It depends on the image.</exception>
    public ConstantValue? Constant(NodeView node, int input, string what)
    {
        if (!node.HasInput(input)) return null;
        return ConstantNamed(node.Inputs[input])
            ?? throw node.Error($"its {what} ('{node.Inputs[input]}') depends on the image; it must be constant");
    }

    /// <summary>Returns the image-dependent tensor that a node reads; null if the input is constant.</summary>
    public Flow? FlowAt(NodeView node, int input)
    {
        node.Require(node.HasInput(input), $"input {input} is absent");
        return FlowNamed(node.Inputs[input]);
    }

    /// <summary>Returns an image-dependent tensor; null for every other name.</summary>
    public Flow? FlowNamed(string name) => _flows.GetValueOrDefault(name);

    /// <summary>A name that no tensor has.</summary>
    public string Fresh(string name) => (_names ??= new(_graph.TensorNames)).Take(name);

    /// <summary>Returns the type of the tensor that a node reads, constant or not.</summary>
    public OnnxDataType TypeOf(NodeView node, int input) => FlowAt(node, input)?.Type ?? Constant(node, input, "input")!.Type;

    /// <summary>Adds a constant that the file does not have.</summary>
    public void AddConstant(string name, ConstantValue constant) => _constants.Add(name, constant);

    /// <summary>The float tensor that a node reads.</summary>
    /// <exception cref="ModelException">It is constant, or holds codes or bools.</exception>
    public Flow FloatFlow(NodeView node, int input)
    {
        var flow = OperandFlow(node, input);
        node.Require(!flow.IsPerImage, $"its input '{flow.Name}' has no batch axis; only operators of elements, MatMul, Gemm, Conv "
            + $"(as weights and bias) and operators that change the shape read such");
        return flow;
    }

    /// <summary>The float tensor that a node reads, with or without a batch axis.</summary>
    /// <exception cref="ModelException">It is constant, or holds codes or bools.</exception>
    public Flow OperandFlow(NodeView node, int input)
    {
        var flow = FlowAt(node, input) ?? throw node.Error($"its input '{node.Inputs[input]}' is constant; it must depend on the image");
        node.Require(flow.Type == OnnxDataType.Float, $"its input '{flow.Name}' is of type {flow.Type}; supported is Float");
        return flow;
    }

    /// <summary>The tensor that a node reads whose elements it only moves: of any type.</summary>
    /// <exception cref="ModelException">It is constant.</exception>
    public Flow MovableFlow(NodeView node, int input) => FlowAt(node, input)
        ?? throw node.Error($"its input '{node.Inputs[input]}' is constant; it must depend on the image");

    /// <summary>Returns a node's result by its sizes in the file. Its first axis is the batch, of size 1; where the file fixes that size,
    /// a tensor without such an axis belongs to the one image as a whole.</summary>
    public Flow Made(NodeView node, ReadOnlySpan<int> fileSizes, OnnxDataType type) => fileSizes is [1, ..]
        ? new(node.Outputs[0], new(fileSizes[1..]), type)
        : new(node.Outputs[0], new(fileSizes), type) { IsPerImage = true };

    /// <summary>Returns a constant as the operand of a tensor with <paramref name="flowRank"/> axes.
    /// Its batch axis, if it has one, must have size 1 and is left out.</summary>
    public static Constant Operand(NodeView node, ConstantValue constant, int flowRank)
    {
        float[] floats = Floats(node, constant);
        int[] dims = constant.Dims;
        if (dims.Length == flowRank + 1)
        {
            node.Require(dims[0] == 1,
                $"its constant '{constant.Name}' of shape [{string.Join(", ", dims)}] differs between the images of a batch; "
                    + $"axis 0 must be 1");
            dims = dims[1..];
        }
        node.Require(dims.Length <= flowRank,
            $"its constant '{constant.Name}' of shape [{string.Join(", ", constant.Dims)}] has more axes than the tensor it meets");
        return new(new TensorShape(dims), floats);
    }

    public static float[] Floats(NodeView node, ConstantValue constant) =>
        constant.Floats ?? throw node.Error($"its constant '{constant.Name}' is of type {constant.Type}; supported is Float");

    /// <summary>Returns the transpose of a matrix, made once for all layers that read it.</summary>
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

    /// <summary>Returns a tensor that the graph computes without an image;
    /// null for every other tensor, and for constants that are not computed yet.</summary>
    public ConstantValue? ConstantNamed(string name)
    {
        if (_constants.TryGetValue(name, out var known)) return known;
        if (!_graph.Initializers.TryGetValue(name, out var tensor)) return null;
        _held += TensorData.ElementCount(tensor);
        RequireFewConstants(name);
        return _constants[name] = ConstantValue.FromTensor(tensor, name);
    }

    private void RequireFewConstants(string name)
    {
        if (_held + _filled > ModelLimits.MostConstants)
            throw new ModelException($"The network reads constants of {_held + _filled} elements, up to tensor '{name}'; "
                + $"at most {ModelLimits.MostConstants} are supported.");
    }

    /// <summary>Drops steps of which only a Shape node read the result.</summary>
    private void KeepNeededSteps()
    {
        var needed = new HashSet<Flow> { Output };
        for (int i = _steps.Count - 1; i >= 0; i--)
            if (needed.Contains(_steps[i].Result)) needed.UnionWith(_steps[i].Inputs);
        _steps.RemoveAll(step => !needed.Contains(step.Result));
    }

    private void ReadNodes(GraphProblems problems)
    {
        foreach (var node in _graph.Nodes)
        {
            if (problems.IsBehind(node))
            {
                problems.PassOver(node);
                continue;
            }
            try
            {
                Read(node);
            }
            catch (ModelException exception)
            {
                problems.Add(node, exception);
            }
            // Beyond its limits a network is not read on: that would take the memory and time that the limits save.
            if (problems.IsFull || IsBeyondLimits) break;
        }
    }

    private bool IsBeyondLimits =>
        _weights > ModelLimits.MostWeights || _held + _filled > ModelLimits.MostConstants || _computed > MostComputed;

    private long MostComputed => ModelLimits.MostComputed + (ModelLimits.ComputedPerConstant * _held) + _filled;

    private void Read(OnnxNode onnx)
    {
        var node = new NodeView(onnx, _graph.Opset);
        try
        {
            ForeignOperators.Require(node, onnx.Domain);
            if (GraphIndex.IsOnnxDomain(onnx.Domain)) OperatorVersions.Require(node);
            OperatorInputs.Require(node);
            foreach (var upgraded in _upgrade.Upgraded(onnx))
                foreach (var form in _forms.Of(upgraded))
                    foreach (var ordered in _orders.Of(form))
                        ReadOne(ordered);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw node.Error(exception.Message.TrimEnd('.'), exception);
        }
        foreach (string output in node.Outputs.Where(output => output.Length > 0)) RequireMade(node, output);
    }

    private void ReadOne(OnnxNode node)
    {
        _nodes.Add(node);
        var view = new NodeView(node, _graph.Opset);
        if (!TryFold(view)) ReadStep(view);
    }

    /// <summary>Checks that a tensor that is read has been made, and has the type that the file states: other readers rely on it.</summary>
    private void RequireMade(NodeView node, string output)
    {
        if ((_flows.GetValueOrDefault(output)?.Type ?? _constants.GetValueOrDefault(output)?.Type) is not { } type)
        {
            node.Require(!_graph.ReadTensors.Contains(output),
                $"its output '{output}' is read; only the first output of an operator is supported");
            return;
        }
        node.Require(_stated.GetValueOrDefault(output, type) == type,
            $"its output '{output}' is stated as {_stated.GetValueOrDefault(output)}, but it makes {type}; they must be the same");
    }

    private bool TryFold(NodeView node)
    {
        bool depends = node.Inputs.Any(input => _flows.ContainsKey(input));
        if (depends && node.Operator != "Shape") return false;
        ConstantValue[] made = depends
            ? [ConstantSources.Shape(node, Sizes(FlowAt(node, 0) ?? throw node.Error("its input is constant")))]
            : Fold(node, [.. Enumerable.Range(0, node.Inputs.Count).Select(input => Constant(node, input, "input"))]);
        for (int output = 0; output < node.Outputs.Count; output++)
            if (node.Outputs[output].Length > 0 && output < made.Length) _constants.Add(node.Outputs[output], made[output]);
        return true;
    }

    /// <summary>Computes constants within limits. Elements of ConstantOfShape count as if the file held them, but they do not raise the
    /// limit of computed elements.</summary>
    private ConstantValue[] Fold(NodeView node, ConstantValue?[] inputs)
    {
        if (node.Operator == "ConstantOfShape" && inputs[0] is { } shape)
        {
            _filled += ConstantSources.FilledCount(node, shape);
            RequireFewConstants(node.Outputs[0]);
            return ConstantFolder.Fold(node, inputs);
        }
        var made = ConstantFolder.Fold(node, inputs);
        _computed += made.Sum(constant => (long)constant.Count);
        node.Require(_computed <= MostComputed,
            $"constants computed up to it have {_computed} elements; at most {MostComputed} are supported where the file holds {_held}");
        return made;
    }

    private long[] Sizes(Flow flow)
    {
        long[] sizes = Array.ConvertAll(flow.FileSizes, size => (long)size);
        if (!flow.IsPerImage && !HasOneImage) sizes[0] = ConstantValue.Batch;
        return sizes;
    }

    private void ReadStep(NodeView node)
    {
        if (node.Operator == "Identity")
            _flows.Add(node.Outputs[0], Alias(node));
        else if (StepsOf(node) is { } steps)
            foreach (var step in steps) Add(step);
        else
            Add(StepReaders.Read(this, node));
    }

    /// <summary>Returns the steps of an operator that takes several; null for others.</summary>
    private IEnumerable<Step>? StepsOf(NodeView node) =>
        IntegerLayerReaders.Read(this, node) ?? DynamicReaders.Read(this, node) ?? QLinearReaders.Read(this, node)
            ?? QonnxReaders.Read(this, node)
            ?? (node.Operator is not ("DequantizeLinear" or "Clip" or "Cast") && node.Inputs.Count > 0
                && _flows.GetValueOrDefault(node.Inputs[0]) is { } codes && ConstantQuantization.IsQuantized(codes.Type)
                && !(node.Operator is "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Transpose" && IntegerInput.IsIn(codes, Input))
                ? CodeSteps.Moved(this, node, codes)
                : node.Operator switch
                {
                    "Split" => ArrangementReaders.Split(this, node),
                    "Concat" when !node.Inputs.All(_flows.ContainsKey) => ShapeReaders.ConcatWithConstants(this, node),
                    "TopK" => TopKReader.Read(this, node),
                    _ => null,
                });

    private Flow Alias(NodeView node)
    {
        node.AllowAttributes();
        return FlowAt(node, 0) ?? throw node.Error($"its input '{node.Inputs[0]}' is constant, another depends on the image");
    }

    /// <summary>Reads the input. Where the file's axis of channels is the last, the engine takes channels first, and the order of the
    /// file is a Transpose away.</summary>
    private Flow ReadInput(ImageInput image)
    {
        string name = image.Transposed ?? image.Name;
        if (image.ChannelsLast && image.Transposed is null) name = Fresh($"{image.Name}.channelsFirst");
        var input = new Flow(name, image.Shape, image.Type);
        _flows.Add(name, input);
        if (!image.ChannelsLast) return input;
        _nodes.Add(AxisOrders.Transpose(image.Name, ImageInput.ToChannelsFirst, name));
        Add(ArrangementReaders.Transpose(this, new(_orders.Moved(image.Name, name, ImageInput.ToChannelsLast), _graph.Opset)));
        return input;
    }

    /// <param name="hasProblems">Whether there are tensors that could not be read.</param>
    /// <returns>Null for one of these.</returns>
    private Flow? ReadOutput(bool hasProblems)
    {
        var outputs = _graph.Graph.Outputs;
        if (outputs.Count != 1)
            throw new ModelException($"The graph has {outputs.Count} outputs ({NetworkChoice.Outputs(_graph.Graph)}); one is needed, the "
                + "logits. Name it with --output.");
        var flow = outputs[0].Name is string name ? _flows.GetValueOrDefault(name) : null;
        if (flow is null && hasProblems) return null;
        if (flow is { Type: OnnxDataType.UInt8 or OnnxDataType.Int8, Producer: not null }) flow = CodesAsNumbers(flow);
        if (flow is not { Type: OnnxDataType.Float or OnnxDataType.Float16 or OnnxDataType.Int64 })
            throw new ModelException($"Graph output '{outputs[0].Name}' is not a tensor of floats or codes that depends on the image.");
        if (flow == Input)
            throw new ModelException($"Graph output '{outputs[0].Name}' is the graph's input; the network computes nothing. "
                + "Supported are networks that make logits of an image.");
        if (flow.IsPerImage && !HasOneImage)
            throw new ModelException($"Graph output '{outputs[0].Name}' has no batch axis, although a run may have several images. "
                + "Export the model with a batch of 1.");
        return flow;
    }

    /// <summary>A network whose result is codes has the codes as logits: their order is that of the numbers they stand for.</summary>
    private Flow CodesAsNumbers(Flow codes)
    {
        foreach (var step in CodeSteps.Numbers(this, codes)) Add(step);
        return _steps[^1].Result;
    }
}
