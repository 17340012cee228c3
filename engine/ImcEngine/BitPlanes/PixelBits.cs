using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.BitPlanes;

/// <summary>
/// One image's activation codes as bit-planes, with neighbouring pixels of a channel in the bits of one word:
/// <code>
/// words   [plane][channel][word]     pixel p of the channel = bit (p mod 64) of word p / 64; unused bits are 0
/// planes  0 .. bits - 1: the digits        plane number bits, with three-valued codes only: 1 where the code is not 0
/// </code>
/// </summary>
/// <param name="Channels">The channels of all convolution groups.</param>
/// <param name="Pixels">The pixels of a channel.</param>
/// <param name="Format">The format of the codes.</param>
/// <param name="IsThreeValued">Whether codes are three-valued: code 0 drives no row.</param>
internal readonly unsafe record struct PixelBits(int Channels, int Pixels, OperandFormat Format, bool IsThreeValued)
{
    private const int WordPixels = 64, StepPixels = 32, OctetPixels = 8;

    public int Words => (Pixels + WordPixels - 1) / WordPixels;
    public int Planes => Format.Bits + (IsThreeValued ? 1 : 0);

    /// <summary>The words of all planes, and one more that readers may read.</summary>
    public int Length => Planes * Channels * Words + 1;

    /// <summary>The distance between planes, in words.</summary>
    public int PlaneWords => Channels * Words;

    /// <summary>Packs codes to bits.</summary>
    /// <param name="codes"><c>[channel, pixel]</c>.</param>
    /// <param name="words">The bits; written.</param>
    public void Pack(ReadOnlySpan<short> codes, ulong* words)
    {
        Span<short> tail = stackalloc short[StepPixels];
        for (int channel = 0; channel < Channels; channel++)
        {
            var halves = (uint*)(words + channel * Words);
            var ofChannel = codes.Slice(channel * Pixels, Pixels);
            for (int pixel = 0; pixel < Words * WordPixels; pixel += StepPixels, halves++)
            {
                int count = Math.Clamp(Pixels - pixel, 0, StepPixels);
                if (count == StepPixels) PackStep(ofChannel.Slice(pixel, StepPixels), halves, uint.MaxValue);
                else
                {
                    tail.Clear();
                    if (count > 0) ofChannel[pixel..].CopyTo(tail);
                    PackStep(tail, halves, (1u << count) - 1);
                }
            }
        }
    }

    /// <summary>Unpacks bits to codes.</summary>
    /// <param name="words">The bits, as <see cref="Pack"/> writes them.</param>
    /// <param name="codes"><c>[channel, pixel]</c>; written.</param>
    public void Unpack(ulong* words, Span<short> codes)
    {
        for (int channel = 0; channel < Channels; channel++)
            for (int pixel = 0; pixel < Pixels; pixel += OctetPixels)
            {
                byte* octet = (byte*)(words + (channel * Words)) + (pixel / OctetPixels);
                ulong digits = 0, driven = IsThreeValued ? ByteSpread.Of(octet[Format.Bits * PlaneBytes]) : ByteSpread.OnePerByte;
                for (int plane = 0; plane < Format.Bits; plane++) digits |= ByteSpread.Of(octet[plane * PlaneBytes]) << plane;
                var to = codes[((channel * Pixels) + pixel)..];
                int count = Math.Min(OctetPixels, Pixels - pixel);
                for (int i = 0; i < count; i++, digits >>= 8, driven >>= 8)
                    to[i] = (short)((driven & 1) != 0 ? Format.Code((int)(digits & 0xFF)) : 0);
            }
    }

    private long PlaneBytes => (long)PlaneWords * sizeof(ulong);

    /// <summary>Packs 32 pixels to half a word of each plane.</summary>
    /// <param name="inside">A mask of the pixels that exist.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PackStep(ReadOnlySpan<short> codes, uint* half, uint inside)
    {
        Vector256<short> low = Vector256.Create(codes[..16]), high = Vector256.Create(codes[16..]);
        var digits = Vector256.Narrow(Digits(low), Digits(high));
        if (IsThreeValued)
            half[2 * Format.Bits * PlaneWords] =
                inside &= (~Vector256.Equals(Vector256.Narrow(low, high), Vector256<sbyte>.Zero)).ExtractMostSignificantBits();
        for (int plane = 0; plane < Format.Bits; plane++)
            half[2 * plane * PlaneWords] = (digits.AsUInt16() << (7 - plane)).AsByte().ExtractMostSignificantBits() & inside;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<ushort> Digits(Vector256<short> codes) =>
        (Format.Encoding == OperandEncoding.Bipolar ? (codes + Vector256.Create((short)Format.Denominator)) >> 1 : codes).AsUInt16();
}
