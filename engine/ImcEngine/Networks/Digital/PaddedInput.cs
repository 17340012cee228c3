using ImcEngine.Mapping;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// The input of a convolution with explicit padding, <c>[channel, y, x]</c>. Every output pixel reads its inputs at the same offsets from
/// the start of its window.
/// </summary>
internal sealed class PaddedInput
{
    private readonly ConvGeometry _geometry;
    private readonly int _height;
    private readonly int _width;
    private readonly bool _isPadded;

    public PaddedInput(ConvGeometry geometry)
    {
        _geometry = geometry;
        _height = checked(geometry.InputHeight + geometry.PadTop + geometry.PadBottom);
        _width = checked(geometry.InputWidth + geometry.PadLeft + geometry.PadRight);
        _isPadded = _height != geometry.InputHeight || _width != geometry.InputWidth;
        ScratchLength = _isPadded ? checked(geometry.InputChannels * _height * _width) : 0;
        Offsets = OffsetsOfProducts();
    }

    /// <summary>The number of floats that <see cref="Pad"/> writes; 0 without padding, when the input is used directly.</summary>
    public int ScratchLength { get; }

    /// <summary>The offset of the input of product k from the start of the pixel's window in the channels of its group; k = (channel in
    /// group * KernelHeight + ky) * KernelWidth + kx.</summary>
    public int[] Offsets { get; }

    public int GroupLength => _geometry.GroupInputChannels * _height * _width;

    public void Pad(ReadOnlySpan<float> input, Span<float> padded)
    {
        if (!_isPadded) return;
        int width = _geometry.InputWidth;
        for (int channel = 0; channel < _geometry.InputChannels; channel++)
            for (int y = 0; y < _height; y++)
            {
                var row = padded.Slice(((channel * _height) + y) * _width, _width);
                int inputY = y - _geometry.PadTop;
                if (inputY < 0 || inputY >= _geometry.InputHeight)
                {
                    row.Clear();
                    continue;
                }
                row[.._geometry.PadLeft].Clear();
                input.Slice(((channel * _geometry.InputHeight) + inputY) * width, width).CopyTo(row[_geometry.PadLeft..]);
                row[(_geometry.PadLeft + width)..].Clear();
            }
    }

    /// <summary>Writes where the windows of consecutive output pixels start. Positions beyond the last pixel repeat the last one.</summary>
    public void FillPositions(int firstPixel, Span<int> positions)
    {
        var (y, x) = Math.DivRem(firstPixel, _geometry.OutputWidth);
        int left = _geometry.OutputPixels - firstPixel;
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = (y * _geometry.StrideY * _width) + (x * _geometry.StrideX);
            if (i + 1 >= left) continue;
            if (++x == _geometry.OutputWidth) (y, x) = (y + 1, 0);
        }
    }

    private int[] OffsetsOfProducts()
    {
        var offsets = new int[_geometry.GroupInputChannels * _geometry.Taps];
        int k = 0;
        for (int channel = 0; channel < _geometry.GroupInputChannels; channel++)
            for (int ky = 0; ky < _geometry.KernelHeight; ky++)
                for (int kx = 0; kx < _geometry.KernelWidth; kx++)
                    offsets[k++] = (((channel * _height) + (ky * _geometry.DilationY)) * _width) + (kx * _geometry.DilationX);
        return offsets;
    }
}
