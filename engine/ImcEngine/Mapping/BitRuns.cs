using System.Numerics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Mapping;

/// <summary>Operations on runs of bits in words.</summary>
internal static unsafe class BitRuns
{
    private const ulong EvenBits = 0x5555555555555555;

    /// <summary>Returns the bits of word <paramref name="word"/> with those outside [first, end) cleared.</summary>
    public static ulong Masked(ulong bits, int word, int first, int end)
    {
        int low = first - word * 64, high = end - word * 64;
        if (low > 0) bits &= ulong.MaxValue << low;
        if (high < 64) bits &= (1UL << high) - 1;
        return bits;
    }

    public static int PopCount(ReadOnlySpan<ulong> words, int first, int end)
    {
        int count = 0;
        for (int word = first >> 6; word * 64 < end; word++)
            count += BitOperations.PopCount(Masked(words[word], word, first, end));
        return count;
    }

    /// <summary>Returns 64 bits from any bit on. The word after the first one is always read.</summary>
    public static ulong Read(ulong* words, int bit)
    {
        int shift = bit & 63;
        // Two shifts up, since a shift by 64 is a shift by 0.
        return (words[bit >> 6] >> shift) | (words[(bit >> 6) + 1] << 1 << (63 - shift));
    }

    /// <summary>Copies every <paramref name="stride"/>-th bit from <paramref name="firstBit"/> on, <paramref name="count"/> of them, to
    /// consecutive bits of zeroed words.</summary>
    /// <param name="to">The words that hold the bits, and one more.</param>
    public static void Copy(ulong* from, int firstBit, int stride, int count, ulong* to, int toBit)
    {
        int most = stride <= 2 ? 64 / stride : 1;
        for (int done = 0; done < count; done += most)
        {
            int now = Math.Min(most, count - done);
            ulong bits = Read(from, firstBit + done * stride);
            if (stride == 2) bits = EveryOther(bits);
            if (now < 64) bits &= (1UL << now) - 1;
            int at = toBit + done;
            to[at >> 6] |= bits << (at & 63);
            to[(at >> 6) + 1] |= bits >> 1 >> (63 - (at & 63));
        }
    }

    /// <summary>Returns the even bits, compressed to the lower half.</summary>
    private static ulong EveryOther(ulong bits)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitExtract(bits, EvenBits);
        bits &= EvenBits;
        bits = (bits | bits >> 1) & 0x3333333333333333;
        bits = (bits | bits >> 2) & 0x0F0F0F0F0F0F0F0F;
        bits = (bits | bits >> 4) & 0x00FF00FF00FF00FF;
        bits = (bits | bits >> 8) & 0x0000FFFF0000FFFF;
        return (bits | bits >> 16) & 0x00000000FFFFFFFF;
    }
}
