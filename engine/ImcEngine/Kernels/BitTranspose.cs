namespace ImcEngine.Kernels;

/// <summary>Bit-sliced two's complement to integers, 8 planes by 8 lanes at a time.</summary>
internal static unsafe class BitTranspose
{
    /// <param name="slices"><c>[plane][word]</c>, the top plane negative.</param>
    /// <param name="planes">1 .. 32.</param>
    /// <param name="words">Of one plane; 64 lanes each.</param>
    /// <param name="integers">One per lane, written.</param>
    public static void ToIntegers(ulong* slices, int planes, int words, Span<int> integers)
    {
        integers.Clear();
        for (int first = 0; first < planes; first += 8)
            for (int word = 0; word < words; word++)
                AddPlanes(slices + first * words + word, Math.Min(8, planes - first), words, first, integers.Slice(word * 64, 64));
        int signShift = 32 - planes;
        foreach (ref int integer in integers) integer = integer << signShift >> signShift;
    }

    private static void AddPlanes(ulong* slice, int planes, int words, int shift, Span<int> integers)
    {
        for (int octet = 0; octet < 8; octet++)
        {
            ulong block = 0;
            for (int plane = 0; plane < planes; plane++)
                block |= (slice[plane * words] >> (octet * 8) & 0xFF) << (plane * 8);
            block = Transpose8x8(block);
            for (int lane = 0; lane < 8; lane++)
                integers[octet * 8 + lane] |= (int)(block >> (lane * 8) & 0xFF) << shift;
        }
    }

    /// <summary>Bit (row r, column c) = bit 8 r + c of the word; rows and columns change places.</summary>
    internal static ulong Transpose8x8(ulong x)
    {
        ulong t = (x ^ x >> 7) & 0x00AA00AA00AA00AA;
        x ^= t ^ t << 7;
        t = (x ^ x >> 14) & 0x0000CCCC0000CCCC;
        x ^= t ^ t << 14;
        t = (x ^ x >> 28) & 0x00000000F0F0F0F0;
        return x ^ t ^ t << 28;
    }
}
