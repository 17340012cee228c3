using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Reference;

/// <summary>A macro layer as the reference sees it: with the original weights, nothing packed.</summary>
/// <param name="Geometry">The shape.</param>
/// <param name="InputFormat">The bit-planes of the activations.</param>
/// <param name="WeightFormat">The bit-planes of the weights.</param>
/// <param name="WeightCodes"><c>[outputChannel, channel in group, ky, kx]</c>.</param>
/// <param name="InputMayBeUndriven">Whether bipolar inputs may hold code 0, which drives no row.</param>
/// <param name="Ordinal">The ordinal among the network's macro layers: the <c>layer</c> field of every random draw.</param>
internal sealed record ReferenceLayer(
    ConvGeometry Geometry, OperandFormat InputFormat, OperandFormat WeightFormat, short[] WeightCodes, bool InputMayBeUndriven = false,
    int Ordinal = 0)
{
    /// <summary>Returns the code of one weight.</summary>
    /// <param name="outputChannel">The output channel in the whole layer.</param>
    /// <param name="row">The kernel position and the channel in the convolution group.</param>
    public int Weight(int outputChannel, Row row) =>
        WeightCodes[((outputChannel * Geometry.GroupInputChannels) + row.Channel) * Geometry.Taps + row.Tap];

    /// <summary>Returns the input code that drives a row at an output pixel. Null where nothing drives it: in the padding, and where a
    /// bipolar tensor has code 0.</summary>
    /// <param name="input"><c>[channel, y, x]</c>.</param>
    /// <param name="convGroup">The convolution group in which the row's channel is counted.</param>
    /// <param name="pixel">The output pixel, row-major.</param>
    public int? DrivingCode(ReadOnlySpan<short> input, int convGroup, Row row, int pixel)
    {
        var g = Geometry;
        int y = (pixel / g.OutputWidth * g.StrideY) - g.PadTop + (row.Tap / g.KernelWidth * g.DilationY);
        int x = (pixel % g.OutputWidth * g.StrideX) - g.PadLeft + (row.Tap % g.KernelWidth * g.DilationX);
        if (y < 0 || y >= g.InputHeight || x < 0 || x >= g.InputWidth) return null;
        int channel = (convGroup * g.GroupInputChannels) + row.Channel;
        int code = input[((channel * g.InputHeight) + y) * g.InputWidth + x];
        return InputFormat.Encoding == OperandEncoding.Bipolar && code == 0 ? null : code;
    }
}
