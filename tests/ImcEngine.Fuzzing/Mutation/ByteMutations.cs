using System.Buffers.Binary;
using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Fuzzing.Mutation;

/// <summary>Changes of bytes that know nothing of their meaning.</summary>
internal static class ByteMutations
{
    private const int MostRounds = 6, LongestBlock = 64, LongestResult = 1 << 20;

    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 7, 8, 15, 16, 32, 64, 100, 127, 128, 255, 256, 511, 512, 1024, 3073, 32767, 32768, 65535, 65536, 1 << 20, int.MaxValue,
        int.MinValue,
        (long)int.MaxValue + 1, uint.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue,
    ];

    /// <summary>Draws a number near the limits of formats or near 0.</summary>
    public static long Number(CaseRandom random) => random.OneIn(4) ? random.Between(-9, 9) : random.OneOf<long>(Numbers);

    /// <param name="random">Draws every choice.</param>
    /// <param name="bytes">The input to change; not modified.</param>
    /// <param name="other">Another input, from which parts may be taken.</param>
    public static byte[] Mutate(CaseRandom random, byte[] bytes, byte[] other)
    {
        var result = new List<byte>(bytes);
        for (int round = random.Between(1, MostRounds); round > 0; round--) Once(random, result, other);
        if (result.Count > LongestResult) result.RemoveRange(LongestResult, result.Count - LongestResult);
        return [.. result];
    }

    private static void Once(CaseRandom random, List<byte> bytes, byte[] other)
    {
        int at = random.Between(0, Math.Max(0, bytes.Count - 1)),
            length = Math.Min(random.Between(1, random.OneOf(2, 8, LongestBlock)), bytes.Count - at);
        switch (random.Between(0, 9))
        {
            case 0 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << random.Between(0, 7));
                break;
            case 1 when bytes.Count > 0:
                bytes[at] = (byte)random.Between(0, 255);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, [.. Enumerable.Range(0, random.Between(1, 8)).Select(_ => (byte)random.Between(0, 255))]);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6 or 7:
                WriteNumber(random, bytes, at);
                break;
            case 8:
                int from = random.Between(0, Math.Max(0, other.Length - 1));
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Between(1, LongestBlock))]);
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[Math.Min(at, other.Length)..]);
                break;
        }
    }

    private static void WriteNumber(CaseRandom random, List<byte> bytes, int at)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(eight, Number(random));
        var number = eight[..random.OneOf(1, 2, 4, 8)];
        if (random.OneIn(4)) number.Reverse();
        for (int i = 0; i < number.Length && at + i < bytes.Count; i++) bytes[at + i] = number[i];
    }
}
