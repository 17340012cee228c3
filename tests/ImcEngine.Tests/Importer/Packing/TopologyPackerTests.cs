using ImcEngine.BitPlanes;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Importer.Lowering;
using ImcEngine.Tests.Importer.Quantization;

namespace ImcEngine.Tests.Importer.Packing;

/// <summary>Codes in any float network: a stem, a depthwise layer with a batch norm, a MatMul,
/// a layer that reads negative numbers.</summary>
public class TopologyPackerTests
{
    private static readonly sbyte[] DeepCodes = Codes(4 * 9, 7), FcCodes = Codes(5 * 4, 7), SignedCodes = Codes(4 * 4, 7);

    private static OnnxModel Float()
    {
        var b = new OnnxBuilder("any");
        string x = FloatModels.Convolution(b, b.Input("image", -1, 3, 6, 6), "stem", 4, 3, 1);
        b.Floats("signed.weight", [4, 4, 1, 1], FloatModels.Numbers(16, 2));
        x = b.Node("Conv", [x, "signed.weight"], "signed");
        x = b.Node("Relu", [x], "relu");
        b.Floats("deep.weight", [4, 1, 3, 3], FloatModels.Numbers(36, 3));
        x = b.Node("Conv", [x, "deep.weight"], "deep", OnnxBuilder.Attribute("group", 4L));
        string[] norm = [.. new[] { "gamma", "beta", "mean", "variance" }.Select(name => b.Floats("bn." + name, [4], [1, 1, 1, 1]))];
        x = b.Node("Relu", [b.Node("BatchNormalization", [x, .. norm], "bn")], "relu2");
        x = b.Node("Flatten", [b.Node("GlobalAveragePool", [x], "pool")], "flat");
        b.Floats("fc.weight", [4, 5], FloatModels.Numbers(20, 4));
        b.Node("MatMul", [x, "fc.weight"], "logits");
        b.Output("logits", -1, 5);
        return b.Build();
    }

    private static NpzWriter Archive() => new NpzWriter()
        .Add("signed.codes", SignedCodes, 4, 4, 1, 1).Add("signed.step", [0.125f]).Add("signed.input.step", [0.25f])
        .Add("deep.codes", DeepCodes, 4, 1, 3, 3).Add("deep.step", [0.5f, -0.25f, 0.125f, 1], 4).Add("deep.input.step", [0.5f], 1)
        .Add("fc.codes", FcCodes, 5, 4).Add("fc.step", [0.1f, 0.2f, 0.3f, 0.4f, 0.5f], 5).Add("fc.input.step", [0.25f]);

    private static OnnxModel Pack(NpzWriter archive, PackOptions? options = null) =>
        TopologyPacker.Pack(NpzFile.Read(archive.ToStream(), "test"), Float(), "any.onnx", options ?? new());

    [Fact]
    public void Layers_with_codes_run_on_the_macro_with_these_codes_and_steps_and_OnnxRuntime_agrees()
    {
        var imported = AgainstOnnxRuntime.Agrees(Pack(Archive()));
        Assert.Equal([("stem", false), ("signed", true), ("deep", true), ("fc", true)],
            imported.Layers.Select(layer => (layer.Name, layer.OnMacro)));
        var layers = imported.Network.MacroLayers;
        Assert.Equal(["twos-complement:4 x twos-complement:4", "unipolar:4 x twos-complement:4", "unipolar:4 x twos-complement:4"],
            layers.Select(layer => $"{layer.InputFormat} x {layer.WeightFormat}"));
        // A negative step becomes positive, and its codes change sign.
        Assert.Equal(DeepCodes.Select((code, i) => (short)(i / 9 == 1 ? -code : code)), layers[1].WeightCodes);
        Assert.Equal(FcCodes.Select(code => (short)code), layers[2].WeightCodes);
        Assert.Equal([0.25f, 0.5f, 0.25f], imported.Network.Nodes.OfType<QuantizeNode>().Select(node => node.Step));
    }

