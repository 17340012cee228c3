using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Takes Transposes of activations past the operators that work in any order of axes, so that inverse ones meet and cancel:
/// <code>
/// t = Transpose(x)     r = Relu(t)     u = Transpose back(r)        becomes        r' = Relu(x)     u = r'
/// t = Transpose(x)     f = Flatten(t)  y = f W                      becomes        f' = Flatten(x)  y = f' W', rows of W reordered
/// </code>
/// Every tensor keeps its name and its order of axes: r is made of r' by a Transpose, which is left out where nothing needs it. Quantizers
/// are written in both orders, so that they stand in front of the layer that reads them whichever order it takes.
/// </summary>
internal sealed partial class AxisOrders(GraphReader graph)
{
    /// <summary>A tensor is Transpose(<paramref name="Source"/>, <paramref name="Axes"/>), the batch among them; the source is none such.
    /// </summary>
    private sealed record Order(string Source, int[] Axes);

    /// <summary>A tensor [batch, feature] whose feature i is feature From[i] of <paramref name="Source"/>.</summary>
    private sealed record FeatureOrder(string Source, int[] From);

    private readonly Dictionary<string, Order> _orders = [];
    private readonly Dictionary<string, FeatureOrder> _features = [];

    /// <summary>Whether element i of the result depends on element i of each operand alone, operands broadcast.</summary>
    public static bool KeepsPlaces(string @operator) => @operator is "Abs" or "Add" or "Cast" or "CastLike" or "Ceil" or "Celu" or "Clip"
        or "DequantizeLinear" or "Div" or "Dropout" or "Elu" or "Equal" or "Erf" or "Exp" or "Floor" or "Gelu" or "Greater"
        or "GreaterOrEqual" or "HardSigmoid" or "HardSwish" or "Identity" or "LeakyRelu" or "Less" or "LessOrEqual" or "Log" or "Max"
        or "Mean" or "Min" or "Mish" or "Mul" or "Neg" or "Not" or "PRelu" or "Pow" or "QuantizeLinear" or "Reciprocal" or "Relu" or "Round"
        or "Selu" or "Sigmoid" or "Sign" or "Softplus" or "Softsign" or "Sqrt" or "Sub" or "Sum" or "Swish" or "Tanh"
        or "ThresholdedRelu" or "Where";

    /// <summary>The nodes that are read in place of one; it itself where no order of axes is in play.</summary>
    public IReadOnlyList<OnnxNode> Of(OnnxNode node)
    {
        if (node.Operator == "Transpose") return Transposed(node);
        if (node.Operator == "Identity") return Renamed(node);
        bool hasOrder = node.Inputs.Exists(_orders.ContainsKey), hasFeatures = node.Inputs.Exists(_features.ContainsKey);
        return (hasOrder ? Reordered(node) : hasFeatures ? OfFeatures(node) : null) ?? [node];
    }

    /// <summary>Notes that a tensor is the Transpose of another, and returns the node that makes it.</summary>
    public OnnxNode Moved(string tensor, string source, ReadOnlySpan<long> axes)
    {
        _orders[tensor] = new(source, Array.ConvertAll(axes.ToArray(), axis => (int)axis));
        return Transpose(source, axes, tensor);
    }

    public static OnnxNode Transpose(string source, ReadOnlySpan<long> axes, string result) => new()
    {
        Operator = "Transpose", Name = result, Inputs = [source], Outputs = [result],
        Attributes = [OnnxBuilder.Attribute("perm", axes.ToArray())],
    };

    private IReadOnlyList<OnnxNode> Transposed(OnnxNode node)
    {
        string x = node.Inputs[0], result = node.Outputs[0];
        if (graph.FlowNamed(x) is not { } flow || graph.FlowNamed(result) is not null) return graph.FlowNamed(x) is null ? [node] : [];
        int rank = flow.Shape.Rank + 1;
        if (flow.IsPerImage || node.Attributes.Exists(attribute => attribute.Name != "perm") || ImageInput.Perm(node) is not { } perm
            || perm.Length != rank
            || perm[0] != 0 || !perm.Order().SequenceEqual(Enumerable.Range(0, rank).Select(axis => (long)axis)))
            return [node];
        if (!_orders.ContainsKey(x) && Requantized(node, perm) is { } requantized) return requantized;
        var (source, axes) = _orders.TryGetValue(x, out var order) ? order : new(x, [.. Enumerable.Range(0, rank)]);
        int[] moved = Array.ConvertAll(perm, axis => axes[axis]);
        if (IsIdentity(moved)) return [Identity(node, source)];
        var transpose = Moved(result, source, Longs(moved));
        transpose.Name = node.Name;
        return [transpose];
    }

    private IReadOnlyList<OnnxNode> Renamed(OnnxNode node)
    {
        if (_orders.TryGetValue(node.Inputs[0], out var order)) _orders[node.Outputs[0]] = order;
        if (_features.TryGetValue(node.Inputs[0], out var features)) _features[node.Outputs[0]] = features;
        return [node];
    }

    private IReadOnlyList<OnnxNode>? Reordered(OnnxNode node) => node.Operator switch
    {
        { } of when KeepsPlaces(of) => Elements(node) is not { } elements ? null
            : IsOfCodes(node) ? [.. elements[..^1], node] : elements,
        "Concat" => Concat(node),
        _ when !_orders.ContainsKey(node.Inputs[0]) => null,
        "Pad" => Pad(node),
        "Softmax" or "LogSoftmax" => AlongOneAxis(node, -1, firstOpset: 13),
        "Split" => AlongOneAxis(node, 0, firstOpset: 0),
        "TopK" => AlongOneAxis(node, -1, firstOpset: 0),
        "Slice" => Slice(node),
        "ArgMax" or "ArgMin" => OneReduced(node),
        "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => Reshaped(node),
        { } of when ReduceReaders.KindOf(of) is not null => Reduced(node),
        _ => null,
    };

