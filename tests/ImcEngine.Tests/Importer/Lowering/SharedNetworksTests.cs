using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ProtoBuf;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Networks that others wrote, where the folder of development data is there.</summary>
public class SharedNetworksTests
{
    private static string PathOf(string file) => Path.Combine(SharedFolder.Find("models")!, file);

    [SharedTheory("models")]
    [InlineData("probes/02-brevitas-cdq-weights.onnx")]
    [InlineData("probes/07-reshape-allowzero.onnx")]
    [InlineData("probes/09-opset9.onnx")]
    public void A_probe_loads_and_gives_what_OnnxRuntime_gives(string file) =>
        AgainstOnnxRuntime.Agrees(OnnxFile.Load(PathOf(file)));

    /// <summary>Opset 9 of IR 3, weights by ConstantOfShape, a softmax over an image; input i / n.</summary>
    [SharedTheory("models")]
    [InlineData("bvlc_alexnet")]
    [InlineData("inception_v1")]
    [InlineData("inception_v2")]
    [InlineData("resnet50")]
    [InlineData("squeezenet")]
    [InlineData("vgg19")]
    [InlineData("zfnet512")]
    public void A_light_network_gives_the_published_output(string name)
    {
        var network = NetworkImporter.Import(PathOf($"zoo/light_{name}.onnx")).Network;
        int count = network.InputShape.Count;
        float[] found = NodeInterpreter.Run(network, [.. Enumerable.Range(0, count).Select(i => i / (float)count)]);
        using var file = File.OpenRead(PathOf($"zoo/light_{name}_output_0.pb"));
        float[] published = TensorData.ToFloats(Serializer.Deserialize<OnnxTensor>(file));
        Assert.Equal(published.Length, found.Length);
        float largest = published.Max(Math.Abs);
        Assert.All(published.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4f * largest));
    }

    /// <summary>QONNX, of which OnnxRuntime computes the formulas.
    /// All layers are on the macro but those whose input is the image.</summary>
    [SharedTheory("models")]
    [InlineData("TFC_1W1A", 4)]
    [InlineData("kwsmlp_w3a3", 4)]
    public void A_network_of_Brevitas_runs_on_the_macro(string name, int layers) => Assert.Equal(layers,
        AgainstOnnxRuntime.Agrees(OnnxFile.Load(PathOf($"zoo/{name}.onnx"))).Network.MacroLayers.Count);

    /// <summary>Nothing of their opset stands in the way; what does is an operator.</summary>
    [SharedTheory("models")]
    [InlineData("resnet8")]
    [InlineData("deepautoencoder")]
    public void Networks_of_a_benchmark_give_what_OnnxRuntime_gives(string name) =>
        AgainstOnnxRuntime.Agrees(OnnxFile.Load(PathOf($"zoo/{name}.onnx")));
}
