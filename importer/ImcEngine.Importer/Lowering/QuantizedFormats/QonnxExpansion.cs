using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>
/// QONNX's quantizers as ONNX's own operators, for OnnxRuntime, which does not have them. Before opset 11, which has Round, halves are
/// rounded to even by adding and subtracting 1.5 * 2^23, or in float64 1.5 * 2^52. Constants are quantized in float64, as by the engine.
/// </summary>
internal sealed class QonnxExpansion
{
    private const int FirstOpsetOfRound = 11;

    private readonly GraphIndex _index;
    private readonly Names _names;
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _initializers;
    private readonly HashSet<string> _constants;

    /// <summary>The type of the numbers of the quantizer that is written.</summary>
    private OnnxDataType _type;

    private QonnxExpansion(OnnxModel model)
    {
        _index = new(model);
        _names = new([.. _index.TensorNames]);
        _initializers = [.. _index.Graph.Initializers];
        _constants = [.. _index.Initializers.Keys];
    }

    /// <summary>The model itself where it has no such operator.</summary>
    /// <exception cref="ModelException">A quantizer's number of bits, or a scale of Trunc, is no constant.</exception>
    public static OnnxModel Of(OnnxModel model)
    {
        if (model.Graph?.Nodes.Exists(node => ForeignOperators.IsQonnx(node.Operator ?? "")) != true) return model;
        var expansion = new QonnxExpansion(model);
        foreach (var node in expansion._index.Nodes) expansion.Add(node);
        var expanded = FloatTopology.WithGraph(model, expansion._nodes, expansion._initializers, expansion._index.Graph.Outputs);
        expanded.OperatorSets = [new() { Domain = "", Version = expansion._index.Opset },
            .. model.OperatorSets.Where(set => set.Domain == ForeignOperators.Microsoft)];
        return expanded;
    }

    private void Add(OnnxNode node)
    {
        var view = new NodeView(node, _index.Opset);
        bool isConstant = node.Inputs.TrueForAll(input => input.Length == 0 || _constants.Contains(input));
        if (isConstant) _constants.UnionWith(node.Outputs);
        if (!ForeignOperators.IsQonnx(view.Operator))
        {
            _nodes.Add(node);
            return;
        }
        if (view.Operator == "Trunc")
        {
            _type = OnnxDataType.Float;
            AddTrunc(view);
            return;
        }
        _type = isConstant ? OnnxDataType.Double : OnnxDataType.Float;
        int bits = view.Operator == "BipolarQuant" ? 1 : Bits(view, 3);
        bool isSigned = view.Operator == "BipolarQuant" || view.Flag("signed", true);
        if (bits == 1 && isSigned) AddBipolar(view);
        else AddSteps(view, bits, isSigned);
    }

    private void AddBipolar(NodeView view)
    {
        _type = OnnxDataType.Float;
        string isNegative = New("Less", view.Inputs[0], Number(0)), opposite = New("Neg", view.Inputs[1]);
        Add("Where", view.Outputs[0], isNegative, opposite, view.Inputs[1]);
    }

    private void AddSteps(NodeView view, int bits, bool isSigned)
    {
        string x = OfType(view.Inputs[0]), scale = OfType(view.Inputs[1]), zero = OfType(view.Inputs[2]);
        string steps = New("Add", New("Div", x, scale), zero);
        string rounded = Rounded(Bounded(view, steps, bits, isSigned), Roundings.Read(view, "ROUND"));
        Cast(New("Mul", New("Sub", rounded, zero), scale), view.Outputs[0], OnnxDataType.Float);
    }

    /// <summary>Version 1: scale, zero point, bits in and out. Version 2: scale, zero point, bits in, scale out, bits out.</summary>
    private void AddTrunc(NodeView view)
    {
        bool isSecond = view.Inputs.Count == 6;
        string zero = view.Inputs[2], steps = New("Add", New("Div", view.Inputs[0], view.Inputs[1]), zero);
        int bits = Bits(view, isSecond ? 5 : 4);
        int shift = isSecond ? QonnxReaders.ShiftOf(Constant(view, 1), Constant(view, 4)) : Bits(view, 3) - bits;
        view.Require(shift is >= 0 and <= QonnxReaders.MostBits, $"it drops {shift} bits; supported are 0 to {QonnxReaders.MostBits}");
        string factor = Number(1f / (1L << shift)), parts = New("Mul", Rounded(steps, Rounding.HalfEven), factor);
        if (isSecond) parts = Bounded(view, parts, bits, view.Flag("signed", true));
        string rounded = Rounded(parts, Roundings.Read(view, "FLOOR"));
        Add("Mul", view.Outputs[0], New("Sub", rounded, isSecond ? New("Mul", zero, factor) : zero), view.Inputs[isSecond ? 4 : 1]);
    }

    private string Bounded(NodeView view, string steps, int bits, bool isSigned)
    {
        var (least, most) = QonnxReaders.Range(bits, isSigned, view.Flag("narrow", false));
        return New("Min", New("Max", steps, Number(least)), Number(most));
    }

    private string Rounded(string x, Rounding rounding)
    {
        string WithSign(string magnitude) => New("Mul", New("Sign", x), magnitude);
        return rounding switch
        {
            Rounding.HalfEven when _index.Opset >= FirstOpsetOfRound => New("Round", x),
            Rounding.HalfEven => New("Sub", New("Add", x, RoundingNumber()), RoundingNumber()),
            Rounding.Ceiling => New("Ceil", x),
            Rounding.Floor => New("Floor", x),
            Rounding.Up => WithSign(New("Ceil", New("Abs", x))),
            Rounding.Down => WithSign(New("Floor", New("Abs", x))),
            Rounding.HalfUp => WithSign(New("Floor", New("Add", New("Abs", x), Number(0.5f)))),
            _ => WithSign(New("Ceil", New("Sub", New("Abs", x), Number(0.5f)))),
        };
    }

    private int Bits(NodeView view, int input) => (int)Constant(view, input);

    private float Constant(NodeView view, int input)
    {
        string name = view.Inputs[input];
        var tensor = _index.Initializers.GetValueOrDefault(name)
            ?? _index.Nodes.FirstOrDefault(node => node.Operator == "Constant" && node.Outputs[0] == name)?.Attributes
                .Find(attribute => attribute.Name == "value")?.Tensor
            ?? throw view.Error($"its parameter '{name}' is no constant");
        return TensorData.ToFloats(tensor)[0];
    }

    private string RoundingNumber() => Number(1.5 * (_type == OnnxDataType.Double ? 1L << 52 : 1L << 23));

    private string Number(double number)
    {
        string name = _names.Take("number");
        _initializers.Add(_type == OnnxDataType.Double ? TensorEncoder.Doubles(name, [], [number])
            : TensorEncoder.Floats(name, [], [(float)number]));
        return name;
    }

    private string OfType(string floats) => _type == OnnxDataType.Double ? Cast(floats, _names.Take("part"), OnnxDataType.Double) : floats;

    private string Cast(string from, string result, OnnxDataType to)
    {
        string cast = Add("Cast", result, from);
        _nodes[^1].Attributes = [OnnxBuilder.Attribute("to", (long)to)];
        return cast;
    }

    private string New(string @operator, params string[] inputs) => Add(@operator, _names.Take("part"), inputs);

    private string Add(string @operator, string result, params string[] inputs)
    {
        _nodes.Add(new() { Operator = @operator, Name = result, Inputs = [.. inputs], Outputs = [result] });
        return result;
    }
}
