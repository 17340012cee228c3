using ImcEngine.BitPlanes;

namespace ImcEngine.Mapping;

/// <summary>
/// The input bits that one output pixel's rows see: per plane, the flattened (kernel position, channel) axis as words,
/// flat row r = bit (r mod 64) of word r / 64. Padded positions are 0 in every plane.
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
        // Neighbouring pixels' words are neighbours: a kernel row inside the image is one run where channels fill their words.
        _rowsAreRuns = _dilationX == 1 && _channels % 64 == 0;
        Words = (_taps * _channels + 63) / 64 + 1;
    }

    /// <summary>Words of one plane; one more than the rows need, so that appending may spill.</summary>
    public int Words { get; }

    /// <param name="pixel">Of the output, row-major.</param>
    /// <param name="patch"><c>[plane, word]</c>, written.</param>
    public void Read(PackedImage image, int convGroup, int pixel, Span<ulong> patch)
    {
        patch[..(Words * image.Planes)].Clear();
        int y = pixel / _outputWidth, top = y * _strideY - _padTop, left = (pixel - y * _outputWidth) * _strideX - _padLeft;
        bool byRuns = _rowsAreRuns && left >= 0 && left + _kernelWidth <= _width;
        for (int plane = 0; plane < image.Planes; plane++)
            ReadPlane(image.Plane(convGroup, plane), image.WordsPerPixel, top, left, byRuns, patch.Slice(plane * Words, Words));
    }

    /// <summary>The same of codes.</summary>
    /// <param name="byPixel"><c>[pixel, channel]</c> of one convolution group.</param>
    /// <param name="codes">One per flat row, written.</param>
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
