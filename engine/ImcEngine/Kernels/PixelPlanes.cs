using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// Activation codes with pixels side by side, of one image or of several one behind the other, which are as one: a lane that would see its neighbour image sees outside its own. A kernel position looks at the image shifted by whole pixels, so its bits are the image's,
/// shifted: no patch is gathered. Where the output is not as large as the input over the stride, every kernel position has an image of its own.
/// <code>
/// bitmaps  [image][plane][channel][word]     pixel p = bit (p mod 64) of word p / 64, zeros around; one bitmap for each phase of the stride, or kernel position
/// rows     [plane][flat row][vector]         lane l = bit of output pixel block * lanes + l; 0 where the position lies outside the image; with three-valued
///                                            inputs the rows of not q follow; a row of zeros is the last
/// </code>
/// </summary>
internal sealed unsafe class PixelPlanes
{
    private const int StepPixels = 64;

    private readonly ConvGeometry _geometry;
    private readonly OperandFormat _format;
    private readonly bool _threeValued, _byTap, _copies;
    private readonly int _pixels, _margin, _words, _images, _planes;
    private readonly (int Image, int Shift)[] _taps;
    private readonly bool[] _isUsed;

    public PixelPlanes(ConvGeometry geometry, OperandFormat format, bool threeValued, int imagesAtOnce)
    {
        (_geometry, _format, _threeValued) = (geometry, format, threeValued);
        _pixels = geometry.OutputPixels;
        _planes = format.Bits + (threeValued ? 1 : 0);
        _byTap = geometry.OutputHeight * geometry.StrideY != geometry.InputHeight || geometry.OutputWidth * geometry.StrideX != geometry.InputWidth;
        _images = _byTap ? geometry.Taps : geometry.StrideY * geometry.StrideX;
        _copies = _byTap || _images > 1;
        _taps = [.. Enumerable.Range(0, geometry.Taps).Select(tap => _byTap ? (tap, 0) : PhaseOf(tap))];
        _isUsed = [.. Enumerable.Range(0, _images).Select(image => _taps.Any(tap => tap.Image == image))];
        // Words read before and after the image: shifts, and the rest of the widest vector.
        _margin = (_taps.Max(tap => Math.Abs(tap.Shift)) + 63) / 64 + 1;
        _words = 2 * _margin + (_pixels * imagesAtOnce + 511) / 512 * 8 + 1;
    }

    /// <summary>Bytes of all bitmaps.</summary>
    public long BitmapBytes => (long)_images * _planes * _geometry.GroupInputChannels * _words * sizeof(ulong);

    /// <param name="images">Codes of each, <c>[channel, y, x]</c>, all convolution groups.</param>
    /// <param name="bitmaps">Zeroed, written.</param>
    /// <param name="scratch">Of this thread.</param>
    public void Pack(ReadOnlySpan<nint> images, int convGroup, ulong* bitmaps, KernelScratch scratch)
    {
        int channels = _geometry.GroupInputChannels, inputPixels = _geometry.InputHeight * _geometry.InputWidth;
        bool gathers = images.Length > 1 && _pixels % StepPixels != 0;
        var gathered = scratch.PixelSums.Span<short>(images.Length, _pixels);
        for (int i = 0; i < _images; i++)
        {
            if (!_isUsed[i]) continue;
            for (int channel = 0; channel < channels; channel++)
            {
                ulong* words = bitmaps + ((long)i * _planes * channels + channel) * _words + _margin;
                for (int n = 0; n < images.Length; n++)
                {
                    var codes = new ReadOnlySpan<short>((short*)images[n] + (convGroup * channels + channel) * inputPixels, inputPixels);
                    var own = gathered.Slice(n * _pixels, _pixels);
                    if (_copies) Copy(codes, i, own);
                    else if (gathers) codes.CopyTo(own);
                    if (!gathers) PackChannel(_copies ? own : codes, words + n * _pixels / StepPixels, (long)channels * _words);
                }
                if (gathers) PackChannel(gathered, words, (long)channels * _words);
            }
        }
    }

