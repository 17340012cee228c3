using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Evaluation.Attribution;

/// <summary>
/// Measures the quantization error of the inputs of each macro layer in the digital network. It compares the numbers that a quantizer reads
/// with those that its codes stand for. A unipolar quantizer maps negative numbers to 0 in place of the ReLU, which is not an error.
/// Weights are not measured: a quantized network no longer holds the original ones.
/// </summary>
internal static class InputQuantization
{
    /// <summary>Returns the SQNR of every macro layer's inputs.</summary>
    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="images">The images; a few are enough.</param>
    /// <param name="threads">The number of images at once; does not change the result.</param>
    /// <param name="progress">Receives the number of finished images.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <returns>The SQNR in dB, one per macro layer.</returns>
    public static IReadOnlyList<double> SqnrDb(MappedNetwork mapped, ImageSet images, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var network = mapped.Network;
        Node[] quantizers = [.. network.MacroLayers.Select(layer => network.QuantizerOf(layer.Inputs[0]))];
        var read = quantizers.Select(quantizer => quantizer.Inputs[0]).ToHashSet();
        var runner = new NetworkRunner(mapped, new(1, 1));
        var sums = new SqnrSums[images.Count, quantizers.Length];
        int done = 0;
        Workers.For(images.Count, threads, cancellation, image =>
        {
            var input = new float[network.InputShape.Count];
            images.ReadInput(image, network.Preprocessing, input);
            var floats = new Dictionary<int, float[]> { [0] = input };
            runner.Observe(images, image, null, null, (tensor, elements) =>
            {
                if (read.Contains(tensor)) floats[tensor] = elements.ToArray();
            });
            for (int layer = 0; layer < quantizers.Length; layer++)
                sums[image, layer] = Measure(floats[quantizers[layer].Inputs[0]], quantizers[layer]);
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        return [.. Enumerable.Range(0, quantizers.Length)
            .Select(layer => Enumerable.Range(0, images.Count)
                .Aggregate(default(SqnrSums), (total, image) => total + sums[image, layer]).SqnrDb)];
    }

    private static SqnrSums Measure(float[] floats, Node node)
    {
        var quantizer = node as QuantizeNode ?? Dynamic(floats);
        float least = quantizer is { Format.Encoding: OperandEncoding.Unipolar, ZeroPoint: 0 } ? 0 : float.NegativeInfinity;
        var codes = new short[floats.Length];
        Quantizers.Quantize(floats, quantizer, codes);
        var sums = default(SqnrSums);
        for (int i = 0; i < floats.Length; i++)
            sums += SqnrSums.Measure(Math.Max(least, floats[i]), (double)(codes[i] - quantizer.ZeroPoint) * quantizer.Step);
        return sums;
    }

    private static QuantizeNode Dynamic(float[] floats)
    {
        var (scale, zero) = DynamicQuantization.ParametersOf(floats);
        return DynamicQuantization.RuleOf(scale, zero);
    }
}
