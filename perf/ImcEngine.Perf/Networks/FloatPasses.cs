using ImcEngine.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Perf.Networks;

/// <summary>Runs OnnxRuntime on the float network, from image bytes to logits as the engine is timed,
/// in batches of 16 and 64. The faster one counts.</summary>
internal sealed class FloatPasses : IDisposable
{
    private const int Images = 128, Classes = 10;

    private readonly FloatReference _reference;

    public FloatPasses(OnnxModel model, ImageSet images, int threads)
    {
        _reference = new(OnnxFile.ToBytes(model), threads);
        Passes = [.. Batches.Select(batch => new TimedPass(Images, () =>
        {
            for (int first = 0; first < Images; first += batch) Run(images, first, batch);
        }))];
    }

    public static int[] Batches { get; } = [16, 64];

    /// <summary>The passes, in the order of <see cref="Batches"/>.</summary>
    public TimedPass[] Passes { get; }

    public void Dispose() => _reference.Dispose();

    private void Run(ImageSet images, int first, int batch)
    {
        var input = new float[batch * CifarFormat.ImageBytes];
        for (int i = 0; i < batch; i++)
            images.ReadInput((first + i) % images.Count, Preprocessing.Cifar10,
                input.AsSpan(i * CifarFormat.ImageBytes, CifarFormat.ImageBytes));
        _reference.Run(input, batch, new float[batch * Classes]);
    }
}
