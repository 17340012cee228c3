using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Lowering.QuantizedFormats;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Identity;

/// <summary>The comparison of one quantizer's codes.</summary>
/// <param name="Tensor">The quantized tensor, by its ONNX name.</param>
/// <param name="Number">Number of the codes tensor in the network.</param>
/// <param name="Codes">The number of codes compared.</param>
/// <param name="Boundary">The number of codes that differ where OnnxRuntime's value lies within
/// <see cref="CodeIdentity.BoundarySteps"/> of the boundary between the two.</param>
/// <param name="Wrong">The number of all other codes that differ.</param>
/// <param name="Failure">The first wrong code; null if there is none.</param>
internal sealed record CodeCheck(string Tensor, int Number, long Codes, long Boundary, long Wrong, string? Failure);

/// <summary>
/// Checks ARITHMETIC §11 (b): layer by layer on OnnxRuntime's tensors, without graph optimizations, every activation code is OnnxRuntime's.
/// <code>
/// OnnxRuntime's codes -> macro layer -> batch norm, bias, residual add -> quantizer -> engine's codes
/// engine's codes         compared with OnnxRuntime's next codes
///                              residual: OnnxRuntime's tensor --^
/// </code>
/// A tensor that a quantizer reads ends a stretch: the quantizer reads the engine's tensor, every other reader OnnxRuntime's. So no
/// deviation reaches a second layer or is hidden by one.
/// </summary>
internal static class CodeIdentity
{
    /// <summary>How near to a rounding boundary, in steps, a value may be rounded to either side.
    /// OnnxRuntime's float32 sums differ from exact ones by less.</summary>
    public const double BoundarySteps = 1e-4;

    /// <param name="progress">Told how many images are done, from any thread.</param>
    /// <exception cref="ModelException">OnnxRuntime cannot run the model, or lacks one of its tensors.</exception>
    public static IReadOnlyList<CodeCheck> Check(IdentitySubject subject, IdentityInputs inputs, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var network = subject.Mapped.Network;
        // The importer has made tensors of its own where it has taken Transposes past quantizers, and between codes of layers of integers.
        QuantizeNode[] quantizers = [.. network.Nodes.OfType<QuantizeNode>()];
        string[] NamesOf(QuantizeNode node) => [NetworkImporter.TensorOfCodes(network.Tensors[node.Result].Name),
            .. node.Inputs[0] == 0 ? Array.Empty<string>() : [network.Tensors[node.Inputs[0]].Name]];
        var names = new GraphIndex(subject.Model).TensorNames.ToHashSet();
        bool isAsRead = quantizers.SelectMany(NamesOf).All(names.Contains) || ForeignOperators.AreIn(subject.Model);
        var model = isAsRead ? subject.Model : FloatNetwork.AsRead(subject.Model);
        names.UnionWith(new GraphIndex(model).TensorNames);
        quantizers = [.. quantizers.Where(node => NamesOf(node).All(names.Contains))];
        using var reference = new FloatReference(FloatTopology.WithOutputs(QonnxExpansion.Of(model), quantizers.SelectMany(NamesOf)),
            threads: 1, graphOptimizations: false);

        var ofImages = new CodeComparison[inputs.Count][];
        int done = 0;
        Workers.For(inputs.Count, threads, cancellation, image =>
        {
            ofImages[image] = new ImageComparison(subject.Mapped, quantizers, reference, inputs.Of(network, image)).Run();
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        return [.. quantizers.Select((node, i) => Total(network, node, [.. ofImages.Select(ofImage => ofImage[i])]))];
    }

    private static CodeCheck Total(Network network, QuantizeNode node, CodeComparison[] images)
    {
        int failing = Array.FindIndex(images, image => image.Failure is not null);
        return new(NetworkImporter.TensorOfCodes(network.Tensors[node.Result].Name), node.Result, images.Sum(image => image.Codes),
            images.Sum(image => image.Boundary),
            images.Sum(image => image.Wrong), failing < 0 ? null : $"image {failing}, {images[failing].Failure}");
    }
}
