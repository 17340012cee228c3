using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Inputs of all types and layouts, and what a user chooses of a file that leaves something open.</summary>
public class ImageInputTests
{
    private static readonly long[] ToFirst = [0, 3, 1, 2];

    private static string Weights(OnnxBuilder b, params long[] dims) =>
        b.Floats("c.weight", dims, Numbers((int)dims.Aggregate(1L, (product, size) => product * size), 3));

    private static OnnxAttribute To(OnnxDataType type) => Attribute("to", (long)type);

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void An_image_of_integers_is_cast(long batch)
    {
        foreach (var type in new[] { OnnxDataType.UInt8, OnnxDataType.Int8, OnnxDataType.Int32 })
            Assert.Equal(new TensorShape(3, 6, 5), Agrees(Of(b => b.Node("Conv",
                [b.Node("Cast", ["x"], "f", To(OnnxDataType.Float)), Weights(b, 4, 3, 3, 3)], "y"), 14, [batch, 3, 6, 5], type))
                .Network.InputShape);
    }

    [Theory]
    [InlineData(OnnxDataType.UInt8, 0.02f, 0)]
    [InlineData(OnnxDataType.UInt8, 0.3f, 117)]
    [InlineData(OnnxDataType.UInt8, 1 / 255f, 255)]
    [InlineData(OnnxDataType.Int8, 0.3f, -128)]
    [InlineData(OnnxDataType.Int8, 1 / 255f, 3)]
    internal void An_image_of_codes_is_dequantized_to_the_same_codes(OnnxDataType type, float scale, int zero)
    {
        foreach (bool channelsLast in new[] { false, true })
        {
            var imported = Agrees(Of(b =>
            {
                b.Float("s", scale);
                b.Codes("z", [], [zero], type);
                b.Codes("c.weight", [4, 3, 1, 1], [.. Enumerable.Range(-6, 12)], OnnxDataType.Int8);
                string x = b.Node("DequantizeLinear", ["x", "s", "z"], "d");
                if (channelsLast) x = b.Node("Transpose", [x], "t", Attribute("perm", ToFirst));
                b.Node("Conv", [x, b.Node("DequantizeLinear", ["c.weight", "s"], "w")], "y");
            }, 13, channelsLast ? [-1, 4, 4, 3] : [-1, 3, 4, 4], type));
            Assert.True(imported.Layers[0].OnMacro);
            Assert.Equal(new TensorShape(3, 4, 4), imported.Network.InputShape);
        }
    }

    /// <summary>Without a zero point it is 0, of the image's own type.</summary>
    [Theory]
    [InlineData(OnnxDataType.UInt8)]
    [InlineData(OnnxDataType.Int8)]
    [InlineData(OnnxDataType.Int32)]
    internal void Integers_are_reshaped_and_dequantized(OnnxDataType type) => Agrees(Of(b =>
        b.Node("Conv",
            [b.Node("DequantizeLinear", [b.Node("Reshape", ["x", b.Longs("shape", 0, 3, 4, 4)], "r"), b.Float("s", 0.125f)], "d"),
            Weights(b, 4, 3, 3, 3)], "y"), 13, [-1, 48], type));

    [Theory]
    [InlineData(OnnxDataType.UInt8, 120)]
    [InlineData(OnnxDataType.Int8, -128)]
    internal void A_layer_of_codes_reads_the_image(OnnxDataType type, int zero)
    {
        var imported = Agrees(Of(b =>
        {
            foreach (string scale in new[] { "s", "t", "u" }) b.Float(scale, 0.125f);
            b.Codes("z", [], [zero], type);
            b.Codes("wz", [], [0], OnnxDataType.Int8);
            b.Codes("c.weight", [4, 3, 2, 2], [.. Enumerable.Range(-24, 48)], OnnxDataType.Int8);
            b.Node("QLinearConv", ["x", "s", "z", "c.weight", "t", "wz", "u", "z"], "q", Attribute("pads", [1, 1, 0, 0]));
            b.Node("DequantizeLinear", ["q", "u", "z"], "y");
        }, 13, [-1, 3, 4, 4], type));
        Assert.True(imported.Layers[0].OnMacro);
    }

