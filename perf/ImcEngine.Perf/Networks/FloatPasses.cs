using ImcEngine.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Perf.Networks;

/// <summary>Runs OnnxRuntime on the float network, from image bytes to logits as the engine is timed,
/// in batches of several sizes.</summary>
internal sealed class FloatPasses : IDisposable
{
    private readonly FloatReference _reference;
    private readonly BenchmarkTopology _topology;

    /// <param name="batches">Images of a batch; there is a pass for each number.</param>
    /// <param name="count">Images of a pass.</param>
    public FloatPasses(BenchmarkTopology topology, ImageSet images, int threads, IEnumerable<int> batches, int count)
    {
        _topology = topology;
        _reference = new(OnnxFile.ToBytes(topology.FloatModel()), threads);
        Passes = [.. batches.Select(batch => new TimedPass(count, () =>
        {
            for (int first = 0; first < count; first += batch) Run(images, first, batch);
        }))];
    }

    /// <summary>The passes, in the order of the batches.</summary>
    public TimedPass[] Passes { get; }

    public void Dispose() => _reference.Dispose();

    private void Run(ImageSet images, int first, int batch)
    {
        int size = images.Shape.Count;
        var input = new float[batch * size];
        for (int i = 0; i < batch; i++)
            images.ReadInput((first + i) % images.Count, _topology.Preprocessing, input.AsSpan(i * size, size));
        _reference.Run(input, batch, new float[batch * _topology.Classes]);
    }
}
