using ImcEngine.Data;
using ImcEngine.Importer.Identity;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Importer.Quantization;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Networks whose activations have channels last, as converters of Keras and TensorFlow write them.</summary>
public class AxisOrdersTests
{
    private static readonly long[] ToFirst = [0, 3, 1, 2], ToLast = [0, 2, 3, 1];

    private static string First(OnnxBuilder b, string x, string name) => b.Node("Transpose", [x], name, Attribute("perm", ToFirst));

    private static string Last(OnnxBuilder b, string x, string name) => b.Node("Transpose", [x], name, Attribute("perm", ToLast));

    private static string Constant(OnnxBuilder b, string name, params long[] dims) =>
        b.Floats(name, dims, Numbers((int)dims.Aggregate(1L, (product, size) => product * size), name.Length));

    private static int Moves(ImportedNetwork imported) => imported.Network.Nodes.Count(node => node is RearrangeNode);

    /// <summary>A walk over operators that take any order, with a layer now and then, all in [batch, y, x, channel].</summary>
    private sealed class Walk(OnnxBuilder b, Random random, int opset)
    {
        private int _named;

        public string Fresh() => $"t{_named++}";

        public (string Name, int[] Shape) Step((string Name, int[] Shape) x)
        {
            var (name, shape) = x;
            int channels = shape[2];
            string Vector() => Constant(b, $"k{_named++}", channels);
            string Axes(params long[] axes) => b.Longs(Fresh(), axes);
            switch (random.Next(16))
            {
                case 0:
                case 1:
                    int outputs = random.Next(1, 5);
                    string convolved = b.Node("Conv",
                        [First(b, name, Fresh()), Constant(b, $"k{_named++}", outputs, channels, 1, 1)], Fresh());
                    return (Last(b, convolved, Fresh()), [shape[0], shape[1], outputs]);
                case 2:
                    string pooled = b.Node("MaxPool", [First(b, name, Fresh())], Fresh(), Attribute("kernel_shape", [2, 2]),
                        Attribute("pads", [0, 0, 1, 1]));
                    return (Last(b, pooled, Fresh()), shape);
                case 3:
                    return (b.Node("Relu", [name], Fresh()), shape);
                case 4:
                    return (b.Node("Add", [name, Vector()], Fresh()), shape);
                case 5:
                    return (b.Node("Mul", [Vector(), name], Fresh()), shape);
                case 6:
                    return (b.Node("Add", [name, b.Node("Sigmoid", [name], Fresh())], Fresh()), shape);
                case 7:
                    return (b.Node("Concat", [name, name], Fresh(), Attribute("axis", 3L)), [shape[0], shape[1], 2 * channels]);
                case 8:
                    return (b.Node("Pad", [name, Axes(0, 1, 0, 0, 0, 0, 1, 0)], Fresh()), [shape[0] + 1, shape[1] + 1, channels]);
                case 9:
                    string mean = opset < 18 ? b.Node("ReduceMean", [name], Fresh(), Attribute("axes", [1, 2]))
                        : b.Node("ReduceMean", [name, Axes(1, -2)], Fresh());
                    return (b.Node("Mul", [name, b.Node("Sigmoid", [mean], Fresh())], Fresh()), shape);
                case 10:
                    return (b.Node("PRelu", [name, Constant(b, $"k{_named++}", 1, 1, channels)], Fresh()), shape);
                case 11:
                    return (b.Node("Softmax", [name], Fresh(), Attribute("axis", -1L)), shape);
                case 12:
                    string one = Fresh(), other = Fresh();
                    if (shape[0] < 2) return x;
                    b.Node("Split", [name, Axes(1, shape[0] - 1)], [one, other], Attribute("axis", 1L));
                    return (other, [shape[0] - 1, shape[1], channels]);
                case 13:
                    return (b.Node("Slice", [name, Axes(0), Axes(int.MaxValue), Axes(-2), Axes(2)], Fresh()),
                        [shape[0], (shape[1] + 1) / 2, channels]);
                case 14:
                    string step = b.Float(Fresh(), 0.25f), zero = b.Codes(Fresh(), [], [128], OnnxDataType.UInt8);
                    return (b.Node("DequantizeLinear", [b.Node("QuantizeLinear", [name, step, zero], Fresh()), step, zero], Fresh()),
                        shape);
                default:
                    return (b.Node("Where", [b.Node("Greater", [name, b.Float(Fresh(), 0.5f)], Fresh()), name, Vector()], Fresh()), shape);
            }
        }
    }

