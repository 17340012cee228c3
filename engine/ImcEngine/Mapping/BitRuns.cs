using System.Numerics;

namespace ImcEngine.Mapping;

/// <summary>Bits [first, end) of a run of words.</summary>
internal static class BitRuns
{
    /// <summary>Word <paramref name="word"/> with the bits outside [first, end) cleared.</summary>
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
}
