using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Operators over activations in forms that the readers know:
/// <code>
/// MatMul [.., k] x [k, n], three axes or more    Transpose, Conv of 1x1, Transpose: a layer, every pixel by itself
/// Gemm of two tensors of one image               Transposes, MatMul, Mul and Add
/// Einsum                                         Transpose, ReduceSum, Reshape, Mul and MatMul
/// pools of [batch, channel, x]                   pools of [batch, channel, 1, x]
/// operators of float16                           of float; what leaves them is rounded, as OnnxRuntime does it on a CPU
/// DequantizeLinear of an image of integers       Cast, and a quantizer that gives the same codes again; so do QLinear layers
/// </code>
/// </summary>
internal sealed class OperatorForms(GraphIndex index, GraphReader graph)
{
    /// <summary>By float16 tensor the float tensor that operators read in its place: what it was before it was rounded.</summary>
    private readonly Dictionary<string, string> _floats = [];

    /// <summary>By float16 tensor the float tensor of the same elements.</summary>
    private readonly Dictionary<string, string> _rounded = [];

    private ILookup<string, OnnxNode>? _neighbours;

    /// <summary>The node itself where it is known as it is.</summary>
    public IEnumerable<OnnxNode> Of(OnnxNode node)
    {
        if (node.Operator is not ("Cast" or "Identity" or "Shape") && node.Inputs.Exists(IsHalf)) return OfHalves(node);
        return node.Operator switch
        {
            "MatMul" => Product(node) ?? OfRow(node) ?? [node],
            "Einsum" when node.Inputs.Exists(input => graph.FlowNamed(input) is not null) => EinsumForms.Of(graph, node).SelectMany(Of),
            "Gemm" when graph.HasOneImage && graph.FlowNamed(node.Inputs[1]) is not null => OfTensors(node),
            "MaxPool" or "AveragePool" when Rank(node) == 2 => Pool(node),
            "DequantizeLinear" or "QLinearConv" or "QLinearMatMul" or "QGemm"
                when IntegerInput.IsIn(graph.FlowNamed(node.Inputs[0]), graph.Input) => OfIntegers(node),
            _ => [node],
        };
    }

    private int Rank(OnnxNode node) => graph.FlowNamed(node.Inputs[0])?.Shape.Rank ?? 0;

    private bool IsHalf(string tensor) => graph.FlowNamed(tensor)?.Type == OnnxDataType.Float16;

    private IEnumerable<OnnxNode> OfHalves(OnnxNode node)
    {
        bool rounds = MovesAmongMoves(node);
        var inputs = new List<string>();
        foreach (string input in node.Inputs)
        {
            bool isHalf = input.Length > 0 && (graph.FlowNamed(input)?.Type ?? graph.ConstantNamed(input)?.Type) == OnnxDataType.Float16;
            var floats = rounds ? _rounded : _floats;
            if (isHalf && !floats.ContainsKey(input))
                yield return Cast(node, input, floats[input] = graph.Fresh($"{input}.float"), OnnxDataType.Float);
            inputs.Add(isHalf ? floats[input] : input);
        }
        bool isHalfToo =
            node.Operator is not ("QuantizeLinear" or "ArgMax" or "ArgMin" or "Equal" or "Greater" or "GreaterOrEqual" or "Less"
            or "LessOrEqual");
        string[] outputs = [.. node.Outputs.Select((output, i) =>
            !isHalfToo || output.Length == 0 || (node.Operator == "TopK" && i > 0) ? output : graph.Fresh($"{output}.float"))];
        var single = new OnnxNode
        {
            Operator = node.Operator, Name = node.Name, Inputs = inputs, Outputs = [.. outputs], Attributes = node.Attributes,
        };
        foreach (var form in Of(single)) yield return form;
        for (int output = 0; output < outputs.Length; output++)
        {
            if (graph.FlowNamed(outputs[output]) is not { Type: OnnxDataType.Float } || outputs[output] == node.Outputs[output]) continue;
            _floats[node.Outputs[output]] = outputs[output];
            yield return Cast(node, outputs[output], node.Outputs[output], OnnxDataType.Float16);
        }
    }

    /// <summary>OnnxRuntime has operators that move elements for float16, and uses them where two of them meet: what they read is rounded.
    /// One by itself it runs on the float32 of its neighbours.</summary>
    private bool MovesAmongMoves(OnnxNode node)
    {
        _neighbours ??= index.Nodes.SelectMany(each => each.Inputs.Concat(each.Outputs).Distinct(), (each, tensor) => (each, tensor))
            .ToLookup(pair => pair.tensor, pair => pair.each);
        return Moves(node.Operator!) && node.Inputs.Where(IsHalf).Concat(node.Outputs)
            .SelectMany(tensor => _neighbours[tensor].Where(other => !other.Outputs.SequenceEqual(node.Outputs)))
            .Any(other => Moves(other.Operator!));
    }