    /// <summary>Byte 0 of an int8 image is -128.</summary>
    [Theory]
    [InlineData(OnnxDataType.Int8, -128)]
    [InlineData(OnnxDataType.Int32, 0)]
    internal void Bytes_become_integers_of_the_type(OnnxDataType type, int first)
    {
        OnnxModel Model(string mean, string std) => Of(b =>
        {
            if (mean.Length > 0) b.Metadata("imc.mean", mean);
            if (std.Length > 0) b.Metadata("imc.std", std);
            if (std.Length > 0) b.Metadata("imc.scale", "1");
            b.Node("Cast", ["x"], "y", To(OnnxDataType.Float));
        }, input: [-1, 3, 1, 1], type: type);
        var network = NetworkImporter.Import(Model("", "")).Network;
        var input = new float[3];
        ImagePixels.Normalize([0, 100, 255], network.Preprocessing, input);
        Assert.Equal([first, first + 100, first + 255], NodeInterpreter.Run(network, input));
        IsRefused(Model("0,0,0", "2,2,2"), $"of type {type.ToString().ToLowerInvariant()}", "whole numbers", "make 0.5 of byte 1");
        if (type == OnnxDataType.Int8) IsRefused(Model("0,0,0", "1,1,1"), "make 128 of byte 128", "-128 to 127");
        else NetworkImporter.Import(Model("0,0,0", "1,1,1"));
    }

    /// <summary>Bytes are taken as they are unless the file says otherwise, and what gives no bytes is refused.</summary>
    [Fact]
    public void The_preprocessing_of_a_byte_image_gives_bytes()
    {
        OnnxModel Bytes(params (string Key, string Text)[] metadata) => Of(b =>
        {
            foreach (var (key, text) in metadata) b.Metadata(key, text);
            b.Node("Cast", ["x"], "y", To(OnnxDataType.Float));
        }, input: [-1, 3, 2, 2], type: OnnxDataType.UInt8);
        var own = NetworkImporter.SourcedPreprocessingOf(Bytes());
        Assert.False(own.IsAssumed);
        Assert.Equal([1, 1, 1], own.Preprocessing.Std);
        Assert.Equal(1, own.Preprocessing.Scale);
        var network = NetworkImporter.Import(Bytes()).Network;
        byte[] image = [0, 1, 2, 3, 100, 127, 128, 129, 252, 253, 254, 255];
        var input = new float[12];
        ImagePixels.Normalize(image, network.Preprocessing, input);
        Assert.Equal(Array.ConvertAll(image, pixel => (float)pixel), NodeInterpreter.Run(network, input));
        NetworkImporter.Import(Bytes(("imc.mean", "0,0,0"), ("imc.std", "0.003921569,0.003921569,0.003921569")));
        IsRefused(Bytes(("imc.mean", "0.5,0.5,0.5")), "uint8", "mean 0.5,0.5,0.5", "whole");
        IsRefused(Bytes(("imc.std", "1,1,1")), "uint8", "std 1,1,1");
    }

    [Fact]
    public void Other_types_are_refused() =>
    IsRefused(Of(b => b.Node("Cast", ["x"], "y", To(OnnxDataType.Float)), type: OnnxDataType.Int64),
        "'x'", "Float16, UInt8, Int8 or Int32", "Int64");

    [Theory]
    [InlineData(OnnxDataType.Float16)]
    [InlineData(OnnxDataType.BFloat16)]
    internal void Casts_to_short_floats_and_back_round(OnnxDataType type)
    {
        var model = Of(b => b.Node("Cast", [b.Node("Cast", [b.Node("Mul", ["x", b.Float("k", 1.2345679f)], "m")], "h", To(type))], "y",
            To(OnnxDataType.Float)), 13, [-1, 200]);
        Agrees(model, tolerance: 0);
    }

