using ImcEngine.Mapping;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// The input of a convolution with explicit padding. Every output pixel reads its inputs at the same offsets from the start of its window.
/// <code>
/// [channel, y, phase, place]    x = place * StrideX + phase
/// </code>
/// Columns that are read by neighbouring output pixels, StrideX apart, thus lie side by side.
/// </summary>
internal sealed class PaddedInput
{
    private readonly ConvGeometry _geometry;
    private readonly int _height;
    private readonly int _places;
    private readonly bool _isCopied;

    public PaddedInput(ConvGeometry geometry)
    {
        _geometry = geometry;
        _height = checked(geometry.InputHeight + geometry.PadTop + geometry.PadBottom);
        int width = checked(geometry.InputWidth + geometry.PadLeft + geometry.PadRight);
        _places = (width + geometry.StrideX - 1) / geometry.StrideX;
        _isCopied = _height != geometry.InputHeight || width != geometry.InputWidth || geometry.StrideX > 1;
        ScratchLength = _isCopied ? checked(geometry.InputChannels * _height * RowLength) : 0;
        Offsets = OffsetsOfProducts();
    }

    /// <summary>The number of floats that <see cref="Pad"/> writes; 0 if the input is used directly.</summary>
    public int ScratchLength { get; }

    /// <summary>The offset of the input of product k from the start of the pixel's window in the channels of its group; k = (channel in
    /// group * KernelHeight + ky) * KernelWidth + kx.</summary>
    public int[] Offsets { get; }

    public int GroupLength => _geometry.GroupInputChannels * _height * RowLength;

    private int RowLength => _places * _geometry.StrideX;

    public void Pad(ReadOnlySpan<float> input, Span<float> padded)
    {
        if (!_isCopied) return;
        int width = _geometry.InputWidth;
        for (int channel = 0; channel < _geometry.InputChannels; channel++)
            for (int y = 0; y < _height; y++)
            {
                var row = padded.Slice(((channel * _height) + y) * RowLength, RowLength);
                int inputY = y - _geometry.PadTop;
                if (inputY < 0 || inputY >= _geometry.InputHeight)
                {
                    row.Clear();
                    continue;
                }
                CopyRow(input.Slice(((channel * _geometry.InputHeight) + inputY) * width, width), row);
            }
    }

    private void CopyRow(ReadOnlySpan<float> input, Span<float> row)
    {
        int stride = _geometry.StrideX, pad = _geometry.PadLeft;
        if (stride == 1)
        {
            row[..pad].Clear();
            input.CopyTo(row[pad..]);
            row[(pad + input.Length)..].Clear();
            return;
        }
        row.Clear();
        for (int phase = 0; phase < stride; phase++)
        {
            var places = row.Slice(phase * _places, _places);
            // The first place of this phase that is inside, and its column.
            int place = Math.Max(0, (pad - phase + stride - 1) / stride);
            for (int x = place * stride + phase - pad; x < input.Length; x += stride) places[place++] = input[x];
        }
    }

    /// <summary>Writes where the windows of consecutive output pixels start. Positions beyond the last pixel repeat the last one.</summary>
    public void FillPositions(int firstPixel, Span<int> positions)
    {
        var (y, x) = Math.DivRem(firstPixel, _geometry.OutputWidth);
        int left = _geometry.OutputPixels - firstPixel;
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = (y * _geometry.StrideY * RowLength) + x;
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
                {
                    var (place, phase) = Math.DivRem(kx * _geometry.DilationX, _geometry.StrideX);
                    offsets[k++] = (((channel * _height) + (ky * _geometry.DilationY)) * RowLength) + (phase * _places) + place;
                }
        return offsets;
    }
}
