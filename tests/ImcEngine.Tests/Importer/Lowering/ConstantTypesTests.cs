using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Constants are computed in their own type, as OnnxRuntime does, or refused.</summary>
public class ConstantTypesTests
{
    private const double JustAboveOne = 1 + 1e-10;

    private static string Double(OnnxBuilder b, string name, double number) => b.Initializer(TensorEncoder.Doubles(name, [], [number]));

    private static string Cast(OnnxBuilder b, string tensor, string result, OnnxDataType to) =>
        b.Node("Cast", [tensor], result, Attribute("to", (long)to));

    /// <summary>x plus a constant that the body computes.</summary>
    private static OnnxModel Sum(Func<OnnxBuilder, string> body) =>
        Of(b => b.Node("Add", ["x", Cast(b, body(b), "float", OnnxDataType.Float)], "y"), input: [-1, 4]);

    private static string Compared(OnnxBuilder b, string @operator) =>
        b.Node(@operator, [Double(b, "a", JustAboveOne), Double(b, "b", 1)], "c");

    private static string Magnified(OnnxBuilder b, string difference) => b.Node("Mul", [difference, Double(b, "scale", 1e10)], "m");

    private static readonly Dictionary<string, Func<OnnxBuilder, string>> Doubles = new()
    {
        ["greater"] = b => Compared(b, "Greater"),
        ["less or equal"] = b => Compared(b, "LessOrEqual"),
        ["equal"] = b => Compared(b, "Equal"),
        ["beyond float32"] = b => b.Node("Greater", [Double(b, "a", 1e300), Double(b, "b", 1e299)], "c"),
        ["to int64"] = b => Cast(b, Double(b, "a", 1.99999999999), "i", OnnxDataType.Int64),
        ["to int32"] = b => Cast(b, Double(b, "a", -2.9999999999), "i", OnnxDataType.Int32),
        ["to bool"] = b => Cast(b, Double(b, "a", 1e-300), "t", OnnxDataType.Bool),
        ["sign"] = b => b.Node("Sign", [Double(b, "a", -1e-300)], "s"),
        ["cancelling"] = b => Magnified(b, b.Node("Sub", [Double(b, "a", JustAboveOne), Double(b, "b", 1)], "d")),
        ["quotient"] = b => Magnified(b,
            b.Node("Sub", [b.Node("Div", [Double(b, "a", JustAboveOne), Double(b, "c", 0.5)], "q"), Double(b, "b", 2)], "d")),
        ["from int64"] = b =>
            b.Node("Sub", [Cast(b, b.Longs("a", (1L << 40) + 1), "i", OnnxDataType.Double), Double(b, "b", 1L << 40)], "d"),
        ["chosen"] = b => Magnified(b, b.Node("Sub", [b.Node("Where", [Compared(b, "Greater"), "a", "b"], "w"), "b"], "d")),
        ["moved"] = b => Magnified(b, b.Node("Sub", [b.Node("Gather",
            [b.Initializer(TensorEncoder.Doubles("v", [2], [1, JustAboveOne])), b.Longs("one", 1)], "g"), Double(b, "b", 1)], "d")),
        ["a Constant node"] = b => Magnified(b, b.Node("Sub",
            [b.Node("Constant", [], "a", Attribute("value", TensorEncoder.Doubles("", [], [JustAboveOne]))), Double(b, "b", 1)], "d")),
    };

    public static TheoryData<string> Names => new(Doubles.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Doubles_are_computed_as_doubles(string name) => Agrees(Sum(Doubles[name]));

    [Theory]
    [InlineData(OnnxDataType.Float16)]
    [InlineData(OnnxDataType.BFloat16)]
    internal void Numbers_of_16_bits_are_computed_where_nothing_is_rounded(OnnxDataType type)
    {
        OnnxModel Quotient(float divisor) => Sum(b => b.Node("Div",
            [b.Initializer(TensorEncoder.Floats("a", [], [1], type)), b.Initializer(TensorEncoder.Floats("b", [], [divisor], type))], "q"));
        if (type == OnnxDataType.Float16) Agrees(Quotient(4));
        else NetworkImporter.Import(Quotient(4));
        IsRefused(Quotient(3), "'q' (Div)", $"rounded to {type}", "Float");
    }

    [Theory]
    [InlineData(OnnxDataType.Float16)]
    [InlineData(OnnxDataType.Double)]
    internal void A_step_of_another_type_than_Float_is_refused(OnnxDataType type)
    {
        IsRefused(Of(b =>
        {
            b.Initializer(TensorEncoder.Floats("step", [], [0.0999f], type));
            b.Codes("codes", [2, 3, 1, 1], [127, -127, -113, 113, 41, 41], OnnxDataType.Int8);
            Cast(b, b.Node("DequantizeLinear", ["codes", "step"], "d"), "w", OnnxDataType.Float);
            b.Node("Conv", ["x", "w"], "y");
        }), "'d' (DequantizeLinear)", $"'step' is of type {type}", "float32");
        IsRefused(Of(b => b.Node("QuantizeLinear", ["x", b.Initializer(TensorEncoder.Floats("step", [], [0.0999f], type))], "y")),
            "'y' (QuantizeLinear)", $"is of type {type}");
    }

    [Fact]
    public void Dequantizing_to_another_type_than_Float_is_refused()
    {
        var model = Quantized([-1, 3, 32, 32]);
        model.OperatorSets[0].Version = 23;
        model.Graph!.Nodes.Single(node => node.Outputs[0] == "w").Attributes.Add(Attribute("output_dtype", (long)OnnxDataType.Float16));
        IsRefused(model, "'w' (DequantizeLinear)", "output_dtype");
    }

    [Fact]
    public void Doubles_are_encoded_as_they_are() =>
        Assert.Equal([JustAboveOne, 1e300, -1e-300], TensorData.ToDoubles(TensorEncoder.Doubles("t", [3], [JustAboveOne, 1e300, -1e-300])));
}