    [Fact]
    public void Arrays_named_like_initializers_replace_them()
    {
        var archive = Archive().Add("bn.beta", [1, 2, 3, 4], 4).Add("bn.num_batches_tracked", [1f]);
        var packed = Pack(archive);
        AgainstOnnxRuntime.Agrees(packed);
        Assert.Equal([1f, 2, 3, 4], TensorData.ToFloats(packed.Graph!.Initializers.Single(tensor => tensor.Name == "bn.beta")));
    }

    [Fact]
    public void Formats_and_rules_can_be_chosen()
    {
        sbyte[] odd = [.. Codes(16, 3).Select(code => (sbyte)((code & 1) == 0 ? code + 1 : code))];
        var archive = new NpzWriter().Add("signed.codes", odd, 4, 4, 1, 1).Add("signed.step", [0.125f]).Add("signed.input.step", [0.25f]);
        var layer = AgainstOnnxRuntime.Agrees(Pack(archive, new() { Activations = QuantizerKind.BipolarNearest, ActivationBits = 3 }))
            .Network.MacroLayers.Single();
        Assert.Equal(OperandEncoding.Bipolar, layer.WeightFormat.Encoding);
        Assert.Equal(new(3, OperandEncoding.Bipolar), layer.InputFormat);
    }

    [Fact]
    public void Codes_that_are_named_ternary_keep_their_two_bits()
    {
        sbyte[] codes = Codes(16, 1);
        var archive = new NpzWriter().Add("signed.codes", codes, 4, 4, 1, 1).Add("signed.step", [0.125f]).Add("signed.input.step", [0.25f]);
        var packed = Pack(archive, new() { WeightFormat = OperandFormat.Parse("ternary"), ActivationBits = 4 });
        Assert.Equal((int)OnnxDataType.Int2, packed.Graph!.Initializers.Single(tensor => tensor.Name == "signed.weight").DataType);
        var layer = AgainstOnnxRuntime.Agrees(packed).Network.MacroLayers.Single();
        Assert.Equal((OperandFormat.Ternary, CellProduct.TernaryGated), (layer.WeightFormat, layer.Product));
        Assert.Equal(codes.Select(code => (short)code), layer.WeightCodes);
        Assert.Contains("not a code of ternary", Assert.Throws<ImcException>(
            () => Pack(Archive(), new() { WeightFormat = OperandFormat.Ternary })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_does_not_fit_is_named_with_its_shape()
    {
        var archive = Archive().Remove("deep.step").Remove("fc.input.step").Remove("signed.codes").Add("signed.codes", SignedCodes, 16)
            .Add("head.codes", [1, 2], 2).Add("bn.gamma", [1f, 1], 2);
        string message = Assert.Throws<ImcException>(() => Pack(archive)).Message;
        foreach (string part in new[]
        {
            "does not fit 'any.onnx'", "'deep.step' [] or [1] or [4] is missing", "'fc.input.step' [] or [1] is missing",
            "'signed.codes' is [16]; it must be [4, 4, 1, 1]", "no place for 'head.codes' [2]", "'bn.gamma' is [2]; it must be [4]",
            "'fc.codes' [5, 4]",
        })
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_without_codes_a_step_of_0_and_codes_beyond_the_format_are_refused()
    {
        Assert.Contains("no layer has codes", Assert.Throws<ImcException>(() => Pack(new())).Message, StringComparison.Ordinal);
        var zero = Archive().Remove("fc.input.step").Add("fc.input.step", [0f]);
        Assert.Contains("'fc.input.step' holds 0", Assert.Throws<ImcException>(() => Pack(zero)).Message, StringComparison.Ordinal);
        Assert.Contains("not a code of twos-complement:2",
            Assert.Throws<ImcException>(() => Pack(Archive(), new() { WeightFormat = new(2, OperandEncoding.TwosComplement) })).Message,
            StringComparison.Ordinal);
    }

    private static sbyte[] Codes(int count, int most) =>
        [.. Enumerable.Range(0, count).Select(i => (sbyte)(((i * 5) % ((2 * most) + 1)) - most))];
}
