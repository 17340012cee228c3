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
    public static unsafe void Fill(PhiloxKey key, PhiloxBlock first, PhiloxBlock step, Span<uint> blocks)
    {
        if (blocks.Length % 4 != 0)
            throw new ArgumentException($"The result holds {blocks.Length} words; "
                + "a block is four, so the length must be a multiple of four.", nameof(blocks));
        fixed (uint* destination = blocks) Fill(key, first, step, blocks.Length / 4, default, 1, destination, 0);
    }

    /// <summary>Computes rows of successive blocks. The first counter of row r is <paramref name="first"/> + r *
    /// <paramref name="nextRow"/>.</summary>
    /// <param name="step">The difference between the counters of successive blocks.</param>
    /// <param name="count">The number of blocks of a row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="destination">The words of the first row; written.</param>
    /// <param name="stride">The distance from one row to the next, in words.</param>
    public static unsafe void Fill(PhiloxKey key, PhiloxBlock first, PhiloxBlock step, int count, PhiloxBlock nextRow, int rows,
        uint* destination, int stride)
    {
        // Several vectors are computed at once: a single one would wait for its own results.
        if (Vector512.IsHardwareAccelerated)
            Fill<PhiloxPair<PhiloxPair<Philox512>>, Philox512>(key, first, step, count, nextRow, rows, destination, stride);
        else if (Vector256.IsHardwareAccelerated)
            Fill<PhiloxPair<Philox256>, Philox256>(key, first, step, count, nextRow, rows, destination, stride);
        else Fill<Philox64, Philox64>(key, first, step, count, nextRow, rows, destination, stride);
    }

    /// <summary>Computes as many blocks as possible by <typeparamref name="TWide"/>, then by <typeparamref name="TLanes"/>, and the rest
    /// one by one.</summary>
    internal static unsafe void Fill<TWide, TLanes>(PhiloxKey key, PhiloxBlock first, PhiloxBlock step, int count, PhiloxBlock nextRow,
        int rows, uint* destination, int stride)
        where TWide : unmanaged, IPhiloxLanes<TWide>
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        var keys = stackalloc uint[2 * Rounds];
        for (uint round = 0; round < Rounds; round++)
            (keys[2 * round], keys[2 * round + 1]) = (key.Word0 + round * Weyl0, key.Word1 + round * Weyl1);
        int done = Fill<TWide>(keys, first, step, count, 0, nextRow, rows, destination, stride);
        done = Fill<TLanes>(keys, first, step, count, done, nextRow, rows, destination, stride);
        Fill<Philox64>(keys, first, step, count, done, nextRow, rows, destination, stride);
    }

    /// <summary>Computes the blocks of all rows from number <paramref name="done"/> on, as long as they fill whole vectors; returns the
    /// number of the next block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe int Fill<TLanes>(uint* keys, PhiloxBlock first, PhiloxBlock step, int count, int done, PhiloxBlock nextRow,
        int rows, uint* destination, int stride)
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        int end = done + (count - done) / TLanes.Count * TLanes.Count;
        if (end == done) return done;
        uint at = (uint)done, lanes = (uint)TLanes.Count;
        TLanes first0 = TLanes.Ramp(first.Word0 + at * step.Word0, step.Word0);
        TLanes first1 = TLanes.Ramp(first.Word1 + at * step.Word1, step.Word1);
        TLanes first2 = TLanes.Ramp(first.Word2 + at * step.Word2, step.Word2);
        TLanes first3 = TLanes.Ramp(first.Word3 + at * step.Word3, step.Word3);
        TLanes step0 = TLanes.All(lanes * step.Word0), step1 = TLanes.All(lanes * step.Word1), step2 = TLanes.All(lanes * step.Word2),
            step3 = TLanes.All(lanes * step.Word3);
        for (int row = 0; row < rows; row++, destination += stride)
        {
            TLanes c0 = first0, c1 = first1, c2 = first2, c3 = first3;
            for (int block = done; block < end; block += TLanes.Count)
            {
                Block(keys, c0, c1, c2, c3, (ulong*)(destination + 4 * block));
                (c0, c1, c2, c3) = (TLanes.Add(c0, step0), TLanes.Add(c1, step1), TLanes.Add(c2, step2), TLanes.Add(c3, step3));
            }
            (first0, first1) = (TLanes.Add(first0, TLanes.All(nextRow.Word0)), TLanes.Add(first1, TLanes.All(nextRow.Word1)));
            (first2, first3) = (TLanes.Add(first2, TLanes.All(nextRow.Word2)), TLanes.Add(first3, TLanes.All(nextRow.Word3)));
        }
        return end;
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
