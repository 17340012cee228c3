using ImcEngine.BitPlanes;

namespace ImcEngine.Mapping;

/// <summary>
/// Reads the input bits under the kernel's window at one output pixel. In each plane they are the bits of the flattened (kernel position,
/// channel) axis: flat row r = bit (r mod 64) of word r / 64. Padded positions are 0 in every plane.
/// </summary>
internal sealed class Patch
{
    private readonly int _channels, _taps, _kernelWidth, _height, _width, _outputWidth;
    private readonly int _strideY, _strideX, _padTop, _padLeft, _dilationY, _dilationX;
    private readonly bool _rowsAreRuns;

    public Patch(ConvGeometry geometry)
    {
        (_channels, _taps, _kernelWidth) = (geometry.GroupInputChannels, geometry.Taps, geometry.KernelWidth);
        (_height, _width, _outputWidth) = (geometry.InputHeight, geometry.InputWidth, geometry.OutputWidth);
        (_strideY, _strideX, _padTop, _padLeft) = (geometry.StrideY, geometry.StrideX, geometry.PadTop, geometry.PadLeft);
        (_dilationY, _dilationX) = (geometry.DilationY, geometry.DilationX);
        // The words of neighbouring pixels are adjacent. So a kernel row inside the image is one run, where channels fill their words.
        _rowsAreRuns = _dilationX == 1 && _channels % 64 == 0;
        Words = (_taps * _channels + 63) / 64 + 1;
    }

    /// <summary>The words of one plane: one more than the rows need, since appending may write one word too many.</summary>
    public int Words { get; }

    /// <summary>Reads the bits at one output pixel.</summary>
    /// <param name="pixel">The output pixel, row-major.</param>
    /// <param name="patch">The bits, <c>[plane, word]</c>; written.</param>
    public void Read(PackedImage image, int convGroup, int pixel, Span<ulong> patch)
    {
        patch[..(Words * image.Planes)].Clear();
        int y = pixel / _outputWidth, top = y * _strideY - _padTop, left = (pixel - y * _outputWidth) * _strideX - _padLeft;
        bool byRuns = _rowsAreRuns && left >= 0 && left + _kernelWidth <= _width;
        for (int plane = 0; plane < image.Planes; plane++)
            ReadPlane(image.Plane(convGroup, plane), image.WordsPerPixel, top, left, byRuns, patch.Slice(plane * Words, Words));
    }

    /// <summary>Reads the codes at one output pixel.</summary>
    /// <param name="byPixel">The codes of one convolution group, <c>[pixel, channel]</c>.</param>
    /// <param name="codes">One code per flat row; written.</param>
    public void ReadCodes(ReadOnlySpan<short> byPixel, int pixel, Span<short> codes)
    {
        int outputY = pixel / _outputWidth, left = (pixel - outputY * _outputWidth) * _strideX - _padLeft;
        for (int tap = 0, y = outputY * _strideY - _padTop; tap < _taps; y += _dilationY)
            for (int x = left, end = tap + _kernelWidth; tap < end; tap++, x += _dilationX)
            {
                var ofTap = codes.Slice(tap * _channels, _channels);
                if ((uint)y < (uint)_height && (uint)x < (uint)_width) byPixel.Slice((y * _width + x) * _channels, _channels).CopyTo(ofTap);
                else ofTap.Clear();
            }
    }

    private void ReadPlane(ReadOnlySpan<ulong> plane, int wordsPerPixel, int top, int left, bool byRuns, Span<ulong> patch)
    {
        int length = byRuns ? _kernelWidth : 1;
        for (int tap = 0, y = top; tap < _taps; y += _dilationY)
            for (int x = left, end = tap + _kernelWidth; tap < end; tap += length, x += _dilationX)
                if ((uint)y < (uint)_height && (uint)x < (uint)_width)
                    Append(plane.Slice((y * _width + x) * wordsPerPixel, length * wordsPerPixel), patch, tap * _channels);
    }

    private static void Append(ReadOnlySpan<ulong> bits, Span<ulong> patch, int row)
    {
        int word = row >> 6, shift = row & 63;
        if (shift == 0)
        {
            bits.CopyTo(patch[word..]);
            return;
        }
        foreach (ulong b in bits)
        {
            patch[word++] |= b << shift;
            patch[word] |= b >> (64 - shift);
        }
    }
}
