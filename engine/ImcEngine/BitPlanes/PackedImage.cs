using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.BitPlanes;

/// <summary>
/// One image's activation codes as bit-planes, with the channels of a pixel in the bits of its words:
/// <code>
/// words [convGroup][plane][y][x][word]      channel c of the group = bit (c mod 64) of word c / 64; unused bits are 0
/// planes 0 .. bits-1: the digits            plane number bits, with three-valued inputs only: 1 where the position drives its row
/// </code>
/// Codes are packed 16 channels of 16 pixels at a time: each pixel is one 16-bit lane, and each channel adds one bit to it.
/// <see cref="PixelBits"/> are packed by transposing squares of 64 channels and 64 pixels. The object is reused for all layers and images.
/// </summary>
internal sealed unsafe class PackedImage
{
    private const int Lanes = 16;
    private const int PartChannels = 16;
    private const int PartsPerWord = 64 / PartChannels;

    private AlignedBuffer _words = new(0);
    private int _pixels;

    public int WordsPerPixel { get; private set; }
    public int Planes { get; private set; }

    /// <summary>Packs <paramref name="codes"/>, <c>[channel, pixel]</c>.</summary>
    /// <param name="layout">The layout of the image. Three-valued codes have one more plane, which marks driven positions: code 0 of a
    /// bipolar format is undriven.</param>
    public void Pack(ReadOnlySpan<short> codes, in PixelBits layout, int convGroups)
    {
        int groupChannels = Start(layout, convGroups), pixels = layout.Pixels;
        _words.Span<ulong>(convGroups * Planes * pixels * WordsPerPixel).Clear(); // bits are or-ed into it
        for (int convGroup = 0; convGroup < convGroups; convGroup++)
            for (int first = 0; first < groupChannels; first += PartChannels)
            {
                int part = Math.Min(PartChannels, groupChannels - first);
                PackPart(codes.Slice((convGroup * groupChannels + first) * pixels, part * pixels), layout.Format, convGroup,
                    first / PartChannels, layout.IsThreeValued);
            }
    }

    /// <summary>Packs bits that have neighbouring pixels in one word.</summary>
    /// <param name="bits">The bits, laid out as <paramref name="layout"/>.</param>
    public void Pack(ulong* bits, in PixelBits layout, int convGroups)
    {
        int groupChannels = Start(layout, convGroups);
        for (int convGroup = 0; convGroup < convGroups; convGroup++)
            for (int plane = 0; plane < Planes; plane++)
                PackPlane(bits + plane * layout.PlaneWords + convGroup * groupChannels * layout.Words, groupChannels, layout.Words,
                    Pointer(convGroup, plane));
    }

    /// <summary>Transposes one plane.</summary>
    /// <param name="from"><c>[channel, word of pixels]</c>.</param>
    /// <param name="to"><c>[pixel, word of channels]</c>; written.</param>
    [SkipLocalsInit]
    private void PackPlane(ulong* from, int channels, int pixelWords, ulong* to)
    {
        const int Side = WordSquares.Side, AtOnce = WordSquares.AtOnce;
        var rows = stackalloc Vector256<ulong>[Side];
        int squares = WordsPerPixel * pixelWords;
        for (int first = 0; first < squares; first += AtOnce)
        {
            int count = Math.Min(AtOnce, squares - first);
            for (int i = 0; i < count; i++)
            {
                int channel = (first + i) / pixelWords * Side, inside = Math.Min(Side, channels - channel);
                ulong* row = (ulong*)rows + i, source = from + channel * pixelWords + (first + i) % pixelWords;
                for (int n = 0; n < inside; n++, source += pixelWords) row[n * AtOnce] = *source;
                for (int n = inside; n < Side; n++) row[n * AtOnce] = 0;
            }
            WordSquares.Transpose(rows);
            for (int i = 0; i < count; i++)
            {
                int pixel = (first + i) % pixelWords * Side, inside = Math.Min(Side, _pixels - pixel);
                ulong* row = (ulong*)rows + i, target = to + pixel * WordsPerPixel + (first + i) / pixelWords;
                for (int n = 0; n < inside; n++, target += WordsPerPixel) *target = row[n * AtOnce];
            }
        }
    }

