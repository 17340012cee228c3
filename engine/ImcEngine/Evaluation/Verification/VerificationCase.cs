using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation.Verification;

/// <summary>One layer, its input images and its ADC, on which kernels are compared.</summary>
/// <param name="Name">The name for reports; that of a random case includes the seed.</param>
/// <param name="Layer">The geometry, the formats and the original weights.</param>
/// <param name="Input">The input codes, <c>[image, channel, y, x]</c>.</param>
/// <param name="Macro">The macro, with rows, mapping and die.</param>
/// <param name="Adc">The layer's transfer: that of a full row group, where the gain follows the rows.</param>
/// <param name="Seeds">The seeds of the die and of noise; images count from 0.</param>
internal sealed record VerificationCase(string Name, ReferenceLayer Layer, short[] Input, MacroSpec Macro, AdcTransfer Adc,
    ReferenceSeeds Seeds = default)
{
    /// <summary>The transfers of row groups or of digit pairs, where these have their own in place of <see cref="Adc"/>; else
    /// null.</summary>
    public ReferenceAdcs? Own { get; init; }

    public ReferenceAdcs Adcs => Own ?? ReferenceAdcs.Of(Adc);

    public int Images => Input.Length / Layer.Geometry.InputSize;

    /// <summary>Returns the reference's accumulators, <c>[image, outputChannel, pixel]</c>, which every kernel must equal.</summary>
    public long[] RunReference()
    {
        var reference = new ReferenceMacro(Layer, Macro, Adcs, Seeds);
        return [.. InputImages().SelectMany((input, image) => reference.Run(input, image).Acc)];
    }

    /// <summary>Returns the accumulators of <see cref="PlainConvolution"/> of the numbers that are written to the cells, which equal the
    /// reference's if sums are exact.</summary>
    public long[] RunPlainConvolution()
    {
        int offset = new ReferenceDigits(Layer, Macro).WeightOffset;
        short[] written = Array.ConvertAll(Layer.WeightCodes, code => (short)(code + offset));
        return [.. InputImages().SelectMany(image => PlainConvolution.Run(Layer.Geometry, image, written))];
    }

    public AccumulationUnit Unit => ReferenceUnit.ForLayer(Layer, Macro, Adcs);

    private short[][] InputImages() => [.. Input.Chunk(Layer.Geometry.InputSize)];
}
