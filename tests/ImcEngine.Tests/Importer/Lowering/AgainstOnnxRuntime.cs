using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>One image through the imported network and through OnnxRuntime.</summary>
internal static class AgainstOnnxRuntime
{
    public static ImportedNetwork Agrees(OnnxModel model, float tolerance = 1e-4f, int seed = 1)
    {
        var imported = NetworkImporter.Import(OnnxFile.Read(new MemoryStream(OnnxFile.ToBytes(model))));
        using var reference = new FloatReference(OnnxFile.ToBytes(model), threads: 1, graphOptimizations: false);
        var images = Numbers(2 * reference.ImageSize, seed);
        int classes = imported.Network.Classes;
        var expected = new float[2 * classes];
        reference.Run(images, 2, expected);
        for (int image = 0; image < 2; image++)
        {
            float[] actual = NodeInterpreter.Run(imported.Network,
                images[(image * reference.ImageSize)..((image + 1) * reference.ImageSize)]);
            Assert.Equal(classes, actual.Length);
            for (int i = 0; i < classes; i++)
                Assert.True(MathF.Abs(actual[i] - expected[(image * classes) + i]) <= tolerance * (1 + MathF.Abs(actual[i])),
                    $"image {image} element {i}: {actual[i]}, OnnxRuntime {expected[(image * classes) + i]}");
        }
        return imported;
    }

    /// <summary>From -2 to 2, no two alike nearby, multiples of 2^-10.</summary>
    public static float[] Numbers(int count, int seed)
    {
        uint state = (uint)seed * 2654435761u + 12345;
        return [.. Enumerable.Range(0, count).Select(_ => ((int)((state = state * 1664525 + 1013904223) >> 20) - 2048) / 1024f)];
    }
}
