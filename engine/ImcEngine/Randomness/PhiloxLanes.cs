using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Randomness;

/// <summary>The operations that <see cref="Philox"/> needs on vectors of 64-bit lanes, with one block per lane. Several vectors are
/// computed together as chains.</summary>
internal unsafe interface IPhiloxLanes<TSelf>
    where TSelf : unmanaged, IPhiloxLanes<TSelf>
{
    /// <summary>The lanes of a vector.</summary>
    static abstract int Count { get; }

    /// <summary>The number of vectors.</summary>
    static abstract int Chains { get; }

    static abstract TSelf All(uint word);

    /// <summary>Returns the word at an address in all lanes.</summary>
    static abstract TSelf AllOf(uint* word);

    /// <summary>Returns word i in all lanes of vector i.</summary>
    static abstract TSelf PerChain(uint* words);

    /// <summary>Returns the same lanes in every vector.</summary>
    static abstract TSelf Load(ulong* lanes);

    /// <summary>Stores the lanes of the first vector.</summary>
    void Store(ulong* lanes);

    /// <summary>Returns first + i * step, modulo 2^32, in the lane that <see cref="StorePairs"/> stores as the i-th.</summary>
    static abstract TSelf Ramp(uint first, uint step);

    /// <summary>Returns the 64-bit products of the lower halves.</summary>
    static abstract TSelf MultiplyLow(TSelf a, TSelf b);

    /// <summary>Copies the upper halves to the lower halves; the upper halves are then undefined.</summary>
    static abstract TSelf High(TSelf a);

    static abstract TSelf Xor(TSelf a, TSelf b);

    static abstract TSelf Xor(TSelf a, TSelf b, TSelf c);

    /// <summary>Adds the lower halves, modulo 2^32.</summary>
    static abstract TSelf Add(TSelf a, TSelf b);

    /// <summary>Joins the lower half of <paramref name="low"/> and, above it, the lower half of <paramref name="high"/>.</summary>
    static abstract TSelf JoinLow(TSelf low, TSelf high);

    /// <summary>Stores pairs of lanes of both, in the order that takes the fewest operations: a0 b0 a2 b2 ... a1 b1 a3 b3 ...</summary>
    /// <param name="distance">The distance from one vector's lanes to the next one's.</param>
    static abstract void StorePairs(TSelf a, TSelf b, ulong* destination, long distance);
}

