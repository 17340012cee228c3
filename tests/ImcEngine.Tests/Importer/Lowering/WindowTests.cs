using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Where the windows of convolutions and pools lie.</summary>
public class WindowTests
{
    private static readonly string[] Paddings = ["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"];

    /// <summary>Strides above the kernel, dilations and pads of all kinds: a model gives what OnnxRuntime gives, or is refused.</summary>
    [Theory]
    [InlineData("Conv")]
    [InlineData("MaxPool")]
    [InlineData("AveragePool")]
    public void Random_geometries_agree_with_OnnxRuntime_or_are_refused(string @operator)
    {
        int agreed = 0;
        for (int seed = 1; seed <= 250; seed++)
        {
            var model = Draw(@operator, new Random(seed));
            if (Record.Exception(() => NetworkImporter.Import(model)) is { } refused) Assert.IsType<ModelException>(refused);
            else if (IsRunByOnnxRuntime(model)) Compare(model, seed, ref agreed);
        }
        Assert.True(agreed > 80, $"{agreed} models were compared.");
    }

    private static void Compare(OnnxModel model, int seed, ref int agreed)
    {
        AgainstOnnxRuntime.Agrees(model, seed: seed);
        agreed++;
    }

    private static OnnxModel Draw(string @operator, Random random)
    {
        int channels = random.Next(1, 4), opset = Drawn.OneOf(random, 11, 18, 19, 21, 21, 22);
        int[] kernel = [random.Next(1, 5), random.Next(1, 5)];
        string padding = Paddings[random.Next(Paddings.Length)];
        List<OnnxAttribute> attributes = [Attribute("strides", [random.Next(1, 7), random.Next(1, 7)])];
        if (padding != "NOTSET") attributes.Add(Attribute("auto_pad", padding));
        else if (random.Next(4) != 0) attributes.Add(Attribute("pads", [random.Next(4), random.Next(4), random.Next(4), random.Next(4)]));
        if (random.Next(3) == 0 && (@operator != "AveragePool" || opset >= 19))
            attributes.Add(Attribute("dilations", [random.Next(1, 4), random.Next(1, 4)]));
        if (@operator != "Conv" && random.Next(3) == 0) attributes.Add(Attribute("ceil_mode", 1));
        if (@operator == "AveragePool" && random.Next(2) == 0) attributes.Add(Attribute("count_include_pad", 1));
        return Of(b =>
        {
            if (@operator == "Conv")
                b.Node("Conv",
                    ["x", b.Floats("w", [2, channels, kernel[0], kernel[1]],
                        AgainstOnnxRuntime.Numbers(2 * channels * kernel[0] * kernel[1], 7))], "y", [.. attributes]);
            else b.Node(@operator, ["x"], "y", [.. attributes, Attribute("kernel_shape", [kernel[0], kernel[1]])]);
        }, opset, [-1, channels, random.Next(1, 12), random.Next(1, 12)]);
    }

