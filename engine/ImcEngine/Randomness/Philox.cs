using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Randomness;

/// <summary>Four 32-bit words: a counter, the input of <see cref="Philox"/>, or a block, its output.</summary>
internal readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3);

/// <summary>The two words of a key.</summary>
internal readonly record struct PhiloxKey(uint Word0, uint Word1);

/// <summary>
/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011. One round, modulo 2^32:
/// <code>
/// (hi0, lo0) = 0xD2511F53 * c0        c0' = hi1 ^ c1 ^ k0      c1' = lo1
/// (hi1, lo1) = 0xCD9E8D57 * c2        c2' = hi0 ^ c3 ^ k1      c3' = lo0
/// </code>
/// Before every round but the first, k0 += 0x9E3779B9 and k1 += 0xBB67AE85. For a given key, Philox is a bijection of the 128-bit counter.
/// </summary>
internal static class Philox
{
    public const int Rounds = 10;

    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    public static PhiloxBlock Block(PhiloxKey key, PhiloxBlock counter)
    {
        uint c0 = counter.Word0, c1 = counter.Word1, c2 = counter.Word2, c3 = counter.Word3;
        uint k0 = key.Word0, k1 = key.Word1;
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0, product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return new(c0, c1, c2, c3);
    }

    /// <summary>
    /// Computes successive blocks. Block i has the counter <paramref name="first"/> + i * <paramref name="step"/>, word by word modulo
    /// 2^32; its four words are written to <c>blocks[4 i ..]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The length of <paramref name="blocks"/> is not a multiple of four.</exception>
    public static void Fill(PhiloxKey key, PhiloxBlock first, PhiloxBlock step, Span<uint> blocks)
    {
        // Several vectors are computed at once: a single one would wait for its own results.
        if (Vector512.IsHardwareAccelerated) Fill<PhiloxPair<PhiloxPair<Philox512>>, Philox512>(key, first, step, blocks);
        else if (Vector256.IsHardwareAccelerated) Fill<PhiloxPair<Philox256>, Philox256>(key, first, step, blocks);
        else Fill<Philox64, Philox64>(key, first, step, blocks);
    }

    /// <summary>Computes as many blocks as possible by <typeparamref name="TWide"/>, then by <typeparamref name="TLanes"/>, and the rest
    /// one by one.</summary>
    internal static unsafe void Fill<TWide, TLanes>(PhiloxKey key, PhiloxBlock first, PhiloxBlock step, Span<uint> blocks)
        where TWide : unmanaged, IPhiloxLanes<TWide>
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        if (blocks.Length % 4 != 0)
            throw new ArgumentException($"The result holds {blocks.Length} words; "
                + "a block is four, so the length must be a multiple of four.", nameof(blocks));
        int done = 0;
        fixed (uint* destination = blocks)
        {
            Fill<TWide>(key, first, step, blocks.Length / 4, ref done, destination);
            Fill<TLanes>(key, first, step, blocks.Length / 4, ref done, destination);
            Fill<Philox64>(key, first, step, blocks.Length / 4, ref done, destination);
        }
    }

    /// <summary>Computes blocks from number <paramref name="done"/> on, as long as they fill whole vectors.</summary>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Fill<TLanes>(PhiloxKey key, PhiloxBlock first, PhiloxBlock step, int count, ref int done, uint* destination)
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        if (count - done < TLanes.Count) return;
        var keys = stackalloc uint[2 * Rounds];
        for (uint round = 0; round < Rounds; round++)
            (keys[2 * round], keys[2 * round + 1]) = (key.Word0 + round * Weyl0, key.Word1 + round * Weyl1);
        uint at = (uint)done, lanes = (uint)TLanes.Count;
        TLanes c0 = TLanes.Ramp(first.Word0 + at * step.Word0, step.Word0), c1 = TLanes.Ramp(first.Word1 + at * step.Word1, step.Word1);
        TLanes c2 = TLanes.Ramp(first.Word2 + at * step.Word2, step.Word2), c3 = TLanes.Ramp(first.Word3 + at * step.Word3, step.Word3);
        TLanes step0 = TLanes.All(lanes * step.Word0), step1 = TLanes.All(lanes * step.Word1), step2 = TLanes.All(lanes * step.Word2),
            step3 = TLanes.All(lanes * step.Word3);
        for (; done + TLanes.Count <= count; done += TLanes.Count)
        {
            Block(keys, c0, c1, c2, c3, (ulong*)(destination + 4 * done));
            (c0, c1, c2, c3) = (TLanes.Add(c0, step0), TLanes.Add(c1, step1), TLanes.Add(c2, step2), TLanes.Add(c3, step3));
        }
    }

    // One word per 64-bit lane. The 32 x 32 multiplication ignores the upper halves, so they need no masking between rounds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Block<TLanes>(uint* keys, TLanes c0, TLanes c1, TLanes c2, TLanes c3, ulong* destination)
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        TLanes multiplier0 = TLanes.All(Multiplier0), multiplier1 = TLanes.All(Multiplier1);
        for (int round = 0; round < Rounds; round++, keys += 2)
        {
            TLanes product0 = TLanes.MultiplyLow(c0, multiplier0), product1 = TLanes.MultiplyLow(c2, multiplier1);
            c0 = TLanes.Xor(TLanes.High(product1), c1, TLanes.All(keys[0]));
            c1 = product1;
            c2 = TLanes.Xor(TLanes.High(product0), c3, TLanes.All(keys[1]));
            c3 = product0;
        }
        TLanes.StorePairs(TLanes.JoinLow(c0, c1), TLanes.JoinLow(c2, c3), destination);
    }
}
