using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.BitPlanes;

/// <summary>
/// One image's activation codes as bit-planes, channels side by side in words:
/// <code>
/// words [convGroup][plane][y][x][word]      channel c of the group = bit (c mod 64) of word c / 64; bits beyond the channels are 0
/// planes 0 .. bits-1: stored digits          plane bits (three-valued inputs only): 1 where the position drives its row
/// </code>
/// Packing takes 16 channels of 16 pixels at a time: pixels lie in 16-bit lanes, each channel adds one bit to them.
/// Reused from layer to layer and image to image.
/// </summary>
internal sealed class PackedImage
{
    private const int Lanes = 16;
    private const int PartChannels = 16;
    private const int PartsPerWord = 64 / PartChannels;

    private ulong[] _words = [];
    private int _pixels;

    public int WordsPerPixel { get; private set; }
    public int Planes { get; private set; }

    /// <summary>Packs <paramref name="codes"/>, <c>[channel, pixel]</c>.</summary>
    /// <param name="withDrivenPlane">Add the plane that marks driven positions (code 0 of a bipolar format is undriven).</param>
    public void Pack(ReadOnlySpan<short> codes, int channels, int pixels, int convGroups, OperandFormat format, bool withDrivenPlane)
    {
        int groupChannels = channels / convGroups;
        WordsPerPixel = (groupChannels + 63) / 64;
        Planes = format.Bits + (withDrivenPlane ? 1 : 0);
        _pixels = pixels;
        int length = convGroups * Planes * pixels * WordsPerPixel;
        if (_words.Length < length) _words = new ulong[length];
        Array.Clear(_words, 0, length);
        for (int convGroup = 0; convGroup < convGroups; convGroup++)
            for (int first = 0; first < groupChannels; first += PartChannels)
            {
                int part = Math.Min(PartChannels, groupChannels - first);
                PackPart(codes.Slice((convGroup * groupChannels + first) * pixels, part * pixels), format, convGroup, first / PartChannels, withDrivenPlane);
            }
    }

    /// <summary>The words of one plane, <c>[pixel, word]</c>.</summary>
    public ReadOnlySpan<ulong> Plane(int convGroup, int plane) =>
        _words.AsSpan((convGroup * Planes + plane) * _pixels * WordsPerPixel, _pixels * WordsPerPixel);

    /// <param name="codes">Up to 16 channels, <c>[channel, pixel]</c>.</param>
    /// <param name="part">Which 16 channels of the group.</param>
    [SkipLocalsInit]
    private void PackPart(ReadOnlySpan<short> codes, OperandFormat format, int convGroup, int part, bool withDrivenPlane)
    {
        Span<ushort> tail = stackalloc ushort[Lanes];
        for (int pixel = 0; pixel < _pixels; pixel += Lanes)
        {
            int count = Math.Min(Lanes, _pixels - pixel);
            for (int plane = 0; plane < Planes; plane++)
            {
                var bits = plane == format.Bits && withDrivenPlane ? DrivenBits(codes, pixel, count, tail) : DigitBits(codes, pixel, count, format, plane, tail);
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
            var digits = format.Encoding == Encoding.Bipolar
                ? ((code + Vector256.Create((short)format.Denominator)) >> 1) & ~Vector256.Equals(code, Vector256<short>.Zero) // undriven: no digit
                : code;
            bits |= ((digits.AsUInt16() >> plane) & Vector256<ushort>.One) << channel;
        }
        return bits;
    }

    private Vector256<ushort> DrivenBits(ReadOnlySpan<short> codes, int pixel, int count, Span<ushort> tail)
    {
        var bits = Vector256<ushort>.Zero;
        for (int channel = 0, at = pixel; at < codes.Length; channel++, at += _pixels)
            bits |= (~Vector256.Equals(Load(codes, at, count, tail), Vector256<short>.Zero)).AsUInt16() & (Vector256<ushort>.One << channel);
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
        int shift = part % PartsPerWord * PartChannels, at = ((convGroup * Planes + plane) * _pixels + pixel) * WordsPerPixel + part / PartsPerWord;
        for (int lane = 0; lane < count; lane++, at += WordsPerPixel) _words[at] |= (ulong)lanes[lane] << shift;
    }
}
