using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Networks.Digital;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Two images through the imported network and through OnnxRuntime.</summary>
internal static class AgainstOnnxRuntime
{
    private static readonly TileWorkers Tiles = new(1);

    public static ImportedNetwork Agrees(OnnxModel model, float tolerance = 1e-4f, int seed = 1)
    {
        var imported = NetworkImporter.Import(OnnxFile.Read(new MemoryStream(OnnxFile.ToBytes(model))));
        using var reference = new FloatReference(OnnxFile.ToBytes(model), threads: 1, graphOptimizations: false);
        var images = Numbers(2 * reference.ImageSize, seed);
        if (reference.Integers is { } integers)
            images = Array.ConvertAll(images, number => integers.First + MathF.Floor((number + 2) * 64));
        int classes = imported.Network.Classes;
        var mapped = imported.Network.MacroLayers.Count == 0 ? new MappedNetwork(imported.Network, MacroPresets.Get(MacroPresets.Ideal))
            : null;
        var expected = new float[2 * classes];
        reference.Run(images, 2, expected);
        for (int image = 0; image < 2; image++)
        {
            float[] pixels = images[(image * reference.ImageSize)..((image + 1) * reference.ImageSize)];
            float[] actual = NodeInterpreter.Run(imported.Network, pixels);
            Assert.Equal(classes, actual.Length);
            if (mapped is not null) Floats.AssertSameBits(actual, Run(mapped, mapped.Digital, pixels), "as the engine runs it");
            for (int i = 0; i < classes; i++)
                Assert.True(MathF.Abs(actual[i] - expected[(image * classes) + i]) <= tolerance * (1 + MathF.Abs(actual[i])),
                    $"seed {seed} image {image} element {i}: {actual[i]}, OnnxRuntime {expected[(image * classes) + i]}");
        }
        return imported;
    }

    public static float[] Run(MappedNetwork network, Die die, float[] image)
    {
        var state = new ImageState(new(network.Prepared, Tiles));
        state.Start(default);
        image.CopyTo(state.Floats(0));
        die.ProgramFor(1).Run([state]);
        return state.Floats(network.Network.OutputTensor).ToArray();
    }

    /// <summary>Adds a float tensor of <see cref="Numbers"/>.</summary>
    public static string Constant(OnnxBuilder b, string name, params long[] dims) =>
        b.Floats(name, dims, Numbers((int)dims.Aggregate(1L, (product, size) => product * size), name.Length + dims.Length));

    /// <summary>From -2 to 2, no two alike nearby, multiples of 2^-10.</summary>
    public static float[] Numbers(int count, int seed)
    {
        uint state = (uint)seed * 2654435761u + 12345;
        return [.. Enumerable.Range(0, count).Select(_ => ((int)((state = state * 1664525 + 1013904223) >> 20) - 2048) / 1024f)];
    }
}
