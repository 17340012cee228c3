using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Quantization;

/// <summary>Samples the tensors that <see cref="PostTrainingQuantizer"/> will quantize, on calibration images,
/// in the float network as the engine runs it.</summary>
public static class ActivationSampler
{
    /// <param name="model">Float model.</param>
    /// <param name="run">Decides which layers are quantized, and so which tensors matter.</param>
    /// <param name="images">Calibration images.</param>
    /// <param name="threads">Images at once; no result depends on it.</param>
    /// <param name="progress">Told how many images are done, from any thread.</param>
    /// <returns>Samples by tensor name.</returns>
    /// <exception cref="ImcException">The model is not supported or quantized already, or an activation is not finite.</exception>
    public static IReadOnlyDictionary<string, ActivationSample> Sample(
        OnnxModel model, RunSpec run, ImageSet images, int threads, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var network = NetworkImporter.Import(PostTrainingQuantizer.Folded(model)).Network;
        network.RequireImages(images);
        var numbers = Enumerable.Range(0, network.Tensors.Count).ToDictionary(tensor => network.Tensors[tensor].Name);
        int[] tensors = [.. PostTrainingQuantizer.CalibrationTensors(model, run).Select(name => numbers[name])];
        var runner = new NetworkRunner(new MappedNetwork(network, run.Macro), new(1, 1));
        Dictionary<int, ActivationSample> total = NewSamples(tensors);
        int done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Workers.Unwrapped(() => Parallel.For(0, images.Count, options, () => NewSamples(tensors), (image, _, samples) =>
        {
            AddImage(samples, runner, network, images, image);
            progress?.Invoke(Interlocked.Increment(ref done));
            return samples;
        }, samples =>
        {
            lock (total)
                foreach (var (tensor, sample) in samples) total[tensor].Add(sample);
        }));
        return total.ToDictionary(each => network.Tensors[each.Key].Name, each => each.Value);
    }

    private static Dictionary<int, ActivationSample> NewSamples(int[] tensors) =>
        tensors.ToDictionary(tensor => tensor, _ => new ActivationSample());

    private static void AddImage(Dictionary<int, ActivationSample> samples, NetworkRunner runner, Network network,
        ImageSet images, int image)
    {
        runner.Observe(images, image, die: null, tap: null, (tensor, elements) =>
        {
            if (samples.TryGetValue(tensor, out var sample)) sample.Add(elements);
        });
        if (samples.TryGetValue(0, out var input))
        {
            var elements = new float[network.InputShape.Count];
            images.ReadInput(image, network.Preprocessing, elements);
            input.Add(elements);
        }
    }
}
