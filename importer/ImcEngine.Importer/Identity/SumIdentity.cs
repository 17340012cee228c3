using System.Numerics.Tensors;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Reference;

namespace ImcEngine.Importer.Identity;

/// <summary>The comparison of one macro layer's sums.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Kernels">Kernels that took the layer.</param>
/// <param name="Sums">The number of sums compared: every kernel's, and plain convolution's with OnnxRuntime's.</param>
/// <param name="ByOnnxRuntime">False if sums might pass 2^24, beyond which float32 is inexact: only plain convolution was compared.</param>
/// <param name="Failure">The first sum that differs; null where all agree.</param>
internal sealed record SumCheck(string Layer, IReadOnlyList<string> Kernels, long Sums, bool ByOnnxRuntime, string? Failure);

/// <summary>
/// Checks ARITHMETIC §11 (a): behind a transparent ADC every kernel's sums of a layer equal those of plain convolution and of
/// OnnxRuntime's float Conv of the integer codes, on the activations that images make in the digital network.
/// </summary>
internal static class SumIdentity
{
    /// <param name="inputs">The first <paramref name="plainImages"/> run through plain convolution and every kernel,
    /// the others through OnnxRuntime, the exact kernel and the fastest.</param>
    /// <param name="progress">Told how many layers are done, from any thread.</param>
    public static IReadOnlyList<SumCheck> Check(IdentitySubject subject, IdentityInputs inputs, int plainImages, int threads,
        Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var layers = subject.Network.MacroLayers;
        var codes = new short[inputs.Count][][];
        var runner = new NetworkRunner(subject.Mapped, new(1, 1));
        Workers.For(inputs.Count, threads, cancellation, image =>
        {
            codes[image] = new short[layers.Count][];
            runner.Observe(inputs.Of(subject.Network, image), null, (layer, input, _) => codes[image][layer] = input.ToArray(),
                (tensor, elements) =>
                RequireNumbers(subject.Network.Tensors[tensor].Name, elements, image));
        });
        var checks = new SumCheck[layers.Count];
        int done = 0;
        Workers.For(layers.Count, threads, cancellation, layer =>
        {
            // The file's codes as cells are to store them, in offset binary for example.
            int offset = subject.Mapped.Layers[layer].Map.WeightOffset;
            var stored = layers[layer] with { WeightCodes = Array.ConvertAll(layers[layer].WeightCodes, code => (short)(code + offset)) };
            checks[layer] = CheckLayer(stored, new(subject.Mapped, layer), [.. codes.Select(ofImage => ofImage[layer])], plainImages,
                cancellation);
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        return checks;
    }

    /// <summary>Refuses NaN, which a rectifier, a maximum or a comparison would hide from all that follows.</summary>
    private static void RequireNumbers(string tensor, ReadOnlySpan<float> elements, int image)
    {
        if (TensorPrimitives.IsNaNAny(elements))
            throw new ImcException($"Tensor '{tensor}' holds NaN on image {image}: "
                + "the network divides 0 by 0, or takes an infinite number from another. "
                + $"Check its preprocessing (imc.mean, imc.std) and its weights.");
    }

    private static SumCheck CheckLayer(MacroNode node, TransparentLayer layer, short[][] images, int plainImages,
        CancellationToken cancellation)
    {
        using var convolution = CodesConvolution.TryCreate(node);
        long compared = 0;
        string? failure = null;

        void Compare(int image, string who, long[] sums, string whose, long[] expected)
        {
            compared += expected.Length;
            failure ??= FirstDifference(node.Geometry, image, who, sums, whose, expected);
        }

        for (int image = 0; image < images.Length; image++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool isPlain = image < plainImages;
            if (!isPlain && convolution is null) break;
            long[]? plain = isPlain ? PlainConvolution.Run(node.Geometry, images[image], node.WeightCodes) : null;
            long[]? onnx = convolution?.Sums(images[image]);
            if (plain is not null && onnx is not null) Compare(image, "OnnxRuntime's Conv", onnx, "plain convolution", plain);
            for (int kernel = 0; kernel < (isPlain ? layer.Kernels.Count : Math.Min(2, layer.Kernels.Count)); kernel++)
                Compare(image, $"kernel '{layer.Kernels[kernel]}'", layer.Sums(kernel, images[image]),
                    plain is null ? "OnnxRuntime's Conv" : "plain convolution", plain ?? onnx!);
        }
        return new(node.Name, layer.Kernels, compared, convolution is not null, failure);
    }

    private static string? FirstDifference(ConvGeometry geometry, int image, string who, long[] sums, string whose, long[] expected)
    {
        int first = sums.AsSpan().CommonPrefixLength(expected);
        return first == expected.Length ? null
            : $"image {image}, output [{first / geometry.OutputPixels}, {first % geometry.OutputPixels / geometry.OutputWidth}, "
                + $"{first % geometry.OutputWidth}]: {who} sums to {sums[first]}, {whose} to {expected[first]}";
    }
}