    private static bool Moves(string @operator) => @operator is "Concat" or "Expand" or "Flatten" or "Gather" or "Identity" or "Pad"
        or "Reshape" or "Slice" or "Split" or "Squeeze" or "Tile" or "Transpose" or "Unsqueeze";

    private OnnxNode[]? Product(OnnxNode node)
    {
        if (graph.FlowNamed(node.Inputs[0]) is not { Shape.Rank: >= 2, IsPerImage: false } x
            || graph.ConstantNamed(node.Inputs[1]) is not { Floats: not null, Dims: [var k, var n], Count: > 0 } weights
            || x.Shape[x.Shape.Rank - 1] != k) return null;
        string kernel = Fresh(node, "weight"), first = Fresh(node, "channelsFirst"), result = Fresh(node, "product");
        var transposed = graph.Transposed(weights);
        bool isImage = x.Shape.Rank == 3;
        graph.AddConstant(kernel, transposed with { Dims = isImage ? [n, k, 1, 1] : [n, k, 1] });
        long[] back = isImage ? [0, 2, 3, 1] : [0, 2, 1];
        OnnxNode Layer(string input, string output) => new()
        {
            Operator = "Conv", Name = node.Name, Inputs = [input, kernel], Outputs = [output],
        };
        OnnxNode[] Pixels(string input, string output) =>
        [
            AxisOrders.Transpose(input, isImage ? [0, 3, 1, 2] : [0, 2, 1], first), Layer(first, result),
            AxisOrders.Transpose(result, back, output),
        ];
        if (x.Shape.Rank <= 3) return Pixels(node.Inputs[0], node.Outputs[0]);
        string rows = Fresh(node, "rows"), products = Fresh(node, "products");
        return
        [
            Reshape(node, node.Inputs[0], [0, -1, k], rows), .. Pixels(rows, products),
            Reshape(node, products, [0, .. x.Shape.Sizes[..^1].ToArray().Select(size => (long)size), n], node.Outputs[0]),
        ];
    }

    /// <summary>The row of features of a network's one image, times a tensor of the image: it gets a second axis for the product.
    /// </summary>
    private OnnxNode[]? OfRow(OnnxNode node)
    {
        bool IsRow(int input) => graph.FlowNamed(node.Inputs[input]) is { Shape.Rank: 1, IsPerImage: false };
        if (!graph.HasOneImage || !(IsRow(1) || (IsRow(0) && graph.FlowNamed(node.Inputs[1]) is not null))) return null;
        var nodes = new List<OnnxNode>();
        var inputs = new List<string>();
        for (int input = 0; input < 2; input++)
        {
            inputs.Add(IsRow(input) ? Fresh(node, "matrix") : node.Inputs[input]);
            if (IsRow(input)) nodes.Add(Axis(node, "Unsqueeze", 0, node.Inputs[input], inputs[input]));
        }
        string product = Fresh(node, "product");
        nodes.Add(new() { Operator = "MatMul", Name = node.Name, Inputs = inputs, Outputs = [product] });
        nodes.Add(Axis(node, "Squeeze", 0, product, node.Outputs[0]));
        return [.. nodes];
    }

    /// <summary>Gemm of two tensors of a network's one image as its product and sum.</summary>
    private IEnumerable<OnnxNode> OfTensors(OnnxNode node)
    {
        var view = new NodeView(node, graph.Opset);
        view.AllowAttributes("alpha", "beta", "transA", "transB");
        float alpha = view.Float("alpha", 1), beta = view.Float("beta", 1);
        bool adds = view.HasInput(2);
        string[] inputs = [.. node.Inputs];
        string Next(string what, bool isLast = false) => isLast ? node.Outputs[0] : Fresh(node, what);
        OnnxNode Times(string x, float factor, string result)
        {
            string constant = Fresh(node, "factor");
            graph.AddConstant(constant, ConstantValue.OfFloats(constant, [], [factor]));
            return New(node, "Mul", result, x, constant);
        }
        foreach (var (input, flag) in new[] { (0, "transA"), (1, "transB") })
            if (view.Flag(flag, false))
                yield return AxisOrders.Transpose(inputs[input], [1, 0], inputs[input] = Next(flag));
        string sum = Next("product", !adds && alpha == 1);
        foreach (var form in Of(New(node, "MatMul", sum, inputs[..2]))) yield return form;
        if (alpha != 1) yield return Times(sum, alpha, sum = Next("scaled", !adds));
        if (adds && beta != 1) yield return Times(inputs[2], beta, inputs[2] = Next("bias"));
        if (adds) yield return New(node, "Add", node.Outputs[0], sum, inputs[2]);
    }

