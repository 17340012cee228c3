using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Reference;

/// <summary>A macro layer as the reference sees it: original weights, nothing packed.</summary>
/// <param name="Geometry">The shape.</param>
/// <param name="InputFormat">Bit-planes of the activations.</param>
/// <param name="WeightFormat">Bit-planes of the weights.</param>
/// <param name="WeightCodes"><c>[outputChannel, channel in group, ky, kx]</c>.</param>
/// <param name="InputMayBeUndriven">Bipolar inputs may hold code 0, which drives no row.</param>
/// <param name="Ordinal">Among the network's macro layers: the <c>layer</c> field of every random draw.</param>
internal sealed record ReferenceLayer(
    ConvGeometry Geometry, OperandFormat InputFormat, OperandFormat WeightFormat, short[] WeightCodes, bool InputMayBeUndriven = false,
    int Ordinal = 0)
{
    /// <param name="outputChannel">Of the whole layer.</param>
    /// <param name="row">Tap and channel within the convolution group.</param>
    public int Weight(int outputChannel, Row row) =>
        WeightCodes[((outputChannel * Geometry.GroupInputChannels) + row.Channel) * Geometry.Taps + row.Tap];

    /// <summary>The input code that drives a row at an output pixel; null where nothing does:
    /// padding, and code 0 of a bipolar tensor.</summary>
    /// <param name="input"><c>[channel, y, x]</c>.</param>
    /// <param name="convGroup">Convolution group that the row's channel is counted in.</param>
    /// <param name="pixel">Row-major output pixel.</param>
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