    [Fact]
    public void A_float16_image_is_rounded() =>
        Agrees(Of(b => b.Node("Cast", ["x"], "y", To(OnnxDataType.Float)), 13, [-1, 3, 4, 4], OnnxDataType.Float16), tolerance: 0);

    /// <summary>OnnxRuntime computes in float32 and rounds the output.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_network_of_float16(int seed) => Agrees(Of(b =>
    {
        string Half(string name, params long[] dims)
        {
            float[] numbers = Numbers((int)dims.Aggregate(1L, (product, size) => product * size), seed + dims.Length);
            return b.Initializer(TensorEncoder.Floats(name, dims, Array.ConvertAll(numbers, number => number / 4), OnnxDataType.Float16));
        }
        b.Node("Conv", ["x", Half("c.weight", 4, 3, 3, 3), Half("c.bias", 4)], "c");
        b.Node("Relu", ["c"], "r");
        b.Node("MaxPool", ["r"], "p", Attribute("kernel_shape", [2, 2]));
        b.Node("GlobalAveragePool", ["p"], "g");
        b.Node("Concat", ["g", b.Node("GlobalMaxPool", ["r"], "m")], "j", Attribute("axis", 1L));
        b.Node("Gemm", [b.Node("Flatten", ["j"], "f"), Half("d.weight", 8, 5), Half("d.bias", 5)], "y");
    }, 13, [-1, 3, 6, 6], OnnxDataType.Float16, OnnxDataType.Float16), seed: seed);

    [Fact]
    public void An_image_with_channels_last_is_taken_channels_first()
    {
        var network = Agrees(Of(b => b.Node("Conv", [b.Node("Transpose", ["x"], "t", Attribute("perm", ToFirst)), Weights(b, 4, 3, 3, 3)],
            "y"), 13, [-1, 6, 5, 3])).Network;
        Assert.Equal(new TensorShape(3, 6, 5), network.InputShape);
        Assert.Single(network.Nodes);
    }

    [Fact]
    public void Operators_of_elements_may_stand_before_the_transpose()
    {
        var network = Agrees(Of(b =>
        {
            b.Node("Sub", [b.Node("Cast", ["x"], "f", To(OnnxDataType.Float)), b.Floats("mean", [3], [120, 110, 100])], "s");
            b.Node("Mul", ["s", b.Float("k", 1 / 64f)], "m");
            b.Node("Conv", [b.Node("Transpose", ["m"], "t", Attribute("perm", ToFirst)), Weights(b, 4, 3, 1, 1)], "y");
        }, 13, [-1, 6, 5, 3], OnnxDataType.UInt8)).Network;
        Assert.Equal(new TensorShape(3, 6, 5), network.InputShape);
        Assert.DoesNotContain(network.Nodes, node => node is RearrangeNode);
    }

    /// <summary>Keras pads before a layer's Transpose, and turns RGB to BGR by a Slice of negative step.</summary>
    [Fact]
    public void The_image_may_be_padded_cut_and_joined_before_the_transpose()
    {
        var network = Agrees(Of(b =>
        {
            b.Node("Slice", ["x", b.Longs("last", -1), b.Longs("first", -4), b.Longs("axis", 3), b.Longs("step", -1)], "bgr");
            b.Node("Split", ["bgr", b.Longs("sizes", 1, 2)], ["blue", "others"], Attribute("axis", 3L));
            b.Node("Concat", ["others", b.Node("Abs", ["blue"], "positive")], "joined", Attribute("axis", 3L));
            b.Node("Pad", ["joined", b.Longs("pads", 0, 1, 2, 0, 0, 0, 1, 0)], "padded");
            b.Node("Conv", [b.Node("Transpose", ["padded"], "t", Attribute("perm", ToFirst)), Weights(b, 4, 3, 3, 3)], "y");
        }, 13, [-1, 6, 5, 3])).Network;
        Assert.Equal(new TensorShape(3, 6, 5), network.InputShape);
        // One for Slice, two for Split, none for the Transpose.
        Assert.Equal(3, network.Nodes.OfType<RearrangeNode>().Count());
    }

    /// <summary>What reads the image in another way, or is an output, leaves it as the file has it.</summary>
    [Fact]
    public void Other_readers_keep_the_order_of_the_file()
    {
        var network = Agrees(Of(b =>
        {
            b.Node("ReduceMean", ["x", b.Longs("axes", 1)], "mean", Attribute("keepdims", 0L));
            b.Node("GlobalAveragePool", [b.Node("Transpose", ["x"], "t", Attribute("perm", ToFirst))], "g");
            b.Node("Add", [b.Node("Flatten", ["g"], "f"), b.Node("ReduceMean", ["mean", "axes"], "m2", Attribute("keepdims", 0L))], "y");
        }, 18, [-1, 6, 5, 3])).Network;
        Assert.Equal(new TensorShape(6, 5, 3), network.InputShape);
    }

    private static OnnxModel Open() => Of(b =>
    {
        b.Node("Conv", ["x", Weights(b, 4, 3, 3, 3)], "c");
        b.Node("Flatten", [b.Node("GlobalAveragePool", ["c"], "g")], "y");
    }, input: [-1, 3, -1, -1]);

    [Fact]
    public void Open_sizes_are_closed_by_choice_or_by_the_data()
    {
        IsRefused(Open(), "'x'", "axis 2", "--input-shape");
        foreach (int[] given in new int[][] { [3, 9, 7], [1, 3, 9, 7], [8, 3, 9, 7] })
        {
            var model = Open();
            new NetworkChoice(InputShape: given).Apply(model, [3, 32, 32]);
            Assert.Equal(new TensorShape(3, 9, 7), Agrees(model).Network.InputShape);
        }
        var ofData = Open();
        NetworkChoice.None.Apply(ofData, [3, 32, 32]);
        Assert.Equal(new TensorShape(3, 32, 32), NetworkImporter.Import(ofData).Network.InputShape);
        foreach (int[] given in new int[][] { [1, 9, 7], [9, 7], [3, 3, 3, 9, 7] })
            Assert.Contains("do not fit graph input 'x'",
                Assert.Throws<ModelException>(() => new NetworkChoice(InputShape: given).Apply(Open())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 9, 7)]
    [InlineData(9, 7, 3)]
    public void Sizes_of_channels_last_may_be_given_either_way(params int[] given)
    {
        var model = Of(b => b.Node("Conv", [b.Node("Transpose", ["x"], "t", Attribute("perm", ToFirst)), Weights(b, 4, 3, 3, 3)], "y"), 13,
            [-1, -1, -1, 3]);
        new NetworkChoice(InputShape: given).Apply(model);
        Assert.Equal(new TensorShape(3, 9, 7), Agrees(model).Network.InputShape);
    }

    private static OnnxModel TwoOutputs(params long[][] shapes)
    {
        var b = new OnnxBuilder("test");
        b.Input("x", -1, 3, 4, 4);
        b.Node("Conv", ["x", Weights(b, 4, 3, 3, 3)], "c");
        b.Output("c", shapes[0]);
        b.Output(b.Node("Flatten", ["c"], "logits"), shapes[1]);
        return b.Build();
    }

    [Fact]
    public void Of_several_outputs_one_is_chosen()
    {
        var model = TwoOutputs([-1, 4, 2, 2], [-1, 16]);
        IsRefused(model, "2 outputs", "c [batch, 4, 2, 2], logits [batch, 16]", "--output");
        NetworkChoice.None.Apply(model);
        Assert.Equal("logits", Assert.Single(model.Graph!.Outputs).Name);
        Agrees(model);
        var named = TwoOutputs([-1, 4, 2, 2], [-1, 16]);
        new NetworkChoice("c").Apply(named);
        Assert.Equal(16, Agrees(named).Network.Classes);
        string Refusal(NetworkChoice choice, params long[][] shapes) =>
            Assert.Throws<ModelException>(() => choice.Apply(TwoOutputs(shapes))).Message;
        Assert.Contains("--output is 'd'; the network's outputs are c", Refusal(new("d"), [-1, 4, 2, 2], [-1, 16]),
            StringComparison.Ordinal);
        Assert.Contains("name it with --output", Refusal(NetworkChoice.None, [-1, 4], [-1, 16]), StringComparison.Ordinal);
    }

    /// <summary>A file whose image is codes runs without its quantizers too: the image is still dequantized.</summary>
    [Theory]
    [InlineData("DequantizeLinear")]
    [InlineData("Transpose")]
    [InlineData("QLinearConv")]
    public void Without_quantizers_an_image_of_codes_becomes_reals(string first)
    {
        var quantized = Of(b =>
        {
            b.Float("s", 0.5f);
            b.Codes("z", [], [3], OnnxDataType.UInt8);
            b.Codes("c.weight", [2, 3, 1, 1], [1, 2, 3, -4, 5, 6], OnnxDataType.Int8);
            b.Codes("wz", [], [0], OnnxDataType.Int8);
            string x = first == "Transpose" ? b.Node("Transpose", ["x"], "t", Attribute("perm", ToFirst)) : "x";
            string y = first == "QLinearConv"
                ? b.Node("DequantizeLinear", [b.Node("QLinearConv", [x, "s", "z", "c.weight", "s", "wz", "s", "z"], "q"), "s", "z"], "r")
                : b.Node("Conv", [b.Node("DequantizeLinear", [x, "s", "z"], "d"),
                    b.Node("DequantizeLinear", ["c.weight", "s", "wz"], "w")], "r");
            b.Node("Relu", [y], "y");
        }, 13, first == "Transpose" ? [-1, 4, 4, 3] : [-1, 3, 4, 4], OnnxDataType.UInt8);
        var reals = Of(b => b.Node("Relu", [b.Node("Conv", [b.Node("Mul", [b.Node("Sub",
                [b.Node("Cast", ["x"], "f", To(OnnxDataType.Float)), b.Float("z", 3)], "a"), b.Float("s", 0.5f)], "b"),
            b.Floats("c.weight", [2, 3, 1, 1], [0.5f, 1, 1.5f, -2, 2.5f, 3])], "c")], "y"), 13, [-1, 3, 4, 4], OnnxDataType.UInt8);
        var network = Agrees(FloatTopology.WithoutQuantization(quantized)).Network;
        Assert.Equal(new TensorShape(3, 4, 4), network.InputShape);
        float[] image = [.. Enumerable.Range(0, 48).Select(i => i * 5f)];
        Assert.Equal(NodeInterpreter.Run(Agrees(reals).Network, image), NodeInterpreter.Run(network, image));
    }

    /// <summary>A float network is one also where a DequantizeLinear makes reals of the image.</summary>
    [Fact]
    public void A_float_network_may_dequantize_its_image()
    {
        var model = Of(b =>
        {
            b.Codes("z", [], [3], OnnxDataType.UInt8);
            b.Node("Conv", [b.Node("DequantizeLinear", ["x", b.Float("s", 0.5f), "z"], "d"), Weights(b, 4, 3, 3, 3)], "y");
        }, 13, [-1, 3, 4, 4], OnnxDataType.UInt8);
        Assert.DoesNotContain(Agrees(model).Network.Nodes, node => node is QuantizeNode);
        Assert.True(PostTrainingQuantizer.IsFloat(model));
        Agrees(PostTrainingQuantizer.Folded(model));
    }
}