    /// <summary>Sets the layout and makes room for it. Returns the number of channels of a convolution group.</summary>
    private int Start(in PixelBits layout, int convGroups)
    {
        int groupChannels = layout.Channels / convGroups;
        (WordsPerPixel, Planes, _pixels) = ((groupChannels + 63) / 64, layout.Planes, layout.Pixels);
        long bytes = (long)convGroups * Planes * _pixels * WordsPerPixel * sizeof(ulong);
        if (_words.Length < bytes) _words = new(bytes);
        return groupChannels;
    }

    /// <summary>Returns the words of one plane, <c>[pixel, word]</c>.</summary>
    public ReadOnlySpan<ulong> Plane(int convGroup, int plane) => new(Pointer(convGroup, plane), _pixels * WordsPerPixel);

    /// <summary>Returns the address of <see cref="Plane"/>, which is valid until the next image is packed.</summary>
    public ulong* Pointer(int convGroup, int plane) =>
        (ulong*)_words.Pointer + (convGroup * Planes + plane) * _pixels * WordsPerPixel;

    /// <param name="codes">The codes of up to 16 channels, <c>[channel, pixel]</c>.</param>
    /// <param name="part">The index of these 16 channels in the group.</param>
    [SkipLocalsInit]
    private void PackPart(ReadOnlySpan<short> codes, OperandFormat format, int convGroup, int part, bool withDrivenPlane)
    {
        Span<ushort> tail = stackalloc ushort[Lanes];
        for (int pixel = 0; pixel < _pixels; pixel += Lanes)
        {
            int count = Math.Min(Lanes, _pixels - pixel);
            for (int plane = 0; plane < Planes; plane++)
            {
                var bits = plane == format.Bits && withDrivenPlane ? DrivenBits(codes, pixel, count, tail)
                    : DigitBits(codes, pixel, count, format, plane, tail);
                Store(bits, convGroup, plane, part, pixel, count);
            }
        }
    }

    private Vector256<ushort> DigitBits(ReadOnlySpan<short> codes, int pixel, int count, OperandFormat format, int plane, Span<ushort> tail)
    {
        var bits = Vector256<ushort>.Zero;
        for (int channel = 0, at = pixel; at < codes.Length; channel++, at += _pixels)
        {
            var code = Load(codes, at, count, tail);
            var digits = format.Encoding == OperandEncoding.Bipolar
                // An undriven position has the digits 0.
                ? ((code + Vector256.Create((short)format.Denominator)) >> 1) & ~Vector256.Equals(code, Vector256<short>.Zero)
                : code;
            bits |= ((digits.AsUInt16() >> plane) & Vector256<ushort>.One) << channel;
        }
        return bits;
    }

    private Vector256<ushort> DrivenBits(ReadOnlySpan<short> codes, int pixel, int count, Span<ushort> tail)
    {
        var bits = Vector256<ushort>.Zero;
        for (int channel = 0, at = pixel; at < codes.Length; channel++, at += _pixels)
            bits |= (~Vector256.Equals(Load(codes, at, count, tail), Vector256<short>.Zero)).AsUInt16()
                & (Vector256<ushort>.One << channel);
        return bits;
    }

    private static Vector256<short> Load(ReadOnlySpan<short> codes, int at, int count, Span<ushort> tail)
    {
        if (count == Lanes) return Vector256.Create(codes.Slice(at, Lanes));
        tail.Clear();
        MemoryMarshal.Cast<short, ushort>(codes.Slice(at, count)).CopyTo(tail);
        return Vector256.Create<ushort>(tail).AsInt16();
    }

    [SkipLocalsInit]
    private void Store(Vector256<ushort> bits, int convGroup, int plane, int part, int pixel, int count)
    {
        Span<ushort> lanes = stackalloc ushort[Lanes];
        bits.CopyTo(lanes);
        int shift = part % PartsPerWord * PartChannels;
        ulong* word = Pointer(convGroup, plane) + pixel * WordsPerPixel + part / PartsPerWord;
        for (int lane = 0; lane < count; lane++, word += WordsPerPixel) *word |= (ulong)lanes[lane] << shift;
    }
}
