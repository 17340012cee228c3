using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>
/// QONNX's quantizers as ONNX's own operators, for OnnxRuntime, which does not have them. Halves are rounded to even by adding and
/// subtracting 1.5 * 2^23, since Round is younger than many such files.
/// </summary>
internal sealed class QonnxExpansion
{
    private const float RoundingNumber = 1.5f * (1 << 23);

    private readonly GraphIndex _index;
    private readonly Names _names;
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _initializers;

    private QonnxExpansion(OnnxModel model)
    {
        _index = new(model);
        _names = new([.. _index.TensorNames]);
        _initializers = [.. _index.Graph.Initializers];
    }

    /// <summary>The model itself where it has no such operator.</summary>
    /// <exception cref="ModelException">A quantizer's number of bits is no constant, or Trunc is used.</exception>
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
        if (!ForeignOperators.IsQonnx(view.Operator))
        {
            _nodes.Add(node);
            return;
        }
        if (view.Operator == "Trunc")
            throw view.Error("it has no form that OnnxRuntime computes; supported there are Quant and BipolarQuant");
        int bits = view.Operator == "BipolarQuant" ? 1 : Bits(view);
        bool isSigned = view.Operator == "BipolarQuant" || view.Flag("signed", true);
        if (bits == 1 && isSigned) AddBipolar(view);
        else AddSteps(view, bits, isSigned);
    }

    private void AddBipolar(NodeView view)
    {
        string isNegative = New("Less", view.Inputs[0], Number(0)), opposite = New("Neg", view.Inputs[1]);
        Add("Where", view.Outputs[0], isNegative, opposite, view.Inputs[1]);
    }

    private void AddSteps(NodeView view, int bits, bool isSigned)
    {
        bool isNarrow = view.Flag("narrow", false);
        float most = isSigned ? (1L << (bits - 1)) - 1 : (1L << bits) - 1 - (isNarrow ? 1 : 0);
        float least = isSigned ? -(1L << (bits - 1)) + (isNarrow ? 1 : 0) : 0;
        string scale = view.Inputs[1], zero = view.Inputs[2];
        string steps = New("Add", New("Div", view.Inputs[0], scale), zero);
        string bounded = New("Min", New("Max", steps, Number(least)), Number(most));
        string rounded = Rounded(bounded, Roundings.Read(view, "ROUND"));
        Add("Mul", view.Outputs[0], New("Sub", rounded, zero), scale);
    }

    private string Rounded(string x, Rounding rounding)
    {
        string WithSign(string magnitude) => New("Mul", New("Sign", x), magnitude);
        return rounding switch
        {
            Rounding.HalfEven => New("Sub", New("Add", x, Number(RoundingNumber)), Number(RoundingNumber)),
            Rounding.Ceiling => New("Ceil", x),
            Rounding.Floor => New("Floor", x),
            Rounding.Up => WithSign(New("Ceil", New("Abs", x))),
            Rounding.Down => WithSign(New("Floor", New("Abs", x))),
            Rounding.HalfUp => WithSign(New("Floor", New("Add", New("Abs", x), Number(0.5f)))),
            _ => WithSign(New("Ceil", New("Sub", New("Abs", x), Number(0.5f)))),
        };
    }

    private int Bits(NodeView view)
    {
        string name = view.Inputs[3];
        var tensor = _index.Initializers.GetValueOrDefault(name)
            ?? _index.Nodes.FirstOrDefault(node => node.Operator == "Constant" && node.Outputs[0] == name)?.Attributes
                .Find(attribute => attribute.Name == "value")?.Tensor
            ?? throw view.Error($"its number of bits '{name}' is no constant");
        return (int)TensorData.ToFloats(tensor)[0];
    }

    private string Number(float number)
    {
        string name = _names.Take("number");
        _initializers.Add(TensorEncoder.Floats(name, [], [number]));
        return name;
    }

    private string New(string @operator, params string[] inputs) => Add(@operator, _names.Take("part"), inputs);

    private string Add(string @operator, string result, params string[] inputs)
    {
        _nodes.Add(new() { Operator = @operator, Name = result, Inputs = [.. inputs], Outputs = [result] });
        return result;
    }
}