    private OnnxNode[] Pool(OnnxNode node)
    {
        var view = new NodeView(node, graph.Opset);
        OnnxAttribute Widened(OnnxAttribute attribute)
        {
            int ones = attribute.Name switch { "kernel_shape" or "strides" or "dilations" => 1, "pads" => 2, _ => 0 };
            if (ones == 0) return attribute;
            long[] numbers = view.Ints(attribute.Name!)!;
            view.Require(numbers.Length == ones, $"attribute '{attribute.Name}' has {numbers.Length} numbers; it must have {ones} "
                + $"(one spatial axis)");
            return OnnxBuilder.Attribute(attribute.Name!, ones == 1 ? [1, numbers[0]] : [0, numbers[0], 0, numbers[1]]);
        }
        string plane = Fresh(node, "plane"), pooled = Fresh(node, "pooled");
        var pool = new OnnxNode
        {
            Operator = node.Operator, Name = node.Name, Inputs = [plane], Outputs = [pooled, .. node.Outputs.Skip(1)],
            Attributes = [.. node.Attributes.Select(Widened)],
        };
        return [Axis(node, "Unsqueeze", 2, node.Inputs[0], plane), pool, Axis(node, "Squeeze", 2, pooled, node.Outputs[0])];
    }

    /// <summary>(q - z) s, quantized by s and z, are the codes q again: the rounding error is far below half a step. Int32 has no
    /// quantizer; its numbers (q - z) s are computed.</summary>
    private IEnumerable<OnnxNode> OfIntegers(OnnxNode node)
    {
        var view = new NodeView(node, graph.Opset);
        var type = graph.Input.Type;
        var scale = graph.Constant(view, 1, "scale");
        var zero = graph.Constant(view, 2, "zero point");
        view.Require(scale is { Floats.Length: 1 } && (zero is null || (zero.Type == type && zero.Count == 1)),
            $"it reads the image; supported are one Float scale and one zero point of type {type}");
        string zeroPoint = Fresh(node, "zeroPoint"), least = Fresh(node, "zero"), image = Fresh(node, "image"),
            above = Fresh(node, "above"),
            number = Fresh(node, "number"), codes = Fresh(node, "codes");
        long code = zero?.Integers![0] ?? 0;
        graph.AddConstant(least, ConstantValue.OfFloats(least, [], [code]));
        graph.AddConstant(zeroPoint, ConstantValue.OfIntegers(zeroPoint, [], [code], type));
        yield return Cast(node, node.Inputs[0], image, OnnxDataType.Float);
        yield return New(node, "Sub", above, image, least);
        if (!ConstantQuantization.IsQuantized(type) || IntegerInput.IsAllThatIsQuantized(index))
        {
            yield return New(node, "Mul", node.Outputs[0], above, node.Inputs[1]);
            yield break;
        }
        yield return New(node, "Mul", number, above, node.Inputs[1]);
        yield return New(node, "QuantizeLinear", codes, number, node.Inputs[1], zeroPoint);
        yield return new()
        {
            Operator = node.Operator, Name = node.Name, Domain = node.Domain,
            Inputs = [codes, node.Inputs[1], zeroPoint, .. node.Inputs.Skip(3)],
            Outputs = node.Outputs, Attributes = node.Attributes,
        };
    }

    private string Fresh(OnnxNode node, string what) => graph.Fresh($"{node.Outputs[0]}.{what}");

    private static OnnxNode Cast(OnnxNode node, string x, string result, OnnxDataType type) => new()
    {
        Operator = "Cast", Name = node.Name, Inputs = [x], Outputs = [result], Attributes = [OnnxBuilder.Attribute("to", (long)type)],
    };

    private static OnnxNode New(OnnxNode node, string @operator, string result, params string[] inputs) =>
        new() { Operator = @operator, Name = node.Name, Inputs = [.. inputs], Outputs = [result] };

    private OnnxNode Reshape(OnnxNode node, string x, long[] sizes, string result) =>
        new() { Operator = "Reshape", Name = node.Name, Inputs = [x, Longs(node, "shape", sizes)], Outputs = [result] };

    private OnnxNode Axis(OnnxNode node, string @operator, long axis, string x, string result) =>
        new() { Operator = @operator, Name = node.Name, Inputs = [x, Longs(node, "axis", [axis])], Outputs = [result] };

    private string Longs(OnnxNode node, string what, long[] numbers)
    {
        string name = Fresh(node, what);
        graph.AddConstant(name, ConstantValue.OfIntegers(name, [numbers.Length], numbers));
        return name;
    }
}
