using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Importer;
using ImcEngine.Importer.Identity;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Importer.Lowering;
using ImcEngine.Tests.Networks.Digital;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>A depthwise network of 8 bits as PyTorch, Keras and OnnxRuntime write it: every layer is on the macro, codes are OnnxRuntime's,
/// and packing the groups of depthwise layers into arrays changes no logit.</summary>
public class DepthwiseNetworkTests
{
    /// <summary>Arrays of 256 rows and 64 columns: 8 depthwise channels of 8 bits fill the columns of one.</summary>
    private static readonly MacroSpec Arrays = new() { Rows = 256, Columns = 64 };

    private static DepthwiseWriter Writer(string dialect) => dialect switch
    {
        "torch, Clip" => new TorchDepthwise(clips: true),
        "torch, Relu" => new TorchDepthwise(clips: false),
        "torch, int8" => new TorchDepthwise(clips: false, isSigned: true),
        "Keras, bias" => new KerasDepthwise(KerasNorm.Bias),
        "Keras, Mul and Add" => new KerasDepthwise(KerasNorm.MulAdd),
        "Keras, BatchNormalization" => new KerasDepthwise(KerasNorm.Operator),
        "OnnxRuntime, QDQ" => new RuntimeQdqDepthwise(),
        "OnnxRuntime, QOperator" => new RuntimeOperatorDepthwise(),
        _ => throw new ArgumentException($"No dialect '{dialect}'."),
    };

    public static TheoryData<string> QdqDialects =>
        ["torch, Clip", "torch, Relu", "torch, int8", "Keras, bias", "Keras, Mul and Add", "Keras, BatchNormalization", "OnnxRuntime, QDQ"];

    public static TheoryData<string> Dialects => [.. QdqDialects, "OnnxRuntime, QOperator"];

    [Theory, MemberData(nameof(Dialects))]
    public void Every_layer_is_on_the_macro_and_packing_changes_no_logit(string dialect)
    {
        var network = Network(dialect);
        Assert.Equal(DepthwiseWriter.Layers, network.MacroLayers.Count);
        Assert.All(network.MacroLayers, layer => Assert.Equal((8, true), (layer.InputFormat.Bits, layer.WeightFormat.Bits >= 7)));
        foreach (var adc in new AdcSpec[] { new() { Kind = AdcKind.None }, new() { LsbCounts = 1 } })
        {
            var separate = new MappedNetwork(network, Arrays with { Adc = adc });
            var packed = new MappedNetwork(network, Arrays with { Adc = adc, Grouping = GroupingKind.BlockDiagonal });
            for (int seed = 1; seed <= 2; seed++)
            {
                float[] image = AgainstOnnxRuntime.Numbers(network.InputShape.Count, seed);
                float[] digital = AgainstOnnxRuntime.Run(separate, separate.Digital, image);
                Assert.True(digital.Distinct().Count() > 2);
                foreach (var mapped in new[] { separate, packed })
                    Floats.AssertSameBits(digital, AgainstOnnxRuntime.Run(mapped, new(mapped, new() { Macro = mapped.Macro }, null), image),
                        $"{dialect}, {mapped.Macro.Grouping}, {adc.Kind}");
            }
        }
    }

    [Theory, MemberData(nameof(QdqDialects))]
    public void Codes_between_quantizers_are_those_of_OnnxRuntime(string dialect)
    {
        var model = Writer(dialect).Write();
        var network = NetworkImporter.Import(model).Network;
        var subject = new IdentitySubject(model, network, new(network, Arrays with { Adc = new() { Kind = AdcKind.None } }));
        var inputs = IdentityInputs.Random(4, seed: 1);
        var codes = CodeIdentity.Check(subject, inputs, threads: 1);
        Assert.True(codes.Count >= 12, $"{codes.Count} quantizers");
        Assert.All(codes, check => Assert.True(check.Failure is null, $"{check.Tensor}: {check.Failure}"));
        Assert.InRange(codes.Sum(check => check.Boundary), 0, codes.Sum(check => check.Codes) / 1000);
        Assert.All(SumIdentity.Check(subject, inputs.First(1), plainImages: 0, threads: 1),
            check => Assert.True(check.Failure is null, $"{check.Layer}: {check.Failure}"));
        Assert.True(RunIdentity.Check(subject, inputs, threads: 1) is { Passed: true, LargestLogitDifference: < 1 });
    }

