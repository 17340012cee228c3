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
    [InlineData("10-depthwise-relu6")]
    [InlineData("11-hardswish")]
    [InlineData("12-leakyrelu")]
    [InlineData("13-globalmaxpool")]
    [InlineData("18-shared-relu-maxmin")]
    [InlineData("19-int16-act")]
    [InlineData("21-conv-relu-bn")]
    [InlineData("22-avgpool-ceil-countpad")]
    [InlineData("24-int2-weights")]
    [InlineData("25-zp-255")]
    [InlineData("26-sum")]
    [InlineData("31-silu")]
    public void Loads_and_agrees_with_OnnxRuntime(string name) =>
        AgainstOnnxRuntime.Agrees(OnnxFile.Load(Path.Combine(SharedFolder.Find(Folder)!, name + ".onnx")));
}
