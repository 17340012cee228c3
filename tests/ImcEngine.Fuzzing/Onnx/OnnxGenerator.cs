using ImcEngine.Evaluation.Verification;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Fuzzing.Onnx;

/// <summary>
/// Small sound graphs of every supported operator: shapes, attributes, opsets, constants and quantization patterns are drawn. Sizes are
/// such that a graph runs in well under a millisecond. Part one: the walk, and operators that keep the shape;
/// <c>OnnxGenerator.Layers.cs</c> has layers, pools and what changes shapes, <c>OnnxGenerator.Operators.cs</c> functions, reductions,
/// what moves elements, and normalizations, <c>OnnxGenerator.Codes.cs</c> and <c>OnnxGenerator.Qonnx.cs</c> quantized formats.
/// </summary>
internal sealed partial class OnnxGenerator
{
    private const int MostSteps = 7, MostChannels = 6, MostSide = 8, MostElements = 2048;

    private static readonly int[] Opsets = [7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 21, 21, 22, 23, 24, 25];

    private readonly CaseRandom _random;
    private readonly OnnxBuilder _graph;
    private readonly int _opset;
    private readonly List<Flow> _flows = [];
    private bool _hasOneImage;
    private int _named;

    private OnnxGenerator(CaseRandom random)
    {
        _random = random;
        _opset = random.OneOf<int>(Opsets);
        _graph = new("fuzz", _opset, _opset < 10 ? random.Between(3, 9) : _opset < 21 ? random.Between(6, 9) : random.Between(10, 11));
    }

    /// <param name="Name">Name of the tensor.</param>
    /// <param name="Shape">Shape of one image.</param>
    private sealed record Flow(string Name, params int[] Shape)
    {
        public int Count => Shape.Aggregate(1, (product, size) => product * size);
        public bool IsPlanes => Shape.Length == 3;
    }

    public static OnnxModel Make(CaseRandom random) => new OnnxGenerator(random).Make();

    private OnnxModel Make()
    {
        int[] shape = _random.OneIn(4) ? [_random.Between(1, 12)] : [_random.Between(1, 4), Side(), Side()];
        long batch = _random.OneIn(5) ? _random.Between(1, 3) : -1;
        _hasOneImage = batch == 1;
        _flows.Add(new(_graph.Input("x", [batch, .. shape.Select(size => (long)size)]), shape));
        for (int step = _random.Between(1, MostSteps); step > 0; step--)
        {
            var x = _random.OneIn(4) ? _random.OneOf<Flow>([.. _flows]) : _flows[^1];
            if (Step(x) is { } result && result.Count <= MostElements) _flows.Add(result);
        }
        if (_flows.Count == 1) _flows.Add(Unary("Relu", _flows[0]));
        if (_random.OneIn(6)) Preprocessing(shape.Length == 3 ? shape[0] : 3);
        var model = _graph.Build();
        model.Graph!.Outputs.Add(new() { Name = _flows[^1].Name,
            Type = new() { Tensor = new() { ElementType = (int)OnnxDataType.Float } } });
        return model;
    }

    private Flow? Step(Flow x) => _random.Between(0, 57) switch
    {
        0 or 1 or 2 or 3 when x.IsPlanes => Convolution(Quantized(x)),
        0 or 1 or 2 or 3 when x.Shape.Length == 1 => Linear(Quantized(x)),
        4 or 5 when x.IsPlanes => Pool(x, "MaxPool"),
        6 when x.IsPlanes => Pool(x, "AveragePool"),
        7 when x.IsPlanes => BatchNorm(x),
        8 when x.IsPlanes => Mean(x),
        9 when x.IsPlanes => Pad(x),
        10 or 11 => Binary(x),
        12 => Arithmetic(x),
        13 => _random.OneIn(4) ? Dropout(x) : Unary(_random.OneOf("Relu", _opset < 9 ? "Relu" : "Sign", "Identity"), x),
        14 => Clip(x),
        15 => Choice(x),
        16 => PRelu(x),
        17 or 18 => Quantized(x),
        19 => Flatten(x),
        20 => Reshape(x),
        21 => Axes(x),
        22 => Concat(x),
        23 => Softmax(x),
        24 when x.IsPlanes => Residual(x),
        25 or 26 => Function(x),
        27 => Variadic(x),
        28 => Reduce(x),
        29 => Transpose(x),
        30 => Slice(x),
        31 => Split(x),
        32 => Pick(x),
        33 => Repeat(x),
        34 when x.IsPlanes => Blocks(x),
        35 => Normalization(x),
        36 => Power(x),
        37 when x.IsPlanes => Resize(x),
        38 or 39 => Product(x),
        40 when x.IsPlanes => TransposedConvolution(x),
        41 => ExtremeIndex(x),
        42 => Shortened(x),
        43 when x.Shape.Length == 2 => Row(Quantized(x)),
        44 or 45 when x.IsPlanes => ChannelsLast(x),
        46 or 47 or 48 when _opset >= 10 => CodeChain(x),
        49 or 50 when _opset >= 10 => IntegerLayer(x),
        51 or 52 or 53 when _opset >= 9 => Qonnx(x),
        54 => Top(x),
        55 when _opset >= 12 => Einsum(x),
        56 when _hasOneImage && x.IsPlanes => ComputedConvolution(x),
        _ => Unary("Relu", x),
    };

