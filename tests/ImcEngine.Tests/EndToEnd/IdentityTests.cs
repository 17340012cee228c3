using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Importer.Identity;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>ARITHMETIC §11 (a), (b), (c) on small networks of every pair of encodings, and on the trained one. Not in children: there
/// committed logits hold every kernel and quantizer.</summary>
[Trait(ChildTestRun.InChildren, ChildTestRun.Never)]
public class IdentityTests
{
    private const int Threads = 2;
    private static readonly IdentityInputs Inputs = IdentityInputs.OfImages(Shapes10.Render(Split.Test, 4));

    public static TheoryData<string> Networks => [.. IdentityModels.Names];

    [Theory, MemberData(nameof(Networks))]
    public void Every_kernel_sums_what_plain_convolution_and_OnnxRuntime_do(string network)
    {
        var subject = IdentityModels.Subject(network);
        var checks = SumIdentity.Check(subject, Inputs.First(2), plainImages: 1, Threads);
        Assert.Equal(subject.Network.MacroLayers.Select(layer => layer.Name), checks.Select(check => check.Layer));
        Assert.All(checks, check =>
        {
            Assert.Null(check.Failure);
            Assert.True(check.ByOnnxRuntime);
            Assert.Equal(TransparentLayer.AllKernels, check.Kernels);
        });
        long outputs = subject.Network.MacroLayers.Sum(layer => (long)layer.Geometry.OutputSize);
        Assert.Equal(outputs * (1 + TransparentLayer.AllKernels.Count + 2), checks.Sum(check => check.Sums));
    }

    public static TheoryData<string> NetworksOfDigits => [.. IdentityModels.NamesOfDigits];

    [Theory, MemberData(nameof(NetworksOfDigits))]
    public void Sums_and_codes_of_digits_are_those_of_OnnxRuntime_too(string network)
    {
        var subject = IdentityModels.SubjectOfDigits(network);
        Assert.All(SumIdentity.Check(subject, Inputs.First(2), plainImages: 1, Threads).AtLeastOne(),
            check => Assert.Equal((null, true), (check.Failure, check.ByOnnxRuntime)));
        Assert.All(CodeIdentity.Check(subject, Inputs, Threads).AtLeastOne(), check => Assert.Null(check.Failure));
    }

    [Theory, MemberData(nameof(Networks))]
    public void Every_activation_code_is_that_of_OnnxRuntime_on_its_inputs(string network)
    {
        var subject = IdentityModels.Subject(network);
        var checks = CodeIdentity.Check(subject, Inputs, Threads);
        Assert.Equal(subject.Network.Nodes.OfType<QuantizeNode>().Sum(node => (long)subject.Network.Tensors[node.Result].Shape.Count)
            * Inputs.Count, checks.Sum(check => check.Codes));
        Assert.All(checks, check => Assert.Null(check.Failure));
        Assert.All(checks, check => Assert.Equal(0, check.Wrong));
        // A value lies so near to one of its boundaries in at most 2 of 10^4 cases, and then the two must still fall to different sides.
        Assert.InRange(checks.Sum(check => check.Boundary), 0, checks.Sum(check => check.Codes) / 5000);
    }

    [Theory, MemberData(nameof(Networks))]
    public void Running_free_both_name_the_same_classes(string network)
    {
        var check = RunIdentity.Check(IdentityModels.Subject(network), Inputs, Threads);
        Assert.Equal((Inputs.Count, true), (check.Images, check.Passed));
        Assert.True(check.LargestLogitDifference < 0.1f * check.LargestLogit, $"{check}");
    }

    [Theory]
    [InlineData(IdentityModels.UnipolarBipolar, "layer2.1.conv1", "layer2.1.quant2")]
    [InlineData(IdentityModels.OneBit, "layer1.0.conv1", "layer1.0.quant2")]
    [InlineData(IdentityModels.Shifted, "layer3.0.conv1", "layer3.0.quant2")]
    [InlineData(IdentityModels.TwosComplements, "grouped", "strided.in")]
    public void A_weight_code_that_changes_on_its_way_to_the_arrays_is_found_in_the_sums_of_its_layer_and_in_the_codes_behind_it(
        string network, string layer, string codes)
    {
        var subject = IdentityModels.WithFault<MacroNode>(IdentityModels.Subject(network), layer,
            node => node with { WeightCodes = WithOneChanged(node) });
        var wrong = Assert.Single(SumIdentity.Check(subject, Inputs.First(1), plainImages: 1, Threads), check => check.Failure is not null);
        Assert.Equal(layer, wrong.Layer);
        Assert.Contains("kernel 'exact' sums to", wrong.Failure, StringComparison.Ordinal);
        Assert.Equal([codes], FailingCodes(subject));
    }

    [Theory]
    [InlineData("layer3.0.quant2", 100_000)]
    [InlineData("layer3.0.quant2", -100_000)]
    public void A_quantizer_step_that_is_a_little_off_is_found_in_its_codes(string quantizer, int ulps) => Assert.Equal([quantizer],
        FailingCodes(IdentityModels.WithFault<QuantizeNode>(IdentityModels.Subject(IdentityModels.UnipolarBipolar), quantizer + ":quantize",
            node => node with { Step = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(node.Step) + ulps) })));

    [Fact]
    public void A_batch_norm_that_is_a_little_off_is_found_in_the_codes_behind_it_though_all_sums_are_right()
    {
        var subject = IdentityModels.WithFault<MacroNode>(IdentityModels.Subject(IdentityModels.UnipolarBipolar), "layer1.0.conv2",
            layer => layer with { ResultShift = [.. layer.ResultShift.Select((shift, channel) => channel == 2 ? shift + 0.01 : shift)] });
        Assert.Equal(["layer1.1.quant1"], FailingCodes(subject));
        Assert.All(SumIdentity.Check(subject, Inputs.First(1), plainImages: 1, Threads), check => Assert.Null(check.Failure));
    }

    [Fact]
    public void A_last_layer_that_names_another_class_is_found_running_free_though_all_codes_are_right()
    {
        var subject = IdentityModels.WithFault<DigitalNode>(IdentityModels.Subject(IdentityModels.Trained), "fc",
            layer => layer with { Weights = Array.ConvertAll(layer.Weights, weight => -weight) });
        Assert.Empty(FailingCodes(subject));
        Assert.False(RunIdentity.Check(subject, Inputs, Threads).Passed);
    }

    [Theory]
    [InlineData(0.995, 0.1f, true)]
    [InlineData(0.994, 0.1f, false)]
    [InlineData(1, float.NaN, false)]
    public void The_free_run_passes_from_99_5_percent_on_where_logits_are_numbers(double agreement, float difference, bool passes) =>
        Assert.Equal(passes, new RunCheck(1000, agreement, difference, 4).Passed);

    /// <summary>To the next code of its format.</summary>
    private static short[] WithOneChanged(MacroNode node)
    {
        short[] codes = [.. node.WeightCodes];
        int change = node.WeightFormat.Encoding == OperandEncoding.Bipolar ? 2 : 1;
        codes[41] = (short)(codes[41] + (codes[41] == node.WeightFormat.MaxCode ? -change : change));
        return codes;
    }

    private static IEnumerable<string> FailingCodes(IdentitySubject subject) =>
        CodeIdentity.Check(subject, Inputs, Threads).Where(check => check.Failure is not null).Select(check => check.Tensor);
}
