using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>
/// Activation bits with one output pixel per lane. The pixels of several images follow each other as if they were one image; a lane whose
/// kernel position would reach into another image is in its own padding, and is masked. At a kernel position, the bits are those of the
/// image shifted by whole pixels, so no patches are gathered. Where the output size is not the input size divided by the stride, every
/// kernel position has its own bitmap.
/// <code>
/// bitmaps  [image][plane][channel][word]     pixel p = bit (p mod 64) of word p / 64, with zeros before and after;
///                                            here an image is one phase of the stride, or one kernel position
/// rows     [plane][flat row][vector]         lane l = bit of output pixel block * lanes + l; 0 where the position is outside the image;
///                                            with three-valued inputs then the rows of not q (PixelTables); then a row of zeros
/// </code>
/// </summary>
internal sealed unsafe class PixelPlanes
{
    private const int WordPixels = 64, PhasePixels = 16;

    private readonly ConvGeometry _geometry;
    private readonly bool _byTap, _copies;
    private readonly int _pixels, _margin, _words, _images;
    private readonly (int Image, int Shift)[] _taps;
    private readonly bool[] _isUsed;
    private readonly ulong[]? _phaseMasks;

    /// <param name="image">The layout of each image's codes.</param>
    public PixelPlanes(ConvGeometry geometry, in PixelBits image, int imagesAtOnce)
    {
        (_geometry, Image) = (geometry, image);
        _pixels = geometry.OutputPixels;
        _byTap = geometry.OutputHeight * geometry.StrideY != geometry.InputHeight
            || geometry.OutputWidth * geometry.StrideX != geometry.InputWidth;
        _images = _byTap ? geometry.Taps : geometry.StrideY * geometry.StrideX;
        _copies = _byTap || _images > 1;
        _taps = [.. Enumerable.Range(0, geometry.Taps).Select(tap => _byTap ? (tap, 0) : PhaseOf(tap))];
        _isUsed = [.. Enumerable.Range(0, _images).Select(image => _taps.Any(tap => tap.Image == image))];
        _phaseMasks = PhaseMasks();
        // The words that are read before and after the image: for shifts, and up to the end of the widest vector.
        _margin = (_taps.Max(tap => Math.Abs(tap.Shift)) + 63) / 64 + 1;
        _words = 2 * _margin + (_pixels * imagesAtOnce + 511) / 512 * 8 + 1;
    }

    /// <summary>The bytes of all bitmaps.</summary>
    public long BitmapBytes => (long)_images * Image.Planes * _geometry.GroupInputChannels * _words * sizeof(ulong);

    /// <summary>The layout of each image's codes.</summary>
    public PixelBits Image { get; }

    /// <summary>Makes the bitmaps of one convolution group.</summary>
    /// <param name="images">The <see cref="PixelBits"/> of each image.</param>
    /// <param name="bitmaps">The bitmaps, which are zero; written.</param>
    public void Pack(ReadOnlySpan<nint> images, int convGroup, ulong* bitmaps)
    {
        int channels = _geometry.GroupInputChannels;
        var layout = Image;
        for (int i = 0; i < _images; i++)
        {
            if (!_isUsed[i]) continue;
            for (int plane = 0; plane < layout.Planes; plane++)
                for (int n = 0; n < images.Length; n++)
                {
                    ulong* from = (ulong*)images[n] + plane * layout.PlaneWords + convGroup * channels * layout.Words,
                        to = bitmaps + ((long)i * layout.Planes + plane) * channels * _words + _margin;
                    for (int channel = 0; channel < channels; channel++, from += layout.Words, to += _words)
                        if (!_copies) CopyPixels(from, to, n * _pixels);
                        else if (_phaseMasks is { } masks) CopyPhase(from, masks[i], layout.Words, (ushort*)to + n * _pixels / PhasePixels);
                        else CopyRows(from, i, to, n * _pixels);
                }
        }
    }