    private int Side() => _random.Between(1, MostSide);

    private string Fresh(string what) => $"{what}{_named++}";

    private Flow Unary(string @operator, Flow x) => x with { Name = _graph.Node(@operator, [x.Name], Fresh("t")) };

    private Flow Dropout(Flow x)
    {
        var dropped = Unary("Dropout", x);
        var node = _graph.Build().Graph!.Nodes[^1];
        if (_opset < 12 && _random.OneIn(2)) node.Attributes.Add(Attribute("ratio", 0.25f));
        if (_random.OneIn(2)) node.Outputs.Add(Fresh("mask"));
        return dropped;
    }

    /// <summary>From -2 to 2 in steps of 2^-6, now and then larger.</summary>
    private float Number() => _random.OneIn(40) ? _random.OneOf(0f, 100f, -1000f, 1e-3f, 3.3333f) : _random.Between(-128, 128) / 64f;

    private float Positive() => _random.OneIn(3) ? _random.OneOf(0.1f, 0.3f, 1.7f) : _random.OneOf(0.0625f, 0.125f, 0.25f, 0.5f, 1f);

    private float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => Number())];

    /// <summary>An initializer, a Constant node, or what import computes of constants.</summary>
    private string Constant(long[] dims, float[] elements)
    {
        string name = Fresh("k");
        switch (_random.Between(0, 9))
        {
            case 0:
                return _graph.Node("Constant", [], name, Attribute("value", TensorEncoder.Floats("", dims, elements)));
            case 1:
                _graph.Floats(name, dims, elements);
                return _graph.Node(_random.OneOf("Add", "Sub", "Mul", "Div"), [name, _graph.Float(Fresh("k"), Positive())], Fresh("k"));
            case 2:
                _graph.Floats(name, dims, elements);
                return _graph.Node(_random.OneOf("Identity", "Abs", "Neg", "Ceil", "Floor", "Relu", "Sum"), [name], Fresh("k"));
            case 3:
                _graph.Floats(name, dims, [.. elements.Select(Math.Abs)]);
                return _graph.Node("Sqrt", [name], Fresh("k"));
            case 4:
                return _graph.Node("Reshape", [Parted(name, elements), Longs(dims)], Fresh("k"));
            case 5 when _opset >= 9:
                return _graph.Node("ConstantOfShape", [Longs(dims)], Fresh("k"),
                    Attribute("value", TensorEncoder.Floats("", [1], [Number()])));
            default:
                return _graph.Floats(name, dims, elements);
        }
    }

    /// <summary>A vector that is joined of two parts, or cut out of a longer one.</summary>
    private string Parted(string name, float[] elements)
    {
        long count = elements.Length;
        int first = _random.Between(0, elements.Length);
        if (_random.OneIn(2))
            return _graph.Node("Concat", [_graph.Floats(name, [first], elements[..first]),
                _graph.Floats(Fresh("k"), [count - first], elements[first..])], Fresh("k"), Attribute("axis", 0L));
        _graph.Floats(name, [count + first], [.. Numbers(first), .. elements]);
        return _opset < 10
            ? _graph.Node("Slice", [name], Fresh("k"), Attribute("starts", [first]), Attribute("ends", [count + first]))
            : _graph.Node("Slice", [name, Longs(first), Longs(count + first)], Fresh("k"));
    }

    private string Longs(params long[] elements) => _random.OneIn(5)
        ? _graph.Node("Constant", [], Fresh("k"), _opset >= 12 && _random.OneIn(2) ? Attribute("value_ints", elements)
            : Attribute("value", TensorEncoder.Integers("", [elements.Length], elements)))
        : _graph.Longs(Fresh("k"), elements);

    /// <summary>Makes an operand whose shape broadcasts to the flow's.</summary>
    private string Broadcast(Flow x)
    {
        int[] dims = [.. x.Shape.Select(size => _random.OneIn(2) ? 1 : size)];
        if (_random.OneIn(3)) dims = [];
        else if (_random.OneIn(4)) dims = [1, .. dims];
        return Constant([.. dims.Select(size => (long)size)], Numbers(dims.Aggregate(1, (product, size) => product * size)));
    }

    private Flow Binary(Flow x)
    {
        string other = _flows.Where(flow => flow.Shape.SequenceEqual(x.Shape)).ToList() is { Count: > 1 } alike && _random.OneIn(2)
            ? _random.OneOf<Flow>([.. alike]).Name : Broadcast(x);
        string[] inputs = _random.OneIn(3) ? [other, x.Name] : [x.Name, other];
        return x with { Name = _graph.Node(_random.OneOf("Add", "Add", "Sub", "Mul"), inputs, Fresh("t")) };
    }

    private Flow Arithmetic(Flow x) => x with { Name = _graph.Node("Div", [x.Name, Constant([], [Positive()])], Fresh("t")) };

    private Flow Clip(Flow x)
    {
        float? low = _random.OneIn(4) ? null : -Positive(), high = _random.OneIn(4) ? null : Positive();
        return Clip(x, low, high);
    }

    private Flow Clip(Flow x, float? low, float? high)
    {
        if (_opset >= 11)
        {
            string Bound(float? bound) => bound is { } number ? _graph.Float(Fresh("k"), number) : "";
            return x with { Name = _graph.Node("Clip", [x.Name, Bound(low), Bound(high)], Fresh("t")) };
        }
        List<OnnxAttribute> bounds = [];
        if (low is { } min) bounds.Add(Attribute("min", min));
        if (high is { } max) bounds.Add(Attribute("max", max));
        return x with { Name = _graph.Node("Clip", [x.Name], Fresh("t"), [.. bounds]) };
    }

    /// <summary>Adds a comparison, perhaps negated, used as numbers or as a choice.</summary>
    private Flow Choice(Flow x)
    {
        string comparison = _random.OneOf("Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal");
        if (_opset < 12 && comparison.EndsWith("OrEqual", StringComparison.Ordinal)) comparison = "Greater";
        if (_opset < 11 && comparison == "Equal") comparison = "Less";
        string condition = _graph.Node(comparison, [x.Name, Broadcast(x)], Fresh("t"));
        if (_random.OneIn(4)) condition = _graph.Node("Not", [condition], Fresh("t"));
        return x with
        {
            Name = _opset < 9 || _random.OneIn(3)
                ? _graph.Node("Cast", [condition], Fresh("t"), Attribute("to", (long)OnnxDataType.Float))
                : _graph.Node("Where", [condition, _random.OneIn(2) ? x.Name : Broadcast(x), Broadcast(x)], Fresh("t")),
        };
    }

    private Flow PRelu(Flow x)
    {
        long[] dims = _random.OneIn(2) ? [] : [x.Shape[0], .. x.Shape[1..].Select(_ => 1L)];
        return x with { Name = _graph.Node("PRelu",
            [x.Name, Constant(dims, Numbers((int)dims.Aggregate(1L, (product, size) => product * size)))], Fresh("t")) };
    }

    /// <summary>Before opset 13 over all axes from one on, by default from 1; since then over one.</summary>
    private Flow Softmax(Flow x)
    {
        string @operator = _random.OneOf("Softmax", "LogSoftmax");
        int axis = _random.Between(1, x.Shape.Length);
        return x with
        {
            Name = axis == 1 && _opset < 13 && _random.OneIn(2) ? _graph.Node(@operator, [x.Name], Fresh("t"))
                : _graph.Node(@operator, [x.Name], Fresh("t"), Attribute("axis", _opset < 11 ? axis : Counted(axis, x))),
        };
    }

    private void Preprocessing(int channels)
    {
        string Text(Func<float> number) =>
            string.Join(',',
                Enumerable.Range(0, channels).Select(_ => number().ToString(System.Globalization.CultureInfo.InvariantCulture)));
        _graph.Metadata(ModelMetadata.Mean, Text(() => _random.OneOf(0f, 0.25f, 0.485f, 1f)));
        _graph.Metadata(ModelMetadata.Std, Text(() => _random.OneOf(0.225f, 0.5f, 1f)));
        if (_random.OneIn(2)) _graph.Metadata(ModelMetadata.Layout, "RGB");
    }
}