    private static bool IsRunByOnnxRuntime(OnnxModel model)
    {
        try
        {
            using var reference = new ImcEngine.Importer.FloatReference(OnnxFile.ToBytes(model), threads: 1, graphOptimizations: false);
            reference.CountLogits();
            return true;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    [Theory]
    [InlineData("SAME_UPPER", 32, 16, 3)]
    [InlineData("SAME_LOWER", 32, 16, 3)]
    [InlineData("SAME_UPPER", 6, 6, 2)]
    public void Pads_that_would_be_negative_are_refused_with_node_and_attribute(string padding, int size, int stride, int kernel)
    {
        foreach (string @operator in new[] { "Conv", "MaxPool", "AveragePool" })
            IsRefused(Windows(@operator, size, kernel, Attribute("auto_pad", padding), Attribute("strides", [stride, stride])),
                $"'y' ({@operator})", padding, $"strides {stride}");
    }

    /// <summary>Exporters write it so: nothing is cut off in front, and what is cut off behind no window would reach.</summary>
    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    public void One_pixel_of_two_with_same_padding_is_as_OnnxRuntime_has_it(string padding) =>
        AgainstOnnxRuntime.Agrees(Windows("Conv", 8, 1, Attribute("auto_pad", padding), Attribute("strides", [2, 2])));

    [Theory]
    [InlineData("MaxPool")]
    [InlineData("AveragePool")]
    public void Windows_of_padding_only_are_refused(string @operator)
    {
        IsRefused(Windows(@operator, 4, 2, Attribute("pads", [2, 0, 0, 0])), $"'y' ({@operator})", "hold no pixel");
        IsRefused(Windows(@operator, 2, 2, Attribute("pads", [1, 1, 1, 1]), Attribute("dilations", [3, 3])), $"'y' ({@operator})",
            "hold no pixel");
    }

    [Theory]
    [InlineData("ceil_mode", 2)]
    [InlineData("ceil_mode", -1)]
    [InlineData("count_include_pad", 2)]
    public void A_switch_is_0_or_1(string name, int number) =>
        IsRefused(Windows("AveragePool", 8, 2, Attribute(name, number)), $"attribute '{name}' is {number}", "0 or 1");

    [Fact]
    public void The_order_of_indices_that_nothing_reads_is_0_or_1() =>
        IsRefused(Windows("MaxPool", 8, 2, Attribute("storage_order", 2)), "storage_order");

    [Theory]
    [InlineData("pads", new long[] { -1, 0, 0, 0 })]
    [InlineData("pads", new long[] { 1, 1 })]
    [InlineData("strides", new long[] { 0, 1 })]
    [InlineData("strides", new long[] { 1, 1, 1 })]
    [InlineData("strides", new long[] { 1, long.MaxValue })]
    [InlineData("dilations", new long[] { 0, 1 })]
    [InlineData("dilations", new long[] { 1, long.MinValue })]
    public void Numbers_out_of_range_are_refused_by_every_operator_with_windows(string name, long[] numbers)
    {
        foreach (string @operator in new[] { "Conv", "MaxPool", "AveragePool" })
            IsRefused(Windows(@operator, 8, 2, Attribute(name, numbers)), $"'y' ({@operator})", $"'{name}'");
    }

    [Fact]
    public void A_kernel_of_no_rows_is_refused() =>
        IsRefused(Of(b => b.Node("MaxPool", ["x"], "y", Attribute("kernel_shape", [0, 2]))), "'kernel_shape'");

    [Theory]
    [InlineData("SAME")]
    [InlineData("same_upper")]
    [InlineData("")]
    public void An_unknown_padding_is_refused(string padding) =>
        IsRefused(Windows("Conv", 8, 2, Attribute("auto_pad", padding)), $"auto_pad is '{padding}'");

    [Fact]
    public void Padding_by_rule_and_by_number_is_refused() =>
        IsRefused(Windows("Conv", 8, 2, Attribute("auto_pad", "SAME_UPPER"), Attribute("pads", [0, 0, 1, 1])), "both auto_pad");

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData((1L << 62) + 1)]
    public void Groups_that_do_not_divide_the_channels_are_refused(long groups) =>
        IsRefused(Windows("Conv", 8, 2, Attribute("group", groups)), "'y' (Conv)", "groups");

    private static OnnxModel Windows(string @operator, int size, int kernel, params OnnxAttribute[] attributes) => Of(b =>
    {
        if (@operator == "Conv")
            b.Node("Conv", ["x", b.Floats("w", [3, 4, kernel, kernel], AgainstOnnxRuntime.Numbers(12 * kernel * kernel, 5))], "y",
                attributes);
        else b.Node(@operator, ["x"], "y", [.. attributes, Attribute("kernel_shape", [kernel, kernel])]);
    }, input: [-1, 4, size, size]);
}
