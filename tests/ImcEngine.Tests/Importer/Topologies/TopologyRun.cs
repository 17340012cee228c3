using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Importer.Lowering;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>Networks of floats, run by the engine and by OnnxRuntime.</summary>
internal static class TopologyRun
{
    private const float ToleranceRelative = 1e-4f;

    /// <summary>Holds two images to OnnxRuntime's: within 1e-4 of the largest magnitude.
    /// The outputs must say something of the image.</summary>
    public static ImportedNetwork Agrees(OnnxModel model)
    {
        byte[] file = OnnxFile.ToBytes(model);
        var imported = NetworkImporter.Import(OnnxFile.Read(new MemoryStream(file)));
        var mapped = new MappedNetwork(imported.Network, MacroPresets.Get(MacroPresets.Ideal));
        using var reference = new FloatReference(file, threads: 1, graphOptimizations: false);
        float[] images = AgainstOnnxRuntime.Numbers(2 * reference.ImageSize, seed: 1);
        int classes = imported.Network.Classes;
        var expected = new float[2 * classes];
        reference.Run(images, 2, expected);
        float largest = expected.Max(MathF.Abs);
        Assert.InRange(largest, 1e-3f, 1e6f);
        Assert.True(expected.Distinct().Count() > classes, "Both images have the same logits.");
        for (int image = 0; image < 2; image++)
        {
            float[] actual = AgainstOnnxRuntime.Run(mapped, mapped.Digital, images[(image * reference.ImageSize)..][..reference.ImageSize]);
            Assert.Equal(classes, actual.Length);
            for (int i = 0; i < classes; i++)
                Assert.True(MathF.Abs(actual[i] - expected[(image * classes) + i]) <= ToleranceRelative * largest,
                    $"image {image} element {i}: {actual[i]}, OnnxRuntime {expected[(image * classes) + i]}, largest {largest}");
        }
        return imported;
    }
}
