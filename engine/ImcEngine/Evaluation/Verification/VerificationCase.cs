using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation.Verification;

/// <summary>One layer, its input images and its ADC, for kernels to be compared on.</summary>
/// <param name="Name">For reports; of random cases it holds the seed.</param>
/// <param name="Layer">Geometry, formats and original weights.</param>
/// <param name="Input">Codes, <c>[image, channel, y, x]</c>.</param>
/// <param name="Macro">Rows and mapping.</param>
/// <param name="Adc">The layer's transfer.</param>
/// <param name="Seeds">Of the die and of noise; images count from 0.</param>
internal sealed record VerificationCase(string Name, ReferenceLayer Layer, short[] Input, MacroSpec Macro, AdcTransfer Adc,
    ReferenceSeeds Seeds = default)
{
    public int Images => Input.Length / Layer.Geometry.InputSize;

    /// <summary>Accumulators of one image after the other: <c>[image, outputChannel, pixel]</c>,
    /// as every kernel must return them.</summary>
    public long[] RunReference()
    {
        var reference = new ReferenceMacro(Layer, Macro, Adc, Seeds);
        return [.. InputImages().SelectMany((input, image) => reference.Run(input, image).Acc)];
    }

    /// <summary>The same by <see cref="PlainConvolution"/>; equals the reference where the ADC is transparent.</summary>
    public long[] RunPlainConvolution() =>
        [.. InputImages().SelectMany(image => PlainConvolution.Run(Layer.Geometry, image, Layer.WeightCodes))];

    public AccumulationUnit Unit => ReferenceUnit.ForLayer(Layer, Macro, Adc);

    private short[][] InputImages() => [.. Input.Chunk(Layer.Geometry.InputSize)];
}
