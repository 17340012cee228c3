using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>A constant that is NaN or infinite is refused wherever it stands, with its tensor and index;
/// it must not become a code or a level.</summary>
public class FiniteConstantsTests
{
    private static readonly string[] Constants = ["w", "bias", "gamma", "beta", "mean", "variance", "low", "high", "slope", "k", "step",
        "fc.weight", "fc.bias"];

    private static OnnxModel Every() => Of(b =>
    {
        b.Floats("w", [4, 3, 1, 1], new float[12]);
        foreach (string name in new[] { "bias", "gamma", "beta", "mean", "variance" }) b.Floats(name, [4], [1, 1, 1, 1]);
        b.Float("low", -1);
        b.Float("high", 1);
        b.Floats("slope", [4, 1, 1], new float[4]);
        b.Floats("k", [1, 4, 1, 1], new float[4]);
        b.Float("step", 0.5f);
        b.Codes("zero", [], [0], OnnxDataType.UInt8);
        b.Floats("fc.weight", [10, 4], new float[40]);
        b.Floats("fc.bias", [10], new float[10]);
        b.Node("Conv", ["x", "w", "bias"], "c");
        b.Node("BatchNormalization", ["c", "gamma", "beta", "mean", "variance"], "n");
        b.Node("Clip", ["n", "low", "high"], "clipped");
        b.Node("PRelu", ["clipped", "slope"], "p");
        b.Node("Add", ["p", "k"], "a");
        b.Node("QuantizeLinear", ["a", "step", "zero"], "q");
        b.Node("DequantizeLinear", ["q", "step", "zero"], "d");
        b.Node("GlobalAveragePool", ["d"], "g");
        b.Node("Flatten", ["g"], "f");
        b.Node("Gemm", ["f", "fc.weight", "fc.bias"], "y", Attribute("transB", 1));
    });

