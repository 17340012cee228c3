using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>
/// Activation bits with pixels side by side, of one image or of several one behind the other, which are as one: a lane that would see its
/// neighbour image sees outside its own. A kernel position looks at the image shifted by whole pixels, so its bits are the image's,
/// shifted: no patch is gathered. Where the output is not as large as the input over the stride,
/// every kernel position has an image of its own.
/// <code>
/// bitmaps  [image][plane][channel][word]     pixel p = bit (p mod 64) of word p / 64, zeros around;
///                                            one bitmap for each phase of the stride, or kernel position
/// rows     [plane][flat row][vector]         lane l = bit of output pixel block * lanes + l; 0 where the position lies outside the image;
///                                            with three-valued inputs the rows of not q follow; a row of zeros is the last
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

    /// <param name="image">How each image's codes lie.</param>
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
        // Words read before and after the image: shifts, and the rest of the widest vector.
        _margin = (_taps.Max(tap => Math.Abs(tap.Shift)) + 63) / 64 + 1;
        _words = 2 * _margin + (_pixels * imagesAtOnce + 511) / 512 * 8 + 1;
    }

    /// <summary>Bytes of all bitmaps.</summary>
    public long BitmapBytes => (long)_images * Image.Planes * _geometry.GroupInputChannels * _words * sizeof(ulong);

    /// <summary>How each image's codes lie.</summary>
    public PixelBits Image { get; }

    /// <param name="images"><see cref="PixelBits"/> of each.</param>
    /// <param name="bitmaps">Zeroed, written.</param>
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

    /// <summary>All rows of one block.</summary>
    /// <param name="taps"><c>[kernel position]</c>, the lanes that drive it.</param>
    /// <param name="rows">Written.</param>
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
                // Two shifts up, since one by 64 would be one by 0.
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
    /// Null unless every word of an input channel holds whole rows, an even number of them, and strides are 2: then every word gives 16
    /// pixels to each phase, in the output's order: those under the phase's mask.
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

    /// <summary>All pixels of one image: by words, or half words where many small images share them,
    /// since runs of bits took 3.6 us of a 64 x 1024 layer.</summary>
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

    /// <summary>The pixels of one image, in the output's order; what lies outside the input is left as it is.</summary>
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
