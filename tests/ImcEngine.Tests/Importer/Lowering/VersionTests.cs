using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Importer.Lowering;

public class VersionTests
{
    private static OnnxModel Model(int opset, int irVersion)
    {
        var b = new OnnxBuilder("v", opset, irVersion);
        b.Input("x", -1, 4);
        b.Node("Relu", ["x"], "y");
        b.Output("y", -1, 4);
        return b.Build();
    }

    private static void Load(OnnxModel model) => new FloatReference(OnnxFile.ToBytes(model), 1).Dispose();

    [Fact]
    public void The_newest_supported_versions_are_those_of_OnnxRuntime()
    {
        Load(Model(GraphIndex.MostOpset, GraphIndex.MostIrVersion));
        NetworkImporter.Import(Model(GraphIndex.MostOpset, GraphIndex.MostIrVersion));
        Assert.Throws<ModelException>(() => Load(Model(GraphIndex.MostOpset + 1, GraphIndex.MostIrVersion)));
        Assert.Throws<ModelException>(() => Load(Model(GraphIndex.MostOpset, GraphIndex.MostIrVersion + 1)));
    }
}
