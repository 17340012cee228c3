using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Networks of one feature each, where they are there.</summary>
public class ProbeTests
{
    private const string Folder = "models/probes";

    [SharedTheory(Folder)]
    [InlineData("02-brevitas-cdq-weights")]
    [InlineData("03-act-zero-point")]
    [InlineData("04-weight-zero-point")]
    [InlineData("05-qlinearconv")]
    [InlineData("06-qonnx-quant")]
    [InlineData("08-keras-nhwc")]
    [InlineData("10-depthwise-relu6")]
    [InlineData("11-hardswish")]
    [InlineData("12-leakyrelu")]
    [InlineData("13-globalmaxpool")]
    [InlineData("15-mnist-gray")]
    [InlineData("16-uint8-input")]
    [InlineData("18-shared-relu-maxmin")]
    [InlineData("19-int16-act")]
    [InlineData("21-conv-relu-bn")]
    [InlineData("22-avgpool-ceil-countpad")]
    [InlineData("24-int2-weights")]
    [InlineData("25-zp-255")]
    [InlineData("23-nonsquare")]
    [InlineData("26-sum")]
    [InlineData("27-asym-pads")]
    [InlineData("30-output-rank4")]
    [InlineData("31-silu")]
    [InlineData("32-fp16")]
    public void Loads_and_agrees_with_OnnxRuntime(string name) =>
        AgainstOnnxRuntime.Agrees(OnnxFile.Load(Path.Combine(SharedFolder.Find(Folder)!, name + ".onnx")));

    /// <summary>What the file leaves open is chosen.</summary>
    [SharedTheory(Folder)]
    [InlineData("14-dynamic-hw", null, 8)]
    [InlineData("29-two-outputs", null, 8)]
    [InlineData("29-two-outputs", "r1", 8 * 32 * 32)]
    public void Loads_and_agrees_once_chosen(string name, string? output, int elements)
    {
        var model = OnnxFile.Load(Path.Combine(SharedFolder.Find(Folder)!, name + ".onnx"));
        new NetworkChoice(output, name.StartsWith("14", StringComparison.Ordinal) ? [3, 20, 24] : null).Apply(model);
        Assert.Equal(elements, AgainstOnnxRuntime.Agrees(model).Network.Classes);
    }
}