    /// <summary>All rows of one block.</summary>
    /// <param name="taps"><c>[kernel position]</c>, the lanes that drive it.</param>
    /// <param name="rows">Written.</param>
    public void Spread<TLanes, TVector>(ulong* bitmaps, int block, TVector* taps, TVector* rows)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        int ofPlane = _taps.Length * _geometry.GroupInputChannels;
        for (int plane = 0; plane < _format.Bits; plane++)
        {
            Spread<TLanes, TVector>(bitmaps, plane, block, taps, rows);
            rows += ofPlane;
            if (_threeValued)
            {
                Spread<TLanes, TVector>(bitmaps, _format.Bits, block, taps, rows);
                for (int row = 0; row < ofPlane; row++) rows[row] = TLanes.Not(TLanes.AndNot(rows[row], rows[row - ofPlane])); // not (driven and not p)
                rows += ofPlane;
            }
            *rows++ = TLanes.Zero;
        }
    }

    private void Spread<TLanes, TVector>(ulong* bitmaps, int plane, int block, TVector* taps, TVector* rows)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        int channels = _geometry.GroupInputChannels;
        for (int tap = 0; tap < _taps.Length; tap++)
        {
            var (image, shift) = _taps[tap];
            int first = block * TLanes.Bits + shift, word = first >> 6, down = first & 63;
            ulong* at = bitmaps + ((long)image * _planes + plane) * channels * _words + _margin + word;
            var driven = taps[tap];
            for (int channel = 0; channel < channels; channel++, at += _words, rows++)
            {
                // Two shifts up, since one by 64 would be one by 0.
                var high = TLanes.ShiftLeft(TLanes.ShiftLeft(*(TVector*)(at + 1), 1), 63 - down);
                *rows = TLanes.And(TLanes.Or(TLanes.ShiftRight(*(TVector*)at, down), high), driven);
            }
        }
    }

    private (int Y, int X) OffsetOf(int tap) => (
        tap / _geometry.KernelWidth * _geometry.DilationY - _geometry.PadTop, tap % _geometry.KernelWidth * _geometry.DilationX - _geometry.PadLeft);

    private (int Phase, int Shift) PhaseOf(int tap)
    {
        var (y, x) = OffsetOf(tap);
        int phaseY = (y % _geometry.StrideY + _geometry.StrideY) % _geometry.StrideY, phaseX = (x % _geometry.StrideX + _geometry.StrideX) % _geometry.StrideX;
        return (phaseY * _geometry.StrideX + phaseX, (y - phaseY) / _geometry.StrideY * _geometry.OutputWidth + (x - phaseX) / _geometry.StrideX);
    }

    /// <summary>The pixels of one image, in the output's order; what lies outside the input is left as it is.</summary>
    private void Copy(ReadOnlySpan<short> codes, int image, Span<short> pixels)
    {
        var (top, left) = _byTap ? OffsetOf(image) : (image / _geometry.StrideX, image % _geometry.StrideX);
        int width = _geometry.InputWidth, stride = _geometry.StrideX, outputWidth = _geometry.OutputWidth;
        int firstX = left >= 0 ? 0 : (stride - 1 - left) / stride, endX = Math.Min(outputWidth, (width - left + stride - 1) / stride);
        for (int outputY = 0, y = top; outputY < pixels.Length / outputWidth; outputY++, y += _geometry.StrideY)
        {
            if ((uint)y >= (uint)_geometry.InputHeight) continue;
            var line = codes.Slice(y * width, width);
            var to = pixels.Slice(outputY * outputWidth, outputWidth);
            int outputX = firstX, x = firstX * stride + left;
            const int Few = 8;
            if (stride == 2)
                for (; outputX <= endX - Few && (x & ~1) + 2 * Few <= width; outputX += Few, x += 2 * Few)
                    EveryOther(line.Slice(x & ~1, 2 * Few), (x & 1) * 16).CopyTo(to[outputX..]);
            for (; outputX < endX; outputX++, x += stride) to[outputX] = line[x];
        }
    }

    /// <param name="shift">0 for the first of each pair, 16 for the second.</param>
    private static Vector128<short> EveryOther(ReadOnlySpan<short> codes, int shift)
    {
        var pairs = Vector256.Create(MemoryMarshal.Cast<short, uint>(codes)) >> shift;
        return Vector128.Narrow(pairs.GetLower(), pairs.GetUpper()).AsInt16();
    }

    private void PackChannel(ReadOnlySpan<short> codes, ulong* words, long planeStride)
    {
        int whole = codes.Length / StepPixels * StepPixels;
        for (int pixel = 0; pixel < whole; pixel += StepPixels, words++) PackStep(codes.Slice(pixel, StepPixels), words, planeStride);
        if (whole == codes.Length) return;
        Span<short> tail = stackalloc short[StepPixels];
        tail.Clear();
        codes[whole..].CopyTo(tail);
        PackStep(tail, words, planeStride);
        for (int plane = 0; plane < _planes; plane++) words[plane * planeStride] &= (1UL << (codes.Length - whole)) - 1;
    }

    private void PackStep(ReadOnlySpan<short> codes, ulong* words, long planeStride)
    {
        PackHalf(codes, (uint*)words, planeStride);
        PackHalf(codes[(StepPixels / 2)..], (uint*)words + 1, planeStride);
    }

    /// <summary>32 pixels to half a word of every plane.</summary>
    private void PackHalf(ReadOnlySpan<short> codes, uint* half, long planeStride)
    {
        ref readonly short first = ref codes[0];
        Vector256<short> low = Vector256.LoadUnsafe(in first), high = Vector256.LoadUnsafe(in first, 16);
        var digits = Vector256.Narrow(Digits(low), Digits(high));
        uint driven = uint.MaxValue;
        if (_threeValued)
            half[2 * _format.Bits * planeStride] = driven = (~Vector256.Equals(Vector256.Narrow(low, high), Vector256<sbyte>.Zero)).ExtractMostSignificantBits();
        for (int plane = 0; plane < _format.Bits; plane++)
            half[2 * plane * planeStride] = (digits.AsUInt16() << (7 - plane)).AsByte().ExtractMostSignificantBits() & driven;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<ushort> Digits(Vector256<short> codes) =>
        (_format.Encoding == Encoding.Bipolar ? (codes + Vector256.Create((short)_format.Denominator)) >> 1 : codes).AsUInt16();
}
