using ImcEngine.Data;
using ImcEngine.Images;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.EndToEnd;
using ImcEngine.Tests.Importer.Topologies;

namespace ImcEngine.Tests.Importer.Comparisons;

/// <summary>Calibration images that a library call names.</summary>
public sealed class ComparedDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Calibration_data_are_any_images_and_are_prepared_as_the_others(bool isArchive)
    {
        var model = Model();
        string folder = ImageFiles.Folder(_folder["a"], 12, new(3, 48, 60)),
            others = ImageFiles.Folder(_folder["b"], 12, new(3, 70, 50), ImageForm.Png);
        string calibration = isArchive ? ImageFiles.Zip(others, _folder["b.zip"]) : others;
        var data = new ComparedData(model.Images(folder, resize: "40", crop: "32"), new CalibrationSpec { Data = calibration, Count = 4 });
        var expected = model.Images(calibration, resize: "40", crop: "32");
        Assert.Equal(12, data.Evaluated.Count);
        Assert.Equal(Enumerable.Range(0, 4).Select(expected.Image), Enumerable.Range(0, 4).Select(data.CalibrationImages().Image));
    }

    [Fact]
    public void Calibration_data_beside_images_that_need_no_preparation_fit_or_are_refused()
    {
        var images = Shapes10.Render(Split.Test, 8);
        string fitting = ImageFiles.Folder(_folder["a"], 12, new(3, 32, 32), ImageForm.Png),
            large = ImageFiles.Folder(_folder["b"], 12, new(3, 64, 64), ImageForm.Png);
        var calibration = new CalibrationSpec { Count = 4 };
        Assert.Equal(4, new ComparedData(images, calibration with { Data = fitting }).CalibrationImages().Count);
        var refused = Assert.Throws<ImcException>(() => new ComparedData(images, calibration with { Data = large }).CalibrationImages());
        Assert.Contains("is 3x64x64 (channels x height x width), but the network takes 3x32x32", refused.Message, StringComparison.Ordinal);
    }

    private ComparedModel Model()
    {
        var w = new NetworkWriter(13, [-1, 3, 32, 32]);
        string y = w.Relu(w.Conv("x", 3, 4, 3));
        OnnxFile.Save(w.Build(w.Gemm(w.Flatten(w.Node("GlobalAveragePool", y)), 4, 10)), _folder["m.onnx"]);
        return new(_folder["m.onnx"]);
    }
}