    public static TheoryData<string, float> Cases
    {
        get
        {
            var cases = new TheoryData<string, float>();
            foreach (string name in Constants)
                foreach (float number in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity }) cases.Add(name, number);
            return cases;
        }
    }

    [Fact]
    public void The_model_that_the_tests_damage_is_sound() => NetworkImporter.Import(Every());

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_initializer_that_is_not_finite_is_refused_with_its_name(string tensor, float number) =>
        IsRefused(With(tensor, number), $"Tensor '{tensor}' holds", "at index [");

    [Fact]
    public void The_index_is_that_of_the_element()
    {
        var model = Every();
        var weights = model.Graph!.Initializers.Single(each => each.Name == "fc.weight");
        BitConverter.GetBytes(float.NaN).CopyTo(weights.RawData!, 4 * ((7 * 4) + 2));
        IsRefused(model, "'fc.weight' holds NaN at index [7, 2]");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5f)]
    public void A_step_that_is_not_positive_is_refused(float step) => IsRefused(With("step", step), "'q' (QuantizeLinear)", "positive");

    [Theory]
    [InlineData(OnnxDataType.Float)]
    [InlineData(OnnxDataType.Float16)]
    [InlineData(OnnxDataType.BFloat16)]
    [InlineData(OnnxDataType.Double)]
    internal void A_weight_behind_a_constant_quantizer_is_refused_too(OnnxDataType type) => IsRefused(Of(b =>
    {
        b.Initializer(TensorEncoder.Floats("w.float", [1, 3, 1, 1], [1, float.NaN, 2], type));
        b.Float("step", 0.5f);
        b.Codes("zero", [], [0], OnnxDataType.Int8);
        b.Node("QuantizeLinear", ["w.float", "step", "zero"], "codes");
        b.Node("DequantizeLinear", ["codes", "step", "zero"], "w");
        b.Node("Conv", ["x", "w"], "y");
    }), "'w.float' holds NaN at index [0, 1, 0, 0]");

    [Fact]
    public void A_double_beyond_float32_is_refused_where_it_becomes_one() => IsRefused(Of(b =>
    {
        b.Node("Cast", [b.Initializer(TensorEncoder.Doubles("k", [1], [1e300]))], "f", Attribute("to", (long)OnnxDataType.Float));
        b.Node("Add", ["x", "f"], "y");
    }), "'f' (Cast)", "Infinity");

    [Fact]
    public void A_computed_constant_that_is_not_finite_names_its_node() => IsRefused(Of(b =>
    {
        b.Node("Div", [b.Float("one", 1), b.Float("none", 0)], "k");
        b.Node("Add", ["x", "k"], "y");
    }), "'k' (Div)", "at index []");

    [Fact]
    public void Numbers_of_a_Constant_node_are_finite_too() => IsRefused(Of(b =>
    {
        b.Node("Constant", [], "k", Attribute("value_float", float.PositiveInfinity));
        b.Node("Add", ["x", "k"], "y");
    }), "'k' (Constant)", "value_float");

    [Theory]
    [InlineData("epsilon")]
    [InlineData("momentum")]
    public void Attributes_are_finite(string name)
    {
        var model = Every();
        model.Graph!.Nodes.Single(node => node.Operator == "BatchNormalization").Attributes = [Attribute(name, float.NaN)];
        IsRefused(model, "(BatchNormalization)", $"'{name}'");
    }

    [Fact]
    public void Weights_that_a_batch_norm_makes_infinite_are_refused()
    {
        var model = With("gamma", float.MaxValue);
        BitConverter.GetBytes(float.MaxValue).CopyTo(model.Graph!.Initializers[0].RawData!, 0);
        IsRefused(model, "'c' (Conv)", "finite");
    }

    /// <summary>Finite in double, as scales are held, and infinite in float32, as kernels take them.</summary>
    [Fact]
    public void A_macro_layers_scale_beyond_float32_is_refused()
    {
        var model = Quantized([-1, 3, 32, 32]);
        model.Graph!.Initializers.Add(TensorEncoder.Floats("large", [], [float.MaxValue]));
        model.Graph.Nodes.Single(node => node.Outputs[0] == "c").Outputs[0] = "c0";
        model.Graph.Nodes.Add(new() { Operator = "Mul", Inputs = ["c0", "large"], Outputs = ["c1"] });
        model.Graph.Nodes.Add(new() { Operator = "Mul", Inputs = ["c1", "large"], Outputs = ["c"] });
        IsRefused(model, "'c' (Conv)", "finite");
    }

    /// <summary>What C# and C++ make of it differs from machine to machine.</summary>
    [Theory]
    [InlineData(3e9f, OnnxDataType.Int32)]
    [InlineData(1e19f, OnnxDataType.Int64)]
    [InlineData(-1e19f, OnnxDataType.Int64)]
    internal void A_constant_cast_to_integers_fits_them(float number, OnnxDataType type) => IsRefused(Of(b =>
    {
        b.Node("Cast", [b.Floats("k", [1], [number])], "i", Attribute("to", (long)type));
        b.Node("Reshape", ["x", "i"], "y");
    }), "'i' (Cast)", "does not fit");

    [Fact]
    public void Integers_that_leave_their_type_are_refused()
    {
        IsRefused(Of(b => Reshaped(b, b.Node("Add", [b.Longs("a", long.MaxValue), b.Longs("b", 1)], "i"))), "'i' (Add)");
        IsRefused(Of(b => Reshaped(b, b.Node("Cast", [b.Longs("a", 1L << 40)], "i", Attribute("to", (long)OnnxDataType.Int32)))),
            "'i' (Cast)", "does not fit Int32");
    }

    private static void Reshaped(OnnxBuilder b, string shape) => b.Node("Reshape", ["x", shape], "y");

    private static OnnxModel With(string tensor, float number)
    {
        var model = Every();
        BitConverter.GetBytes(number).CopyTo(model.Graph!.Initializers.Single(each => each.Name == tensor).RawData!, 0);
        return model;
    }
}
