using ImcEngine.BitPlanes;
using ImcEngine.Importer.Identity;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>Which differing codes a rounding boundary excuses, and where float32 sums are a measure.</summary>
public class CodeComparisonTests
{
    private const float Step = 0.25f;

    [Theory]
    [InlineData(QuantizerKind.Nearest, 2.5, 2, 3)]
    [InlineData(QuantizerKind.Nearest, 2.50009, 2, 3)]
    [InlineData(QuantizerKind.Nearest, 2.49991, 3, 2)]
    [InlineData(QuantizerKind.BipolarNearest, -2, -3, -1)]
    [InlineData(QuantizerKind.BipolarShifted, 1, 1, 3)]
    [InlineData(QuantizerKind.Sign, -0.00009, 1, -1)]
    [InlineData(QuantizerKind.ThreeValuedSign, 0.00009, 0, 1)]
    internal void Neighbours_are_excused_next_to_the_boundary_between_them(QuantizerKind kind, double steps, short code, short onnxCode) =>
        Assert.Equal((1, 1, 0, null), Compare(kind, steps, code, onnxCode));

    [Theory]
    [InlineData(QuantizerKind.Nearest, 2.5002, 2, 3)]
    [InlineData(QuantizerKind.Nearest, 2.5, 2, 4)]
    [InlineData(QuantizerKind.Nearest, 3.5, 2, 3)]
    [InlineData(QuantizerKind.BipolarNearest, -2.0002, -3, -1)]
    [InlineData(QuantizerKind.BipolarShifted, 2, 1, 3)]
    [InlineData(QuantizerKind.Sign, 0.0002, -1, 1)]
    [InlineData(QuantizerKind.ThreeValuedSign, 0.0002, 0, 1)]
    internal void Others_are_wrong(QuantizerKind kind, double steps, short code, short onnxCode)
    {
        var comparison = Compare(kind, steps, code, onnxCode);
        Assert.Equal((1, 0, 1), (comparison.Codes, comparison.Boundary, comparison.Wrong));
        Assert.Contains($"code {code}, OnnxRuntime's is {onnxCode}", comparison.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_between_the_steps_comes_from_another_quantizer()
    {
        short[] codes = [5];
        Assert.Equal(1, CodeComparison.ReplaceCodes(Quantizer(QuantizerKind.Nearest), [5 * Step], [5.01f * Step], codes).Wrong);
    }

    [Fact]
    public void Float_sums_are_a_measure_below_2_to_the_24_only()
    {
        // 65793 * 255 = 2^24 - 1: every weight 127 but one.
        short[] weights = [.. Enumerable.Repeat((short)127, 518), 7];
        using (var convolution = CodesConvolution.TryCreate(Linear(weights)))
            Assert.Equal([(1 << 24) - 1], convolution!.Sums([.. Enumerable.Repeat((short)255, 519)]));
        weights[518] = -8;
        Assert.Null(CodesConvolution.TryCreate(Linear(weights)));
    }

    private static MacroNode Linear(short[] weights) =>
        new("fc", [0], 1, ConvGeometry.Linear(weights.Length, 1), new(8, OperandEncoding.Unipolar), new(8, OperandEncoding.TwosComplement),
            weights, [1], [0]);

    private static (long Codes, long Boundary, long Wrong, string? Failure) Compare(QuantizerKind kind, double steps, short code,
        short onnxCode)
    {
        short[] codes = [code];
        var comparison = CodeComparison.ReplaceCodes(Quantizer(kind), [(float)(steps * Step)], [onnxCode * Step], codes);
        Assert.Equal(onnxCode, codes[0]);
        return (comparison.Codes, comparison.Boundary, comparison.Wrong, comparison.Failure);
    }

    private static QuantizeNode Quantizer(QuantizerKind kind) =>
        new("q", [0], 1, kind, new(4, OperandEncoding.TwosComplement), Step, -7, 7);
}