    /// <summary>Integer sums and their requantization are exact on both sides, from the image to the logits.</summary>
    [Fact]
    public void Operators_of_codes_give_OnnxRuntimes_codes()
    {
        for (int tensor = 0; tensor < DepthwiseWriter.Layers + 3; tensor++)
        {
            var model = Writer("OnnxRuntime, QOperator").Write(tensor);
            var network = NetworkImporter.Import(model).Network;
            using var reference = new FloatReference(OnnxFile.ToBytes(model), threads: 1, graphOptimizations: false);
            float[] image = AgainstOnnxRuntime.Numbers(network.InputShape.Count, seed: 1), expected = new float[network.Classes];
            reference.Run(image, 1, expected);
            Floats.AssertSameBits(expected, NodeInterpreter.Run(network, image), $"tensor {tensor}");
        }
    }

    [Theory, MemberData(nameof(Dialects))]
    public void With_a_real_converter_packing_takes_fewer_arrays_and_gives_the_same_logits(string dialect)
    {
        var network = Network(dialect);
        var macro = Arrays with { Adc = new() { Bits = 8, Range = AdcRange.Full } };
        var packed = macro with { Grouping = GroupingKind.BlockDiagonal };
        var (reports, packedReports) = (MappingReport.Create(network, new RunSpec { Macro = macro }),
            MappingReport.Create(network, new RunSpec { Macro = packed }));
        Assert.True(packedReports.Arrays * 2 < reports.Arrays, $"{packedReports.Arrays} arrays packed, {reports.Arrays} else");
        Assert.True(packedReports.UtilizationRelative > 2 * reports.UtilizationRelative);
        Assert.Equal(reports.Conversions, packedReports.Conversions);
        float[] image = AgainstOnnxRuntime.Numbers(network.InputShape.Count, seed: 3);
        float[] Logits(MacroSpec spec)
        {
            var mapped = new MappedNetwork(network, spec);
            return AgainstOnnxRuntime.Run(mapped, new(mapped, new() { Macro = spec }, null), image);
        }
        float[] logits = Logits(macro);
        Floats.AssertSameBits(logits, Logits(packed), dialect);
        Assert.False(logits.SequenceEqual(Logits(macro with { Adc = new() { Kind = AdcKind.None } })), "The converter changes nothing.");
    }

    /// <summary>int8 codes with zero points become uint8 ones, or stay: the integer sums are the same, and so is every logit.</summary>
    [Fact]
    public void Zero_points_that_are_kept_change_no_logit()
    {
        var rebased = Network("torch, int8");
        var kept = NetworkImporter.Import(Writer("torch, int8").Write(),
            new RunSpec { Quantization = new() { KeepsZeroPoints = true } }).Network;
        Assert.All(rebased.MacroLayers, layer => Assert.Equal(OperandEncoding.Unipolar, layer.InputFormat.Encoding));
        Assert.All(kept.MacroLayers, layer => Assert.Equal(OperandEncoding.TwosComplement, layer.InputFormat.Encoding));
        float[] image = AgainstOnnxRuntime.Numbers(kept.InputShape.Count, seed: 1);
        float[] Logits(Network network, GroupingKind grouping)
        {
            var mapped = new MappedNetwork(network, Arrays with { Adc = new() { LsbCounts = 1 }, Grouping = grouping });
            float[] digital = AgainstOnnxRuntime.Run(mapped, mapped.Digital, image);
            Floats.AssertSameBits(digital, AgainstOnnxRuntime.Run(mapped, new(mapped, new() { Macro = mapped.Macro }, null), image),
                $"{grouping}");
            return digital;
        }
        foreach (var grouping in Enum.GetValues<GroupingKind>())
            Floats.AssertSameBits(Logits(rebased, grouping), Logits(kept, grouping), $"{grouping}");
    }

    private static Network Network(string dialect) =>
        NetworkImporter.Import(OnnxFile.Read(new MemoryStream(OnnxFile.ToBytes(Writer(dialect).Write())))).Network;
}
