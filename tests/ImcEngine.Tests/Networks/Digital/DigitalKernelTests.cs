using ImcEngine.Mapping;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class DigitalKernelTests
{
    private static readonly int[] VectorBits = [128, 256, 512];

    public static IEnumerable<object?[]> Geometries() => new TheoryData<string, ConvGeometry>()
    {
        { "first convolution", Conv(3, 32, 32, 64, 3, pad: 1) },
        { "7x7 stride 2", Conv(3, 23, 21, 33, 7, pad: 3, stride: 2) },
        { "1x1", Conv(17, 5, 7, 31, 1) },
        { "1x1 stride 2", Conv(5, 9, 8, 10, 1, stride: 2) },
        { "sums cut twice", Conv(37, 6, 5, 9, 3, pad: 1) },
        { "more than one band of pixels, more than one chunk of outputs", Conv(2, 17, 23, 41, 3) },
        { "groups", Conv(12, 7, 6, 21, 3, pad: 1, groups: 3) },
        { "depthwise", Conv(6, 8, 8, 6, 3, pad: 1, groups: 6) },
        { "dilation", Conv(4, 11, 12, 5, 3, pad: 2, dilation: 2) },
        { "one output", Conv(1, 1, 1, 1, 1) },
        { "pads and strides that differ",
            new ConvGeometry { InputChannels = 3, InputHeight = 9, InputWidth = 6, OutputChannels = 19, KernelHeight = 2, KernelWidth = 4,
                StrideY = 2, StrideX = 3, PadTop = 1, PadLeft = 3, PadBottom = 0, PadRight = 2, DilationY = 3, DilationX = 1 } },
        { "ResNet's first", Conv(3, 41, 37, 12, 7, stride: 2, pad: 3) },
        { "stride 3, dilation 2", Conv(2, 19, 26, 5, 3, stride: 3, pad: 2, dilation: 2) },
        { "windows wholly in the pads", Conv(2, 3, 3, 4, 2, pad: 3) },
        { "linear 512x10", ConvGeometry.Linear(512, 10) },
        { "linear 129x65", ConvGeometry.Linear(129, 65) },
    };

    [Theory]
    [MemberData(nameof(Geometries))]
    internal void Every_vector_width_gives_the_bits_of_a_plain_loop(string name, ConvGeometry geometry)
    {
        foreach (bool hasBias in (bool[])[true, false])
        {
            var node = Node(geometry, hasBias);
            float[] input = Floats.Random(geometry.InputSize, 2), expected = PlainLoop(node, input);
            foreach (int vectorBits in VectorBits)
                Floats.AssertSameBits(expected, Run(new DigitalKernel(node, vectorBits), input),
                    $"{name}, {vectorBits} bits, bias {hasBias}");
            Floats.AssertSameBits(expected, Run(new DigitalKernel(node), input), $"{name}, default width, bias {hasBias}");
        }
    }

    [Fact]
    public void Every_number_of_outputs_and_every_width_of_a_row_come_out_right()
    {
        for (int size = 1; size <= 70; size++)
        {
            var node = Node(Conv(2, 2, size, size, 2, pad: 1), hasBias: true);
            var input = Floats.Random(node.Geometry.InputSize, size);
            var expected = PlainLoop(node, input);
            foreach (int vectorBits in VectorBits)
                Floats.AssertSameBits(expected, Run(new DigitalKernel(node, vectorBits), input), $"size {size}, {vectorBits} bits");
        }
    }

    [Theory]
    [MemberData(nameof(Geometries))]
    internal void Every_element_is_of_one_part(string name, ConvGeometry geometry)
    {
        var node = Node(geometry, hasBias: true);
        foreach (int vectorBits in VectorBits)
        {
            var kernel = new DigitalKernel(node, vectorBits);
            float[] input = Floats.Random(geometry.InputSize, 3), expected = PlainLoop(node, input),
                result = new float[geometry.OutputSize], scratch = new float[kernel.ScratchLength];
            Array.Fill(scratch, float.NaN);
            kernel.Pad(input, scratch);
            var writers = new int[geometry.OutputSize];
            for (int part = 0; part < kernel.Parts; part++)
            {
                var own = new float[geometry.OutputSize];
                Array.Fill(own, float.NaN);
                kernel.RunParts(input, scratch, part, 1, own);
                for (int i = 0; i < own.Length; i++)
                {
                    if (float.IsNaN(own[i])) continue;
                    writers[i]++;
                    result[i] = own[i];
                }
            }
            Assert.All(writers, count => Assert.Equal(1, count));
            Floats.AssertSameBits(expected, result, $"{name}, {vectorBits} bits");
        }
    }

    [Fact]
    public void Product_and_sum_are_rounded_separately()
    {
        float factor = 1 + MathF.ScaleB(1, -12), rounded = 1 + MathF.ScaleB(1, -11);
        Assert.NotEqual(0, MathF.FusedMultiplyAdd(factor, factor, -rounded));
        foreach (int vectorBits in VectorBits)
        {
            var node = new DigitalNode("layer", [0], 1, ConvGeometry.Linear(2, 1), [-rounded, factor], null, "");
            Assert.Equal(0, Run(new DigitalKernel(node, vectorBits), [1, factor])[0]);
        }
    }

    [Fact]
    public void The_bias_comes_after_the_products()
    {
        var node = new DigitalNode("layer", [0], 1, ConvGeometry.Linear(2, 1), [1, 1], [-16777216], "");
        Assert.Equal(0, Run(new DigitalKernel(node), [16777216, 1])[0]);
    }

    [Fact]
    public void Products_of_minus_zero_sum_to_plus_zero_with_pads_and_without()
    {
        foreach (int pad in (int[])[0, 2])
        {
            var geometry = Conv(1, 3, 3, 1, 3, pad: pad);
            var weights = new float[9];
            Array.Fill(weights, -1f);
            var result = Run(new DigitalKernel(new("layer", [0], 1, geometry, weights, null, "")), new float[9]);
            Floats.AssertSameBits(new float[geometry.OutputSize], result, $"pad {pad}");
        }
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        var node = Node(Conv(3, 32, 32, 64, 3, pad: 1), hasBias: true);
        var kernel = new DigitalKernel(node);
        float[] input = Floats.Random(node.Geometry.InputSize, 4), scratch = new float[kernel.ScratchLength],
            result = new float[node.Geometry.OutputSize];
        kernel.Run(input, scratch, result);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 5; i++) kernel.Run(input, scratch, result);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_refused()
    {
        var node = Node(Conv(3, 8, 8, 4, 3, pad: 1), hasBias: true);
        var kernel = new DigitalKernel(node);
        float[] input = new float[192], scratch = new float[kernel.ScratchLength], result = new float[256];
        Assert.Throws<ArgumentException>(() => kernel.Run(input.AsSpan(1), scratch, result));
        Assert.Throws<ArgumentException>(() => kernel.Run(input, scratch.AsSpan(1), result));
        Assert.Throws<ArgumentException>(() => kernel.Run(input, scratch, result.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.RunParts(input, scratch, 0, kernel.Parts + 1, result));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.RunParts(input, scratch, -1, 1, result));
        Assert.Throws<ArgumentException>(() => new DigitalKernel(node with { Weights = new float[5] }));
        Assert.Throws<ArgumentException>(() => new DigitalKernel(node with { Bias = new float[5] }));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_not_finite_is_refused_by_name(float weight)
    {
        var node = new DigitalNode("conv1", [0], 1, ConvGeometry.Linear(2, 1), [1, weight], null, "");
        var error = Assert.Throws<ImcException>(() => new DigitalKernel(node));
        Assert.Contains("'conv1'", error.Message);
        Assert.Contains("index 1", error.Message);
    }

    private static ConvGeometry Conv(int inputs, int height, int width, int outputs, int kernel, int pad = 0, int stride = 1,
        int groups = 1, int dilation = 1) => new()
    {
        InputChannels = inputs, InputHeight = height, InputWidth = width, OutputChannels = outputs, KernelHeight = kernel,
        KernelWidth = kernel,
        StrideY = stride, StrideX = stride, PadTop = pad, PadLeft = pad, PadBottom = pad, PadRight = pad, DilationY = dilation,
        DilationX = dilation, Groups = groups,
    };

    private static DigitalNode Node(ConvGeometry geometry, bool hasBias) =>
        new("layer", [0], 1, geometry, Floats.Random((int)geometry.WeightCount, 1),
            hasBias ? Floats.Random(geometry.OutputChannels, 5) : null, "");

    private static float[] Run(DigitalKernel kernel, float[] input)
    {
        var result = new float[kernel.Geometry.OutputSize];
        kernel.Run(input, new float[kernel.ScratchLength], result);
        return result;
    }

    /// <summary>Padded positions are skipped.</summary>
    private static float[] PlainLoop(DigitalNode node, float[] input)
    {
        var g = node.Geometry;
        var result = new float[g.OutputSize];
        for (int o = 0; o < g.OutputChannels; o++)
            for (int oy = 0; oy < g.OutputHeight; oy++)
                for (int ox = 0; ox < g.OutputWidth; ox++)
                {
                    float sum = 0;
                    for (int c = 0; c < g.GroupInputChannels; c++)
                        for (int ky = 0; ky < g.KernelHeight; ky++)
                            for (int kx = 0; kx < g.KernelWidth; kx++)
                            {
                                int y = (oy * g.StrideY) - g.PadTop + (ky * g.DilationY),
                                    x = (ox * g.StrideX) - g.PadLeft + (kx * g.DilationX);
                                if (y < 0 || y >= g.InputHeight || x < 0 || x >= g.InputWidth) continue;
                                int channel = (o / g.GroupOutputChannels * g.GroupInputChannels) + c;
                                float product = input[(((channel * g.InputHeight) + y) * g.InputWidth) + x]
                                    * node.Weights[(((((o * g.GroupInputChannels) + c) * g.KernelHeight) + ky) * g.KernelWidth) + kx];
                                sum += product;
                            }
                    if (node.Bias is { } bias) sum += bias[o];
                    result[(((o * g.OutputHeight) + oy) * g.OutputWidth) + ox] = sum;
                }
        return result;
    }
}