    /// <summary>An operator of elements, done in the order of its largest moved operand. The others are put in that order, unless that
    /// would move more elements than it saves.</summary>
    private List<OnnxNode>? Elements(OnnxNode node)
    {
        if (node.Outputs.Count != 1 || Leading(node) is not { } axes) return null;
        var nodes = new List<OnnxNode>();
        var inputs = new List<string>();
        foreach (string input in node.Inputs)
        {
            if ((input.Length == 0 ? input : graph.FlowNamed(input) is null ? OrderedConstant(input, axes) : Ordered(input, axes, nodes))
                is not { } ordered) return null;
            inputs.Add(ordered);
        }
        string result = graph.Fresh($"{node.Outputs[0]}.ordered");
        nodes.Add(Copy(node, inputs, [result]));
        nodes.Add(Moved(node.Outputs[0], result, Longs(axes)));
        return nodes;
    }

    /// <summary>What makes or reads codes is written in both orders.</summary>
    private bool IsOfCodes(OnnxNode node) => node.Operator == "QuantizeLinear"
        || graph.FlowNamed(node.Inputs[0])?.Type is not (null or OnnxDataType.Float or OnnxDataType.Bool);

    /// <summary>The order in which a node of several tensors is done; null where it stays as it is.</summary>
    private int[]? Leading(OnnxNode node)
    {
        Flow[] flows = [.. node.Inputs.Where(input => input.Length > 0).Select(graph.FlowNamed).OfType<Flow>()];
        string? first = node.Inputs.Where(_orders.ContainsKey).MaxBy(input => graph.FlowNamed(input)!.Shape.Count);
        if (first is null || flows.Any(flow => flow.IsPerImage || flow.Shape.Rank != flows[0].Shape.Rank)) return null;
        int[] axes = _orders[first].Axes;
        long saved = 0, moved = 0;
        foreach (string input in node.Inputs)
            if (graph.FlowNamed(input) is { } flow)
                if (_orders.TryGetValue(input, out var order) && order.Axes.SequenceEqual(axes)) saved += flow.Shape.Count;
                else if (!KeepsElements(flow.Shape, Inverse(axes))) moved += flow.Shape.Count;
        return saved > moved ? axes : null;
    }

    /// <summary>The tensor of which an operand is the Transpose by these axes, made if need be.</summary>
    private string Ordered(string tensor, int[] axes, List<OnnxNode> nodes)
    {
        var own = _orders.TryGetValue(tensor, out var order) ? order : new(tensor, [.. Enumerable.Range(0, axes.Length)]);
        int[] back = Array.ConvertAll(Inverse(axes), axis => own.Axes[axis]);
        if (IsIdentity(back)) return own.Source;
        string turned = graph.Fresh($"{tensor}.ordered");
        nodes.Add(Moved(turned, own.Source, Longs(back)));
        return turned;
    }

    /// <summary>A constant operand, its axes in the order of the source; null if it has too many.</summary>
    private string? OrderedConstant(string name, int[] axes)
    {
        if (graph.ConstantNamed(name) is not { } constant || constant.Dims.Length > axes.Length) return null;
        if (constant.Count == 1) return name;
        int[] dims = [.. Enumerable.Repeat(1, axes.Length - constant.Dims.Length), .. constant.Dims];
        return Added(name, ConstantShapes.Permuted(constant with { Dims = dims, Quantized = null }, Longs(Inverse(axes))));
    }

    private string Added(string name, ConstantValue constant)
    {
        string added = graph.Fresh($"{name}.ordered");
        graph.AddConstant(added, constant);
        return added;
    }

    private string Added(OnnxNode node, string what, long[] numbers)
    {
        string added = graph.Fresh($"{node.Outputs[0]}.{what}");
        graph.AddConstant(added, ConstantValue.OfIntegers(added, [numbers.Length], numbers));
        return added;
    }

    /// <summary>Whether a Transpose of one image leaves all elements where they are: only axes of size 1 change places.</summary>
    public static bool KeepsElements(TensorShape shape, ReadOnlySpan<int> axes)
    {
        int last = 0;
        foreach (int axis in axes)
            if (axis > 0 && shape[axis - 1] > 1)
            {
                if (axis < last) return false;
                last = axis;
            }
        return true;
    }

    private static int[] Inverse(int[] axes)
    {
        var inverse = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++) inverse[axes[i]] = i;
        return inverse;
    }

    private static bool IsIdentity(int[] axes) => axes.SequenceEqual(Enumerable.Range(0, axes.Length));

    private static long[] Longs(int[] numbers) => Array.ConvertAll(numbers, number => (long)number);

    private static OnnxNode Identity(OnnxNode node, string source) =>
        new() { Operator = "Identity", Name = node.Name, Inputs = [source], Outputs = [node.Outputs[0]] };

    /// <summary>The node with other tensors, and with attributes replaced or added.</summary>
    private static OnnxNode Copy(OnnxNode node, IEnumerable<string> inputs, IEnumerable<string> outputs,
        params OnnxAttribute[] attributes) => new()
        {
            Operator = node.Operator, Name = node.Name, Inputs = [.. inputs], Outputs = [.. outputs],
            Attributes = [.. node.Attributes.Where(own => !Array.Exists(attributes, given => given.Name == own.Name)), .. attributes],
        };
}