internal readonly unsafe struct Philox64(ulong lane) : IPhiloxLanes<Philox64>
{
    private readonly ulong _lane = lane;

    public static int Count => 1;
    public static int Chains => 1;
    public static Philox64 All(uint word) => new(word);
    public static Philox64 AllOf(uint* word) => new(*word);
    public static Philox64 PerChain(uint* words) => new(*words);
    public static Philox64 Load(ulong* lanes) => new(*lanes);
    public void Store(ulong* lanes) => *lanes = _lane;
    public static Philox64 Ramp(uint first, uint step) => new(first);
    public static Philox64 MultiplyLow(Philox64 a, Philox64 b) => new((ulong)(uint)a._lane * (uint)b._lane);
    public static Philox64 High(Philox64 a) => new(a._lane >> 32);
    public static Philox64 Xor(Philox64 a, Philox64 b) => new(a._lane ^ b._lane);
    public static Philox64 Xor(Philox64 a, Philox64 b, Philox64 c) => new(a._lane ^ b._lane ^ c._lane);
    public static Philox64 Add(Philox64 a, Philox64 b) => new(a._lane + b._lane);
    public static Philox64 JoinLow(Philox64 low, Philox64 high) => new((uint)low._lane | (high._lane << 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(Philox64 a, Philox64 b, ulong* destination, long distance) =>
        (destination[0], destination[1]) = (a._lane, b._lane);
}

internal readonly unsafe struct Philox256(Vector256<ulong> lanes) : IPhiloxLanes<Philox256>
{
    /// <summary>The shuffle that copies the upper half of each lane to the lower one. It runs beside multiplications, where a shift would
    /// wait for them; what it leaves in the upper half does not matter.</summary>
    private const byte UpperToLower = 0b11_11_01_01;

    private readonly Vector256<ulong> _lanes = lanes;

    public static int Count => 4;
    public static int Chains => 1;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 All(uint word) => new(Vector256.Create(word).AsUInt64());
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 AllOf(uint* word) => new(Vector256.Create(*word).AsUInt64());
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 PerChain(uint* words) => AllOf(words);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 Load(ulong* lanes) => new(Vector256.Load(lanes));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ulong* lanes) => _lanes.Store(lanes);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 Ramp(uint first, uint step) =>
        new(Vector256.Create(first, first + 2 * step, first + step, (ulong)(first + 3 * step)));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 High(Philox256 a) => Avx2.IsSupported
        ? new(Avx2.Shuffle(a._lanes.AsUInt32(), UpperToLower).AsUInt64()) : new(Vector256.ShiftRightLogical(a._lanes, 32));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 Add(Philox256 a, Philox256 b) => new((a._lanes.AsUInt32() + b._lanes.AsUInt32()).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 Xor(Philox256 a, Philox256 b) => new(a._lanes ^ b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 Xor(Philox256 a, Philox256 b, Philox256 c) => Avx512F.VL.IsSupported
        ? new(Avx512F.VL.TernaryLogic(a._lanes, b._lanes, c._lanes, 0x96))
        : new(a._lanes ^ b._lanes ^ c._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 MultiplyLow(Philox256 a, Philox256 b) => Avx2.IsSupported
        ? new(Avx2.Multiply(a._lanes.AsUInt32(), b._lanes.AsUInt32()))
        : new((a._lanes & Vector256.Create<ulong>(uint.MaxValue)) * (b._lanes & Vector256.Create<ulong>(uint.MaxValue)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox256 JoinLow(Philox256 low, Philox256 high) =>
        new(Vector256.ConditionalSelect(Vector256.Create<ulong>(uint.MaxValue), low._lanes, Vector256.ShiftLeft(high._lanes, 32)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(Philox256 a, Philox256 b, ulong* destination, long distance)
    {
        if (Avx2.IsSupported)
        {
            Avx2.UnpackLow(a._lanes, b._lanes).Store(destination);
            Avx2.UnpackHigh(a._lanes, b._lanes).Store(destination + 4);
            return;
        }
        Vector256.Create(a._lanes[0], b._lanes[0], a._lanes[2], b._lanes[2]).Store(destination);
        Vector256.Create(a._lanes[1], b._lanes[1], a._lanes[3], b._lanes[3]).Store(destination + 4);
    }
}

internal readonly unsafe struct Philox512(Vector512<ulong> lanes) : IPhiloxLanes<Philox512>
{
    /// <inheritdoc cref="Philox256.UpperToLower"/>
    private const byte UpperToLower = 0b11_11_01_01;

    private readonly Vector512<ulong> _lanes = lanes;

    public static int Count => 8;
    public static int Chains => 1;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 All(uint word) => new(Vector512.Create(word).AsUInt64());
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 AllOf(uint* word) => new(Vector512.Create(*word).AsUInt64());
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 PerChain(uint* words) => AllOf(words);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 Load(ulong* lanes) => new(Vector512.Load(lanes));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ulong* lanes) => _lanes.Store(lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 Ramp(uint first, uint step) =>
        new(
            (Vector512.Create(first)
                + Vector512.Create(step) * Vector512.Create(0u, 0, 4, 0, 1, 0, 5, 0, 2, 0, 6, 0, 3, 0, 7, 0)).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 High(Philox512 a) => Avx512F.IsSupported
        ? new(Avx512F.Shuffle(a._lanes.AsUInt32(), UpperToLower).AsUInt64()) : new(Vector512.ShiftRightLogical(a._lanes, 32));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 Add(Philox512 a, Philox512 b) => new((a._lanes.AsUInt32() + b._lanes.AsUInt32()).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 Xor(Philox512 a, Philox512 b) => new(a._lanes ^ b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 Xor(Philox512 a, Philox512 b, Philox512 c) => Avx512F.IsSupported
        ? new(Avx512F.TernaryLogic(a._lanes, b._lanes, c._lanes, 0x96))
        : new(a._lanes ^ b._lanes ^ c._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 MultiplyLow(Philox512 a, Philox512 b) => Avx512F.IsSupported
        ? new(Avx512F.Multiply(a._lanes.AsUInt32(), b._lanes.AsUInt32()))
        : new((a._lanes & Vector512.Create<ulong>(uint.MaxValue)) * (b._lanes & Vector512.Create<ulong>(uint.MaxValue)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Philox512 JoinLow(Philox512 low, Philox512 high) =>
        new(Vector512.ConditionalSelect(Vector512.Create<ulong>(uint.MaxValue), low._lanes, Vector512.ShiftLeft(high._lanes, 32)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(Philox512 a, Philox512 b, ulong* destination, long distance)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.UnpackLow(a._lanes, b._lanes).Store(destination);
            Avx512F.UnpackHigh(a._lanes, b._lanes).Store(destination + 8);
            return;
        }
        for (int lane = 0; lane < Vector512<ulong>.Count; lane++)
        {
            int at = 2 * (lane / 2 + lane % 2 * 4);
            (destination[at], destination[at + 1]) = (a._lanes[lane], b._lanes[lane]);
        }
    }
}

/// <summary>Two vectors, computed together.</summary>
internal readonly unsafe struct PhiloxPair<TLanes>(TLanes low, TLanes high) : IPhiloxLanes<PhiloxPair<TLanes>>
    where TLanes : unmanaged, IPhiloxLanes<TLanes>
{
    private readonly TLanes _low = low, _high = high;

    public static int Count => TLanes.Count;
    public static int Chains => 2 * TLanes.Chains;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> All(uint word) => new(TLanes.All(word), TLanes.All(word));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> AllOf(uint* word) => new(TLanes.AllOf(word), TLanes.AllOf(word));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> PerChain(uint* words) => new(TLanes.PerChain(words), TLanes.PerChain(words + TLanes.Chains));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> Load(ulong* lanes) => new(TLanes.Load(lanes), TLanes.Load(lanes));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ulong* lanes) => _low.Store(lanes);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> Ramp(uint first, uint step) =>
        new(TLanes.Ramp(first, step), TLanes.Ramp(first + (uint)(TLanes.Chains * TLanes.Count) * step, step));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> MultiplyLow(PhiloxPair<TLanes> a, PhiloxPair<TLanes> b) =>
        new(TLanes.MultiplyLow(a._low, b._low), TLanes.MultiplyLow(a._high, b._high));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> High(PhiloxPair<TLanes> a) => new(TLanes.High(a._low), TLanes.High(a._high));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> Xor(PhiloxPair<TLanes> a, PhiloxPair<TLanes> b) =>
        new(TLanes.Xor(a._low, b._low), TLanes.Xor(a._high, b._high));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> Xor(PhiloxPair<TLanes> a, PhiloxPair<TLanes> b, PhiloxPair<TLanes> c) =>
        new(TLanes.Xor(a._low, b._low, c._low), TLanes.Xor(a._high, b._high, c._high));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> Add(PhiloxPair<TLanes> a, PhiloxPair<TLanes> b) =>
        new(TLanes.Add(a._low, b._low), TLanes.Add(a._high, b._high));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxPair<TLanes> JoinLow(PhiloxPair<TLanes> low, PhiloxPair<TLanes> high) =>
        new(TLanes.JoinLow(low._low, high._low), TLanes.JoinLow(low._high, high._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(PhiloxPair<TLanes> a, PhiloxPair<TLanes> b, ulong* destination, long distance)
    {
        TLanes.StorePairs(a._low, b._low, destination, distance);
        TLanes.StorePairs(a._high, b._high, destination + TLanes.Chains * distance, distance);
    }
}
