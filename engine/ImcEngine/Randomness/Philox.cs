using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Randomness;

/// <summary>Four 32-bit words: a counter, the input of <see cref="Philox"/>, or a block, its output.</summary>
internal readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3);

/// <summary>The two words of a key.</summary>
internal readonly record struct PhiloxKey(uint Word0, uint Word1);

/// <summary>The keys of all rounds: for each round the words of k0 and k1 of <see cref="Philox"/>.</summary>
internal unsafe struct PhiloxKeys
{
    private fixed uint _words[2 * Philox.Rounds];

    public PhiloxKeys(PhiloxKey key)
    {
        for (uint round = 0; round < Philox.Rounds; round++)
            (_words[2 * round], _words[2 * round + 1]) = (key.Word0 + round * Philox.Weyl0, key.Word1 + round * Philox.Weyl1);
    }

    /// <summary>The first word.</summary>
    [UnscopedRef]
    public readonly ref readonly uint GetPinnableReference() => ref _words[0];
}

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
    internal const uint Weyl0 = 0x9E3779B9;
    internal const uint Weyl1 = 0xBB67AE85;

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
        int count = blocks.Length / 4;
        // Several vectors are computed at once: a single one would wait for its own results.
        fixed (uint* destination = blocks)
            if (Vector512.IsHardwareAccelerated)
                Fill<PhiloxPair<PhiloxPair<Philox512>>, Philox512>(key, first, step, count, destination);
            else if (Vector256.IsHardwareAccelerated) Fill<PhiloxPair<Philox256>, Philox256>(key, first, step, count, destination);
            else Fill<Philox64, Philox64>(key, first, step, count, destination);
    }

    /// <summary>
    /// Computes rows of successive blocks that differ only in two words of their counters:
    /// <code>
    /// counter of block i of row r = (first.Word0, word1[r], first.Word2 + i, first.Word3), modulo 2^32
    /// </code>
    /// Only word 1 depends on the row, so some words of the first three rounds are computed once for all rows (shared), and some are the
    /// same for all blocks too (number). In each round, p0 is the product with c0 and p1 that with c2:
    /// <code>
    /// round 1   c0 = shared0 ^ word1        shared0 = hi p1 ^ k0           c2 and c3 are the same for all blocks
    /// round 2   c0 the same for all rows    c2 = hi p0 ^ number2           number2 = c3 of round 1 ^ k1; c1 is the same for all blocks
    /// round 3   c0 = hi p1 ^ number3        c2 = shared2 ^ lo p0 of round 2, c3 = shared3
    ///           shared2, shared3 = hi p0 ^ k1, lo p0        number3 = c1 of round 2 ^ k0
    /// </code>
    /// </summary>
    /// <param name="keys">The keys of all rounds, which a caller with many rows makes once.</param>
    /// <param name="first">The counter of the first block; word 1 is not read.</param>
    /// <param name="count">The number of blocks of a row.</param>
    /// <param name="word1">Word 1 of each row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="destination">The words of the first row; written.</param>
    /// <param name="stride">The distance from one row to the next, in words; even.</param>
    public static unsafe void FillRows(in PhiloxKeys keys, PhiloxBlock first, int count, uint* word1, int rows, uint* destination,
        int stride)
    {
        // Several rows are computed at once: a single one would wait for its own results.
        if (Vector512.IsHardwareAccelerated)
            FillRows<PhiloxPair<PhiloxPair<Philox512>>, Philox512>(keys, first, count, word1, rows, destination, stride);
        else if (Vector256.IsHardwareAccelerated)
            FillRows<PhiloxPair<Philox256>, Philox256>(keys, first, count, word1, rows, destination, stride);
        else FillRows<Philox64, Philox64>(keys, first, count, word1, rows, destination, stride);
    }

    /// <summary>Computes as many blocks as possible by vectors, and the rest one by one.</summary>
    internal static unsafe void FillRows<TWide, TLanes>(in PhiloxKeys keys, PhiloxBlock first, int count, uint* word1, int rows,
        uint* destination, int stride)
        where TWide : unmanaged, IPhiloxLanes<TWide>
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        fixed (uint* words = keys)
        {
            int done = FillRows<TWide, TLanes>(words, first, count, 0, word1, rows, destination, stride);
            if (done < count) FillRows<Philox64, Philox64>(words, first, count, done, word1, rows, destination, stride);
        }
    }

    /// <summary>Computes the blocks of all rows from number <paramref name="done"/> on, as long as they fill whole vectors; returns the
    /// number of the next block.</summary>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe int FillRows<TWide, TLanes>(uint* keys, PhiloxBlock first, int count, int done, uint* word1, int rows,
        uint* destination, int stride)
        where TWide : unmanaged, IPhiloxLanes<TWide>
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        int end = done + (count - done) / TLanes.Count * TLanes.Count, wideRows = rows / TWide.Chains * TWide.Chains;
        if (end == done) return done;
        var numbers = new SharedNumbers(keys, first);
        var shared = stackalloc ulong[3 * TLanes.Count];
        TLanes word2 = TLanes.Ramp(first.Word2 + (uint)done, 1), step = TLanes.All((uint)TLanes.Count);
        for (int block = done; block < end; block += TLanes.Count, word2 = TLanes.Add(word2, step))
        {
            Share(keys, numbers, word2, shared);
            uint* to = destination + 4 * block;
            OfRows<TWide>(keys, numbers, shared, word1, wideRows, (ulong*)to, stride / 2);
            if (wideRows < rows)
                OfRows<TLanes>(keys, numbers, shared, word1 + wideRows, rows - wideRows, (ulong*)(to + (long)wideRows * stride),
                    stride / 2);
        }
        return end;
    }

    /// <summary>The numbers of <see cref="FillRows"/> that are the same for all blocks.</summary>
    private readonly unsafe struct SharedNumbers
    {
        public SharedNumbers(uint* keys, PhiloxBlock first)
        {
            ulong product = (ulong)Multiplier0 * first.Word0, next = (ulong)Multiplier1 * ((uint)(product >> 32) ^ first.Word3 ^ keys[1]);
            OfRound2 = (uint)product ^ keys[3];
            Word0OfRound2 = (uint)(next >> 32) ^ keys[2];
            OfRound3 = (uint)next ^ keys[4];
        }

        public uint OfRound2 { get; }

        /// <summary>What c0 of round 2 holds besides c1 of round 1.</summary>
        public uint Word0OfRound2 { get; }

        public uint OfRound3 { get; }
    }

    /// <summary>Computes what rows share in some columns: shared0, shared2 and shared3 of <see cref="FillRows"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Share<TLanes>(uint* keys, in SharedNumbers numbers, TLanes word2, ulong* shared)
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        TLanes product1 = TLanes.MultiplyLow(word2, TLanes.All(Multiplier1)),
            product0 = TLanes.MultiplyLow(TLanes.Xor(product1, TLanes.All(numbers.Word0OfRound2)), TLanes.All(Multiplier0));
        TLanes.Xor(TLanes.High(product1), TLanes.All(keys[0])).Store(shared);
        TLanes.Xor(TLanes.High(product0), TLanes.All(keys[5])).Store(shared + TLanes.Count);
        product0.Store(shared + 2 * TLanes.Count);
    }

    /// <summary>Computes the blocks of some columns in as many rows as a multiple of the chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void OfRows<TLanes>(uint* keys, in SharedNumbers numbers, ulong* shared, uint* word1, int rows,
        ulong* destination, long stride)
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        TLanes multiplier0 = TLanes.All(Multiplier0), multiplier1 = TLanes.All(Multiplier1), ofRound2 = TLanes.All(numbers.OfRound2),
            ofRound3 = TLanes.All(numbers.OfRound3);
        for (uint* end = word1 + rows; word1 < end; word1 += TLanes.Chains, destination += TLanes.Chains * stride)
        {
            TLanes product0 = TLanes.MultiplyLow(TLanes.Xor(TLanes.Load(shared), TLanes.PerChain(word1)), multiplier0),
                c2 = TLanes.Xor(TLanes.High(product0), ofRound2), product1 = TLanes.MultiplyLow(c2, multiplier1);
            Block(keys, firstRound: 3, TLanes.Xor(TLanes.High(product1), ofRound3), product1,
                TLanes.Xor(TLanes.Load(shared + TLanes.Count), product0), TLanes.Load(shared + 2 * TLanes.Count), destination, stride);
        }
    }

    /// <summary>Computes as many blocks as possible by <typeparamref name="TWide"/>, then by <typeparamref name="TLanes"/>, and the rest
    /// one by one.</summary>
    internal static unsafe void Fill<TWide, TLanes>(PhiloxKey key, PhiloxBlock first, PhiloxBlock step, int count, uint* destination)
        where TWide : unmanaged, IPhiloxLanes<TWide>
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        fixed (uint* words = new PhiloxKeys(key))
        {
            int done = Fill<TWide>(words, first, step, count, 0, destination);
            done = Fill<TLanes>(words, first, step, count, done, destination);
            Fill<Philox64>(words, first, step, count, done, destination);
        }
    }

    /// <summary>Computes the blocks from number <paramref name="done"/> on, as long as they fill whole vectors; returns the number of the
    /// next block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe int Fill<TLanes>(uint* keys, PhiloxBlock first, PhiloxBlock step, int count, int done, uint* destination)
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        int together = TLanes.Chains * TLanes.Count, end = done + (count - done) / together * together;
        if (end == done) return done;
        uint at = (uint)done, lanes = (uint)together;
        TLanes c0 = TLanes.Ramp(first.Word0 + at * step.Word0, step.Word0), c1 = TLanes.Ramp(first.Word1 + at * step.Word1, step.Word1),
            c2 = TLanes.Ramp(first.Word2 + at * step.Word2, step.Word2), c3 = TLanes.Ramp(first.Word3 + at * step.Word3, step.Word3);
        TLanes step0 = TLanes.All(lanes * step.Word0), step1 = TLanes.All(lanes * step.Word1), step2 = TLanes.All(lanes * step.Word2),
            step3 = TLanes.All(lanes * step.Word3);
        for (int block = done; block < end; block += together)
        {
            Block(keys, firstRound: 0, c0, c1, c2, c3, (ulong*)(destination + 4 * block), 2 * TLanes.Count);
            (c0, c1, c2, c3) = (TLanes.Add(c0, step0), TLanes.Add(c1, step1), TLanes.Add(c2, step2), TLanes.Add(c3, step3));
        }
        return end;
    }

    // One word per 64-bit lane. The 32 x 32 multiplication ignores the upper halves, so they need no masking between rounds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Block<TLanes>(uint* keys, int firstRound, TLanes c0, TLanes c1, TLanes c2, TLanes c3, ulong* destination,
        long distance)
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        TLanes multiplier0 = TLanes.All(Multiplier0), multiplier1 = TLanes.All(Multiplier1);
        uint* end = keys + 2 * Rounds;
        for (keys += 2 * firstRound; keys < end; keys += 2)
        {
            TLanes product0 = TLanes.MultiplyLow(c0, multiplier0), product1 = TLanes.MultiplyLow(c2, multiplier1);
            c0 = TLanes.Xor(TLanes.High(product1), c1, TLanes.AllOf(keys));
            c1 = product1;
            c2 = TLanes.Xor(TLanes.High(product0), c3, TLanes.AllOf(keys + 1));
            c3 = product0;
        }
        TLanes.StorePairs(TLanes.JoinLow(c0, c1), TLanes.JoinLow(c2, c3), destination, distance);
    }
}
