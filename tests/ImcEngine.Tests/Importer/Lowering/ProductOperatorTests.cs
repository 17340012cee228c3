using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Products of matrices, convolutions and pools of rows, and transposed convolutions,
/// of random shapes against OnnxRuntime.</summary>
public class ProductOperatorTests
{
    [Fact]
    public void A_constant_matrix_over_the_last_axis_is_a_layer()
    {
        for (int seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            int[] shape = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 6))];
            var imported = Agrees(Of(b => b.Node("MatMul", [Shaped(b, shape), Constant(b, "dense.weight", shape[^1], random.Next(1, 7))],
                "y"), Drawn.Opset(random, 7), Input(shape)), seed: seed);
            Assert.Equal("dense", Assert.Single(imported.Layers).Name);
        }
    }

    [Fact]
    public void Two_tensors_are_multiplied_digitally()
    {
        for (int seed = 1; seed <= 80; seed++)
        {
            var random = new Random(seed);
            int rank = random.Next(2, 5), columns = random.Next(1, 70);
            int[] shape = [.. Enumerable.Range(0, rank).Select(_ => random.Next(1, 6))];
            int[] swapped = [.. Enumerable.Range(0, rank + 1)];
            (swapped[^1], swapped[^2]) = (rank - 1, rank);
            void Check(Action<OnnxBuilder, string> body) =>
                Agrees(Of(b => body(b, Shaped(b, shape)), Drawn.Opset(random, 11), Input(shape)), seed: seed);
            Check((b, x) => b.Node("MatMul", [x, b.Node("Transpose", [x], "t", Attribute("perm", Drawn.Longs(swapped)))], "y"));
            Check((b, x) => b.Node("MatMul", [x, Constant(b, "k", [1, .. rank == 4 ? new long[] { shape[1] } : [], shape[^1], columns])],
                "y"));
            Check((b, x) => b.Node("MatMul", [Constant(b, "k", 3, shape[^2]), x], "y"));
        }
    }

    [Fact]
    public void Products_that_mix_images_are_refused()
    {
        IsRefused(Of(b => b.Node("MatMul", ["x", "x"], "y"), input: [-1, 4]), "'y' (MatMul)", "mix images");
        IsRefused(Of(b => b.Node("MatMul", ["x", b.Node("Flatten", ["x"], "f")], "y"), input: [-1, 4, 4]), "'y' (MatMul)", "mix images");
        IsRefused(Of(b => b.Node("MatMul", ["x", Constant(b, "k", 5, 2)], "y"), input: [-1, 3, 4]), "'y' (MatMul)", "no matrix product");
    }

    [Theory]
    [InlineData("Conv")]
    [InlineData("MaxPool")]
    [InlineData("AveragePool")]
    public void Rows(string @operator)
    {
        for (int seed = 1; seed <= 120; seed++)
        {
            var random = new Random(seed);
            int opset = Drawn.Opset(random, 11), groups = random.Next(1, 3), channels = groups * random.Next(1, 3),
                kernel = random.Next(1, 4);
            int dilation = @operator == "AveragePool" && opset < 19 ? 1 : random.Next(1, 3), reach = ((kernel - 1) * dilation) + 1;
            List<OnnxAttribute> attributes = [];
            int stride = random.Next(1, 3);
            if (stride > 1) attributes.Add(Attribute("strides", [stride]));
            if (dilation > 1) attributes.Add(Attribute("dilations", [dilation]));
            if (Drawn.OneIn(random, 2)) attributes.Add(Attribute("pads", [random.Next(0, kernel), random.Next(0, kernel)]));
            else if (dilation == 1 && kernel >= stride && Drawn.OneIn(random, 2)) attributes.Add(Attribute("auto_pad", "SAME_UPPER"));
            if (@operator != "Conv" || Drawn.OneIn(random, 2)) attributes.Add(Attribute("kernel_shape", [kernel]));
            if (@operator == "Conv") attributes.Add(Attribute("group", (long)groups));
            var imported = Agrees(Of(b =>
            {
                string[] inputs = @operator != "Conv" ? ["x"]
                    : ["x", Constant(b, "c.weight", 2 * groups, channels / groups, kernel), Constant(b, "bias", 2 * groups)];
                b.Node(@operator, inputs, "y", [.. attributes]);
            }, opset, [-1, channels, reach + random.Next(0, 8)]), seed: seed);
            if (@operator == "Conv") Assert.Equal(1, Assert.IsType<DigitalNode>(imported.Network.Nodes[0]).Geometry.KernelHeight);
        }
    }

    /// <summary>A batch norm behind a convolution of rows folds into it, as it does of planes.</summary>
    [Fact]
    public void A_row_takes_in_its_batch_norm()
    {
        var imported = Agrees(Of(b =>
        {
            b.Node("Conv", ["x", Constant(b, "c.weight", 4, 3, 3)], "c");
            b.Node("BatchNormalization",
                ["c", Constant(b, "g", 4), Constant(b, "b", 4), Constant(b, "m", 4), b.Floats("v", [4], [1, 2, 3, 4])],
                "y");
        }, input: [-1, 3, 9]));
        Assert.Single(imported.Network.Nodes);
    }

    [Fact]
    public void Transposed_convolutions()
    {
        for (int seed = 1; seed <= 250; seed++)
        {
            var random = new Random(seed);
            int rank = random.Next(1, 3), groups = random.Next(1, 3), channels = groups * random.Next(1, 3), outputs = random.Next(1, 4);
            int[] Each(int least, int most) => [.. Enumerable.Range(0, rank).Select(_ => random.Next(least, most + 1))];
            int[] kernel = Each(1, 4), strides = Each(1, 3), dilations = Drawn.OneIn(random, 3) ? Each(1, 2) : Each(1, 1),
                size = Each(1, 5);
            List<OnnxAttribute> attributes = [Attribute("strides", Drawn.Longs(strides)), Attribute("dilations", Drawn.Longs(dilations))];
            int[] reach = [.. kernel.Select((each, axis) => ((each - 1) * dilations[axis]) + 1)];
            switch (random.Next(5))
            {
                case 0:
                    attributes.Add(Attribute("auto_pad", Drawn.OneOf(random, "SAME_UPPER", "SAME_LOWER", "VALID")));
                    break;
                case 1:
                    attributes.Add(Attribute("output_shape",
                        [
                            .. size.Select((each, axis) =>
                                (long)Math.Max(1, ((each - 1) * strides[axis]) + reach[axis] - random.Next(0, 3)))]));
                    if (Drawn.OneIn(random, 2)) attributes.Add(Attribute("auto_pad", Drawn.OneOf(random, "SAME_UPPER", "SAME_LOWER")));
                    break;
                case 2:
                    break;
                default:
                    int[] pads = [.. reach.Select(each => (each - 1) / 2 * random.Next(0, 2)), .. reach.Select(each => (each - 1) / 2)];
                    if (size.Select((each, axis) => ((each - 1) * strides[axis]) + reach[axis] - pads[axis] - pads[axis + rank]).Min() > 0)
                        attributes.Add(Attribute("pads", Drawn.Longs(pads)));
                    attributes.Add(Attribute("output_padding", [.. strides.Select(stride => (long)random.Next(0, stride))]));
                    break;
            }
            if (groups > 1 || Drawn.OneIn(random, 2)) attributes.Add(Attribute("group", (long)groups));
            Agrees(Of(b =>
            {
                List<string> inputs = ["x", Constant(b, "w", [channels, outputs, .. Drawn.Longs(kernel)])];
                if (Drawn.OneIn(random, 2)) inputs.Add(Constant(b, "bias", groups * outputs));
                b.Node("ConvTranspose", [.. inputs], "y", [.. attributes]);
            }, Drawn.Opset(random, 11), [-1, channels, .. Drawn.Longs(size)]), seed: seed);
        }
    }

    [Fact]
    public void What_is_not_supported_is_named()
    {
        void Refused(string part, long[] weights, params OnnxAttribute[] attributes) =>
            IsRefused(Of(b => b.Node("ConvTranspose", ["x", Constant(b, "w", weights)], "y", attributes), input: [-1, 2, 4, 4]),
                "'y' (ConvTranspose)", part);
        Refused("must be Float [2, output, ky, kx]", [3, 1, 2, 2]);
        Refused("kernel_shape differs", [2, 1, 2, 2], Attribute("kernel_shape", [3, 3]));
        Refused("output_padding 2 is not below", [2, 1, 2, 2], Attribute("output_padding", [2, 2]));
        Refused("do not divide into 3 groups", [2, 1, 2, 2], Attribute("group", 3L));
        Refused("result has size -1", [2, 1, 2, 2], Attribute("pads", [3, 0, 3, 0]));
        Refused("auto_pad is 'SAME'", [2, 1, 2, 2], Attribute("auto_pad", "SAME"));
        IsRefused(Of(b => b.Node("Conv", ["x", b.Node("Relu", ["x"], "r")], "y"), input: [-1, 2, 4, 4]), "'y' (Conv)",
            "depends on the image");
    }

    /// <summary>Images have three axes at most; more are made of them.</summary>
    private static long[] Input(int[] shape) => [-1, .. shape.Length < 4 ? Drawn.Longs(shape) : [shape.Aggregate((a, b) => a * b)]];

    private static string Shaped(OnnxBuilder b, int[] shape) =>
        shape.Length < 4 ? "x" : b.Node("Reshape", ["x", b.Longs("shape", [0, .. Drawn.Longs(shape)])], "shaped");
}