    /// <summary>Makes all rows of one block of pixels.</summary>
    /// <param name="taps">The lanes that drive each kernel position, <c>[kernel position]</c>.</param>
    /// <param name="rows">The rows; written.</param>
    public void Spread<TLanes, TVector>(ulong* bitmaps, int block, TVector* taps, TVector* rows)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        int ofPlane = _taps.Length * _geometry.GroupInputChannels;
        for (int plane = 0; plane < Image.Format.Bits; plane++)
        {
            Spread<TLanes, TVector>(bitmaps, plane, block, taps, rows);
            rows += ofPlane;
            if (Image.IsThreeValued)
            {
                Spread<TLanes, TVector>(bitmaps, Image.Format.Bits, block, taps, rows);
                // not (driven and not p)
                for (int row = 0; row < ofPlane; row++) rows[row] = TLanes.Not(TLanes.AndNot(rows[row], rows[row - ofPlane]));
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
            ulong* at = bitmaps + ((long)image * Image.Planes + plane) * channels * _words + _margin + word;
            var driven = taps[tap];
            for (int channel = 0; channel < channels; channel++, at += _words, rows++)
            {
                // Two shifts up, since a shift by 64 is a shift by 0.
                var high = TLanes.ShiftLeft(TLanes.ShiftLeft(*(TVector*)(at + 1), 1), 63 - down);
                *rows = TLanes.And(TLanes.Or(TLanes.ShiftRight(*(TVector*)at, down), high), driven);
            }
        }
    }

    private (int Y, int X) OffsetOf(int tap) => (
        tap / _geometry.KernelWidth * _geometry.DilationY - _geometry.PadTop,
        tap % _geometry.KernelWidth * _geometry.DilationX - _geometry.PadLeft);

    private (int Phase, int Shift) PhaseOf(int tap)
    {
        var (y, x) = OffsetOf(tap);
        int phaseY = (y % _geometry.StrideY + _geometry.StrideY) % _geometry.StrideY,
            phaseX = (x % _geometry.StrideX + _geometry.StrideX) % _geometry.StrideX;
        return (phaseY * _geometry.StrideX + phaseX,
            (y - phaseY) / _geometry.StrideY * _geometry.OutputWidth + (x - phaseX) / _geometry.StrideX);
    }

    /// <summary>
    /// Returns, for each phase, the mask of its pixels in a word of an input channel. Every word must hold an even number of whole rows,
    /// and strides must be 2: then each word has 16 pixels of each phase, in the order of the output. Returns null otherwise, and where the
    /// machine has no bit extraction.
    /// </summary>
    private ulong[]? PhaseMasks()
    {
        int width = _geometry.InputWidth;
        if (_byTap || _geometry.StrideX != 2 || _geometry.StrideY != 2 || width > 32 || 64 % width != 0 || _pixels % PhasePixels != 0
            || !Bmi2.X64.IsSupported) return null;
        var masks = new ulong[_images];
        for (int bit = 0; bit < 64; bit++) masks[bit / width % 2 * 2 + bit % width % 2] |= 1UL << bit;
        return masks;
    }

    /// <summary>Copies all pixels of one image. It copies words, or the 16 pixels of a small image at once: copying them as runs of bits
    /// took 3.6 us of a 64 x 1024 layer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CopyPixels(ulong* from, ulong* to, int toBit)
    {
        if (_pixels % WordPixels == 0)
            for (int word = 0; word < _pixels / WordPixels; word++) to[toBit / WordPixels + word] = from[word];
        else if (_pixels == PhasePixels) ((ushort*)to)[toBit / PhasePixels] = (ushort)*from;
        else BitRuns.Copy(from, 0, 1, _pixels, to, toBit);
    }

    private static void CopyPhase(ulong* from, ulong mask, int words, ushort* to)
    {
        for (int word = 0; word < words; word++) to[word] = (ushort)Bmi2.X64.ParallelBitExtract(from[word], mask);
    }

    /// <summary>Copies the pixels of one image in the order of the output. Pixels outside the input are not written.</summary>
    private void CopyRows(ulong* from, int image, ulong* to, int toBit)
    {
        var (top, left) = _byTap ? OffsetOf(image) : (image / _geometry.StrideX, image % _geometry.StrideX);
        int width = _geometry.InputWidth, stride = _geometry.StrideX, outputWidth = _geometry.OutputWidth;
        int firstX = left >= 0 ? 0 : (stride - 1 - left) / stride, endX = Math.Min(outputWidth, (width - left + stride - 1) / stride);
        if (endX <= firstX) return;
        for (int outputY = 0, y = top; outputY < _geometry.OutputHeight; outputY++, y += _geometry.StrideY)
            if ((uint)y < (uint)_geometry.InputHeight)
                BitRuns.Copy(from, y * width + firstX * stride + left, stride, endX - firstX, to, toBit + outputY * outputWidth + firstX);
    }
}
