using ImcEngine.Fuzzing;
using ImcEngine.Fuzzing.Onnx;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Fuzzing;

/// <summary>What is compared with OnnxRuntime where a network computes NaN.</summary>
public class OnnxComparisonTests
{
    private static OnnxModel Model(string function, string after = "MaxPool") => Of(b =>
    {
        string kernel = after.EndsWith("Pool", StringComparison.Ordinal) ? "kernel_shape" : "";
        b.Node(after, [b.Node(function, ["x"], "f")], "y", [.. kernel.Length > 0 ? new[] { Attribute(kernel, [2, 2]) } : []]);
    }, 13, [-1, 2, 4, 4]);

    private static bool IsCompared(OnnxModel model, OnnxModel network) =>
        OnnxComparison.TryRun(OnnxFile.ToBytes(model), NetworkImporter.Import(network).Network);

    [Fact]
    public void A_maximum_over_NaN_of_both_is_not_compared() => Assert.False(IsCompared(Model("Log"), Model("Log")));

    [Fact]
    public void NaN_without_a_maximum_is_compared() => Assert.True(IsCompared(Model("Log", "Relu"), Model("Log", "Relu")));

    [Fact]
    public void NaN_of_the_engine_alone_is_a_difference() =>
        Assert.Throws<BrokenPropertyException>(() => IsCompared(Model("Abs"), Model("Log")));
}
