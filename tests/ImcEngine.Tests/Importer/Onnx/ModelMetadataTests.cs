using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Importer.Onnx;

public class ModelMetadataTests
{
    private static OnnxModel Naming(string name)
    {
        var model = new OnnxModel();
        ModelMetadata.Set(model, ModelMetadata.Float, name);
        return model;
    }

    [Fact]
    public void The_float_network_is_a_file_beside_the_model()
    {
        Assert.Equal("net..v2.onnx", ModelMetadata.FloatOf(Naming("net..v2.onnx")));
        Assert.Null(ModelMetadata.FloatOf(new()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../f.onnx")]
    [InlineData("sub/f.onnx")]
    [InlineData("sub\\f.onnx")]
    [InlineData("/f.onnx")]
    [InlineData("f.onnx\0")]
    public void A_name_with_a_folder_is_refused(string name) =>
        Assert.Contains("without a folder",
            Assert.Throws<ModelException>(() => ModelMetadata.FloatOf(Naming(name))).Message, StringComparison.Ordinal);
}