    /// <summary>Seeds 1 to 150; every operator in both orders, ends of all kinds.</summary>
    [Fact]
    public void Random_networks_with_channels_last_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= 150; seed++)
        {
            var random = new Random(seed);
            int opset = Drawn.OneOf(random, 13, 15, 17, 18, 21), height = random.Next(2, 6), width = random.Next(2, 6);
            Agrees(Of(b =>
            {
                var walk = new Walk(b, random, opset);
                var at = (Name: Last(b, b.Node("Conv", [First(b, "x", "first"), Constant(b, "stem.weight", 3, 3, 1, 1)], "stem"), "begin"),
                    Shape: new[] { height, width, 3 });
                for (int step = random.Next(1, 9); step > 0; step--) at = walk.Step(at);
                int count = at.Shape[0] * at.Shape[1] * at.Shape[2];
                switch (random.Next(4))
                {
                    case 0:
                        b.Node("Gemm", [b.Node("Flatten", [at.Name], "flat"), Constant(b, "dense.weight", count, 4)], "y");
                        break;
                    case 1:
                        b.Node("MatMul", [b.Node("Relu", [b.Node("Reshape", [at.Name, b.Longs("shape", -1, count)], "flat")], "r"),
                            Constant(b, "dense.weight", count, 4)], "y");
                        break;
                    case 2:
                        b.Node("MatMul", [at.Name, Constant(b, "dense.weight", at.Shape[2], 4)], "y");
                        break;
                    default:
                        b.Node("Identity", [at.Name], "y");
                        break;
                }
            }, opset, [-1, height, width, 3]), seed: seed);
        }
    }

    [Fact]
    public void Transposes_meet_and_cancel()
    {
        var imported = Agrees(Of(b =>
        {
            string c = b.Node("Conv", ["x", Constant(b, "c.weight", 4, 3, 1, 1)], "c");
            string r = b.Node("Relu", [b.Node("Add", [Last(b, c, "l"), Constant(b, "bias", 4)], "a")], "r");
            b.Node("Conv", [First(b, r, "f"), Constant(b, "d.weight", 2, 4, 1, 1)], "y");
        }, 13, [-1, 3, 5, 4]));
        Assert.Equal(0, Moves(imported));
        // The sum is a bias of the layer.
        Assert.Equal(3, imported.Network.Nodes.Count);
    }

    /// <summary>Rows of the matrix take the order of the image's elements; codes stay codes.</summary>
    [Theory]
    [InlineData("Gemm", 0)]
    [InlineData("Gemm", 1)]
    [InlineData("MatMul", 0)]
    public void A_linear_layer_takes_features_in_either_order(string @operator, long transB)
    {
        var imported = Agrees(Of(b =>
        {
            string c = b.Node("Conv", ["x", Constant(b, "c.weight", 4, 3, 1, 1)], "c");
            string step = b.Float("step", 0.125f), zero = b.Codes("zero", [], [0], OnnxDataType.UInt8);
            string d = b.Node("DequantizeLinear", [b.Node("QuantizeLinear", [b.Node("Flatten", [Last(b, c, "l")], "f"), step, zero], "q"),
                step, zero], "d");
            b.Codes("dense.weight", transB == 1 ? [5, 48] : [48, 5], [.. Enumerable.Range(0, 240).Select(i => (i * 7 % 15) - 7)],
                OnnxDataType.Int8);
            b.Floats("steps", [5], [0.5f, 0.25f, 0.125f, 1, 2]);
            string w = b.Node("DequantizeLinear", ["dense.weight", "steps"], "w", Attribute("axis", transB == 1 ? 0L : 1L));
            b.Node(@operator, [d, w], "y", transB == 1 ? [Attribute("transB", 1L)] : []);
        }, 13, [-1, 3, 3, 4]));
        Assert.Equal(0, Moves(imported));
        Assert.True(imported.Layers.Single(layer => layer.Name == "dense").OnMacro);
    }

    /// <summary>Bottlenecks of a depthwise network as a converter of a quantized Keras network writes them: Q and DQ between Transposes.
    /// </summary>
    [Fact]
    public void A_quantized_network_with_channels_last_runs_on_the_macro()
    {
        var imported = Agrees(Depthwise());
        Assert.Equal(0, Moves(imported));
        Assert.Equal(["stem", "depthwise", "pointwise", "dense"], imported.Layers.Select(layer => layer.Name));
        Assert.All(imported.Layers, layer => Assert.True(layer.OnMacro, layer.Reason));
    }

    /// <summary>Its codes are those of OnnxRuntime, although the file has no tensors of that order.</summary>
    [Fact]
    public void Codes_of_a_network_with_channels_last_are_those_of_OnnxRuntime()
    {
        var model = Depthwise(32, 32);
        var network = NetworkImporter.Import(model).Network;
        var codes = CodeIdentity.Check(new(model, network, new(network, MacroPresets.Get(MacroPresets.Ideal))),
            IdentityInputs.OfImages(Shapes10.Render(Split.Test, 2)), threads: 1);
        Assert.Equal(4, codes.Count);
        Assert.All(codes, check => Assert.Equal((0, true), (check.Wrong, check.Codes > 0)));
    }

    /// <summary>A layer over the last of several axes takes its codes past the Transpose, and the Reshape, in front of it.</summary>
    [Theory]
    [InlineData(4, 5)]
    [InlineData(2, 3, 5)]
    [InlineData(2, 2, 3, 5)]
    public void A_quantized_layer_over_the_last_axis_runs_on_the_macro(params int[] shape)
    {
        var model = Of(b =>
        {
            string step = b.Float("step", 0.0625f), zero = b.Codes("zero", [], [7], OnnxDataType.UInt8);
            string d = b.Node("DequantizeLinear", [b.Node("QuantizeLinear", ["x", step, zero], "q"), step, zero], "d");
            if (shape.Length > 3) d = b.Node("Reshape", [d, b.Longs("shape", [0, .. Drawn.Longs(shape)])], "r");
            b.Codes("dense.weight", [5, 3], [.. Enumerable.Range(-7, 15)], OnnxDataType.Int8);
            b.Node("MatMul", [d, b.Node("DequantizeLinear", ["dense.weight", step], "w")], "y");
        }, 13, Drawn.Input(shape.Length > 3 ? [4, 15] : shape));
        var imported = Agrees(model);
        Assert.True(Assert.Single(imported.Layers).OnMacro);
        var codes = CodeIdentity.Check(new(model, imported.Network, new(imported.Network, MacroPresets.Get(MacroPresets.Ideal))),
            IdentityInputs.Random(2, 1), threads: 1);
        Assert.Equal((0, true), (Assert.Single(codes).Wrong, codes[0].Codes > 0));
    }

    private static OnnxModel Depthwise(long height = 6, long width = 5) => Of(b =>
    {
        string zero = b.Codes("zero", [], [0], OnnxDataType.UInt8);
        string Quantized(string x, float step)
        {
            string s = b.Float($"{x}.step", step);
            return b.Node("DequantizeLinear", [b.Node("QuantizeLinear", [x, s, zero], $"{x}.q"), s, zero], $"{x}.d");
        }
        string Layer(string x, string name, int outputs, int inputs, int kernel, int groups = 1)
        {
            int count = outputs * inputs * kernel * kernel;
            b.Codes($"{name}.weight", [outputs, inputs, kernel, kernel], [.. Enumerable.Range(0, count).Select(i => (i * 5 % 13) - 6)],
                OnnxDataType.Int8);
            string w = b.Node("DequantizeLinear", [$"{name}.weight", b.Float($"{name}.step", 0.0625f)], $"{name}.w");
            string c = b.Node("Conv", [First(b, x, $"{name}.first"), w], $"{name}.conv", Attribute("group", (long)groups),
                Attribute("pads", [kernel / 2, kernel / 2, kernel / 2, kernel / 2]));
            string biased = b.Node("Add", [Last(b, c, $"{name}.last"), Constant(b, $"{name}.bias", outputs)], $"{name}.sum");
            return b.Node("Clip", [biased, b.Float($"{name}.low", 0), b.Float($"{name}.high", 6)], $"{name}.relu6");
        }
        string stem = Layer(Quantized(b.Node("Abs", ["x"], "a"), 0.015625f), "stem", 8, 3, 3);
        string depthwise = Layer(Quantized(stem, 0.03125f), "depthwise", 8, 1, 3, groups: 8);
        string pointwise = Layer(Quantized(depthwise, 0.03125f), "pointwise", 12, 8, 1);
        string mean = b.Node("ReduceMean", [pointwise], "mean", Attribute("axes", [1, 2]), Attribute("keepdims", 0L));
        b.Codes("dense.weight", [12, 5], [.. Enumerable.Range(0, 60).Select(i => (i * 7 % 15) - 7)], OnnxDataType.Int8);
        b.Node("MatMul", [Quantized(mean, 0.03125f),
            b.Node("DequantizeLinear", ["dense.weight", b.Float("dense.step", 0.125f)], "dense.w")],
            "y");
    }, 13, [-1, height, width, 3]);

    /// <summary>A float network with channels last is quantized like any other, and its file keeps the input as it was.</summary>
    [Fact]
    public void A_float_network_with_channels_last_is_quantized()
    {
        OnnxModel model = Of(b =>
        {
            b.Metadata("imc.mean", "0,0,0");
            b.Metadata("imc.std", "1,1,1");
            string c = b.Node("Conv", [First(b, "x", "f"), Constant(b, "c.weight", 4, 3, 1, 1)], "c");
            string r = b.Node("Relu", [b.Node("Add", [Last(b, c, "l"), Constant(b, "bias", 4)], "a")], "r");
            string d = b.Node("Conv", [First(b, r, "g"), Constant(b, "d.weight", 6, 4, 1, 1)], "d");
            string m = b.Node("ReduceMean", [b.Node("Relu", [Last(b, d, "k")], "s")], "m", Attribute("axes", [1, 2]),
                Attribute("keepdims", 0L));
            b.Node("MatMul", [m, Constant(b, "e.weight", 6, 10)], "y");
        }, 13, [-1, 8, 8, 3]);
        var run = RunSpecJson.Default;
        var quantized = FloatModels.Quantized(model, run);
        var imported = Agrees(quantized);
        Assert.Equal(["c", "d", "e"], imported.Layers.Select(layer => layer.Name));
        Assert.Equal([false, true, false], imported.Layers.Select(layer => layer.OnMacro));
        Assert.Equal(0, Moves(imported));
        Assert.Equal([3L], quantized.Graph!.Inputs[0].Type!.Tensor!.Shape!.Dimensions.Skip(3).Select(size => size.Size!.Value));
    }

    /// <summary>A product over the last axis of an image is written with Transposes; the image stays as the file has it.</summary>
    [Fact]
    public void A_product_of_the_image_keeps_its_order()
    {
        var model = Of(b => b.Node("MatMul", [b.Node("Relu", ["x"], "r"), Constant(b, "dense.weight", 7, 4)], "y"), 13, [-1, 3, 6, 7]);
        var folded = PostTrainingQuantizer.Folded(model);
        Assert.Equal(new TensorShape(3, 6, 7), Agrees(folded).Network.InputShape);
        float[] image = Numbers(3 * 6 * 7, 5);
        Assert.Equal(NodeInterpreter.Run(Agrees(model).Network, image), NodeInterpreter.Run(NetworkImporter.Import(folded).Network, image));
    }

    /// <summary>Where an operator needs the order of the file, a Transpose stays.</summary>
    [Fact]
    public void What_remains_runs_as_a_transpose()
    {
        var imported = Agrees(Of(b =>
        {
            string t = b.Node("Relu", [Last(b, "x", "t")], "r");
            b.Node("LayerNormalization", [t, Constant(b, "scale", 3)], "y");
        }, 17, [-1, 3, 5, 4]));
        Assert.Equal(1, Moves(imported));
    }

    /// <summary>A pixel's linear layers between two Transposes are convolutions of 1x1 without any.</summary>
    [Fact]
    public void Linear_layers_over_pixels_are_convolutions()
    {
        var imported = Agrees(Of(b =>
        {
            string m = b.Node("Add", [b.Node("MatMul", [Last(b, "x", "t"), Constant(b, "up.weight", 3, 6)], "m"), Constant(b, "bias", 6)],
                "a");
            string d = b.Node("MatMul", [b.Node("Relu", [m], "g"), Constant(b, "down.weight", 6, 3)], "d");
            b.Node("Add", [First(b, d, "f"), "x"], "y");
        }, 17, [-1, 3, 5, 4]));
        Assert.Equal(0, Moves(imported));
        Assert.Equal(["up", "down"], imported.Layers.Select(layer => layer.Name));
    }

    /// <summary>A model that is made of another takes images in the same order, also where a quantizer between the image and its Transpose
    /// is gone, or a tensor in front of the Transpose is an output.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Models_made_of_another_take_images_in_its_order(bool hasQuantizer)
    {
        var model = Of(b => First(b, hasQuantizer ? b.Foreign("qonnx.custom_op.general", "BipolarQuant", ["x", b.Float("one", 1)], "q")
            : b.Node("Relu", ["x"], "q"), "y"), input: [-1, 2, 2, 3]);
        bool isChannelsLast = ImageInput.IsChannelsLast(model, "x");
        Assert.Equal(!hasQuantizer, isChannelsLast);
        Assert.Equal(isChannelsLast, ImageInput.IsChannelsLast(FloatTopology.WithoutQuantization(model), "x"));
        Assert.Equal(isChannelsLast, ImageInput.IsChannelsLast(FloatTopology.WithOutputs(model, "q"), "x"));
    }

    [Fact]
    public void An_order_of_axes_that_is_no_order_is_refused()
    {
        var model = Of(b => First(b, "x", "y"), input: [-1, 2, 2, 3]);
        ModelMetadata.Set(model, ModelMetadata.InputOrder, "bgr");
        IsRefused(model, "imc.inputOrder is 'bgr'", "'file' and 'channelsLast'");
    }

    /// <summary>The Reshape reads a tensor that has another order as its shape, not as its elements.</summary>
    [Fact]
    public void A_shape_that_depends_on_a_transposed_image_is_refused() => IsRefused(Of(b =>
    {
        First(b, "x", "t");
        b.Node("Reshape", [Constant(b, "k", 3), "t"], "r");
        b.Node("Mul", ["t", "r"], "y");
    }, input: [1, 2, 2, 3]), "Node 'r' (Reshape)");
}
