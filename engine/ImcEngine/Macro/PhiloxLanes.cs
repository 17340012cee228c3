using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Macro;

/// <summary>64-bit lanes, one Philox block per lane; what <see cref="Philox"/> needs of them.</summary>
internal interface IPhiloxLanes<TSelf>
    where TSelf : struct, IPhiloxLanes<TSelf>
{
    static abstract int Count { get; }

    static abstract TSelf All(uint word);

    /// <summary>Lane i: first + i * step, modulo 2^32.</summary>
    static abstract TSelf Ramp(uint first, uint step);

    /// <summary>The 64-bit product of the lower halves.</summary>
    static abstract TSelf MultiplyLow(TSelf a, TSelf b);

    /// <summary>The upper halves, in the lower.</summary>
    static abstract TSelf High(TSelf a);

    static abstract TSelf Xor(TSelf a, TSelf b);

    /// <summary>The lower half of <paramref name="low"/>, and above it the lower half of <paramref name="high"/>.</summary>
    static abstract TSelf JoinLow(TSelf low, TSelf high);

    /// <summary>Lanes a0 b0 a1 b1 ... in ascending addresses.</summary>
    static abstract void StorePairs(TSelf a, TSelf b, ref ulong destination);
}

internal readonly struct Philox64(ulong lane) : IPhiloxLanes<Philox64>
{
    private readonly ulong _lane = lane;

    public static int Count => 1;
    public static Philox64 All(uint word) => new(word);
    public static Philox64 Ramp(uint first, uint step) => new(first);
    public static Philox64 MultiplyLow(Philox64 a, Philox64 b) => new((ulong)(uint)a._lane * (uint)b._lane);
    public static Philox64 High(Philox64 a) => new(a._lane >> 32);
    public static Philox64 Xor(Philox64 a, Philox64 b) => new(a._lane ^ b._lane);
    public static Philox64 JoinLow(Philox64 low, Philox64 high) => new((uint)low._lane | (high._lane << 32));

    public static void StorePairs(Philox64 a, Philox64 b, ref ulong destination)
    {
        destination = a._lane;
        Unsafe.Add(ref destination, 1) = b._lane;
    }
}

internal readonly struct Philox256(Vector256<ulong> lanes) : IPhiloxLanes<Philox256>
{
    private readonly Vector256<ulong> _lanes = lanes;

    public static int Count => 4;
    public static Philox256 All(uint word) => new(Vector256.Create(word).AsUInt64());
    public static Philox256 Ramp(uint first, uint step) => new(Vector256.Create(first, first + step, first + 2 * step, (ulong)(first + 3 * step)));
    public static Philox256 High(Philox256 a) => new(Vector256.ShiftRightLogical(a._lanes, 32));
    public static Philox256 Xor(Philox256 a, Philox256 b) => new(a._lanes ^ b._lanes);

    public static Philox256 MultiplyLow(Philox256 a, Philox256 b) => Avx2.IsSupported
        ? new(Avx2.Multiply(a._lanes.AsUInt32(), b._lanes.AsUInt32()))
        : new((a._lanes & Vector256.Create<ulong>(uint.MaxValue)) * (b._lanes & Vector256.Create<ulong>(uint.MaxValue)));

    public static Philox256 JoinLow(Philox256 low, Philox256 high) =>
        new((low._lanes & Vector256.Create<ulong>(uint.MaxValue)) | Vector256.ShiftLeft(high._lanes, 32));

    public static void StorePairs(Philox256 a, Philox256 b, ref ulong destination)
    {
        Vector256.Shuffle(Vector256.Create(a._lanes.GetLower(), b._lanes.GetLower()), Vector256.Create(0UL, 2, 1, 3)).StoreUnsafe(ref destination);
        Vector256.Shuffle(Vector256.Create(a._lanes.GetUpper(), b._lanes.GetUpper()), Vector256.Create(0UL, 2, 1, 3)).StoreUnsafe(ref destination, 4);
    }
}

internal readonly struct Philox512(Vector512<ulong> lanes) : IPhiloxLanes<Philox512>
{
    private readonly Vector512<ulong> _lanes = lanes;

    public static int Count => 8;
    public static Philox512 All(uint word) => new(Vector512.Create(word).AsUInt64());

    public static Philox512 Ramp(uint first, uint step) =>
        new((Vector512.Create(first) + Vector512.Create(step) * Vector512.Create(0u, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0)).AsUInt64());

    public static Philox512 High(Philox512 a) => new(Vector512.ShiftRightLogical(a._lanes, 32));
    public static Philox512 Xor(Philox512 a, Philox512 b) => new(a._lanes ^ b._lanes);

    public static Philox512 MultiplyLow(Philox512 a, Philox512 b) => Avx512F.IsSupported
        ? new(Avx512F.Multiply(a._lanes.AsUInt32(), b._lanes.AsUInt32()))
        : new((a._lanes & Vector512.Create<ulong>(uint.MaxValue)) * (b._lanes & Vector512.Create<ulong>(uint.MaxValue)));

    public static Philox512 JoinLow(Philox512 low, Philox512 high) =>
        new((low._lanes & Vector512.Create<ulong>(uint.MaxValue)) | Vector512.ShiftLeft(high._lanes, 32));

    public static void StorePairs(Philox512 a, Philox512 b, ref ulong destination)
    {
        var order = Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7);
        Vector512.Shuffle(Vector512.Create(a._lanes.GetLower(), b._lanes.GetLower()), order).StoreUnsafe(ref destination);
        Vector512.Shuffle(Vector512.Create(a._lanes.GetUpper(), b._lanes.GetUpper()), order).StoreUnsafe(ref destination, 8);
    }
}
