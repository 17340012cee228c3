using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.Lanes;

/// <summary>The operations that the per-conversion kernel needs on a vector of 16-bit integers, one per column. Lanes are independent, so
/// no result depends on the width.</summary>
internal unsafe interface IShortLanes<TSelf> where TSelf : struct, IShortLanes<TSelf>
{
    static abstract int Count { get; }
    static abstract TSelf All(short every);
    static abstract TSelf Load(short* source);

    /// <summary>Loads bytes, 0 .. 255.</summary>
    static abstract TSelf Load(byte* source);

    static abstract TSelf operator +(TSelf a, TSelf b);
    static abstract TSelf operator -(TSelf a, TSelf b);
    static abstract TSelf operator &(TSelf a, TSelf b);
    static abstract TSelf operator ^(TSelf a, TSelf b);
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>Returns what <see cref="ShiftRight"/> takes to shift all lanes.</summary>
    static abstract TSelf ShiftCount(int count);

    static abstract TSelf ShiftRight(TSelf a, TSelf count);
    static abstract TSelf AddSaturated(TSelf a, TSelf b);
    static abstract TSelf SubtractSaturated(TSelf a, TSelf b);
    static abstract TSelf Min(TSelf a, TSelf b);
    static abstract TSelf Clamp(TSelf a, TSelf least, TSelf most);

    /// <summary>Returns a * b / 2^15, rounded to the nearest integer: floor((a b + 2^14) / 2^15).</summary>
    static abstract TSelf MultiplyFraction(TSelf a, TSelf b);

    /// <summary>The bits of a lane in a mask.</summary>
    static abstract int MaskBits { get; }

    /// <summary>Returns a mask: the bits of lane i are set where that of a is not above that of b.</summary>
    static abstract uint NotAbove(TSelf a, TSelf b);

    /// <summary>Adds the lanes to 32-bit integers.</summary>
    void AddTo(int* sums);

    /// <summary>Stores the lanes, 0 .. 255, as bytes.</summary>
    void StoreBytes(byte* destination);
}

internal readonly unsafe struct ShortLanes512(Vector512<short> lanes) : IShortLanes<ShortLanes512>
{
    private readonly Vector512<short> _lanes = lanes;

    public static int Count => 32;
    public static int MaskBits => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 All(short every) => new(Vector512.Create(every));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Load(short* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Load(byte* source) => new(Avx512BW.ConvertToVector512Int16(Vector256.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 operator +(ShortLanes512 a, ShortLanes512 b) => new(a._lanes + b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 operator -(ShortLanes512 a, ShortLanes512 b) => new(a._lanes - b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 operator &(ShortLanes512 a, ShortLanes512 b) => new(a._lanes & b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 operator ^(ShortLanes512 a, ShortLanes512 b) => new(a._lanes ^ b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 operator *(ShortLanes512 a, ShortLanes512 b) => new(a._lanes * b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 ShiftCount(int count) => All((short)count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 ShiftRight(ShortLanes512 a, ShortLanes512 count) =>
        new(Avx512BW.ShiftRightArithmeticVariable(a._lanes, count._lanes.AsUInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 AddSaturated(ShortLanes512 a, ShortLanes512 b) => new(Avx512BW.AddSaturate(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 SubtractSaturated(ShortLanes512 a, ShortLanes512 b) => new(Avx512BW.SubtractSaturate(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Min(ShortLanes512 a, ShortLanes512 b) => new(Vector512.Min(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Clamp(ShortLanes512 a, ShortLanes512 least, ShortLanes512 most) =>
        new(Vector512.Min(Vector512.Max(a._lanes, least._lanes), most._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 MultiplyFraction(ShortLanes512 a, ShortLanes512 b) =>
        new(Avx512BW.MultiplyHighRoundScale(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NotAbove(ShortLanes512 a, ShortLanes512 b) =>
        (uint)Vector512.LessThanOrEqual(a._lanes, b._lanes).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(int* sums)
    {
        (Vector512.Load(sums) + Avx512F.ConvertToVector512Int32(_lanes.GetLower())).Store(sums);
        (Vector512.Load(sums + 16) + Avx512F.ConvertToVector512Int32(_lanes.GetUpper())).Store(sums + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBytes(byte* destination) => Avx512BW.ConvertToVector256Byte(_lanes).Store(destination);
}

internal readonly unsafe struct ShortLanes256(Vector256<short> lanes) : IShortLanes<ShortLanes256>
{
    private readonly Vector256<short> _lanes = lanes;

    public static int Count => 16;
    public static int MaskBits => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 All(short every) => new(Vector256.Create(every));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Load(short* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Load(byte* source) => new(Avx2.ConvertToVector256Int16(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 operator +(ShortLanes256 a, ShortLanes256 b) => new(a._lanes + b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 operator -(ShortLanes256 a, ShortLanes256 b) => new(a._lanes - b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 operator &(ShortLanes256 a, ShortLanes256 b) => new(a._lanes & b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 operator ^(ShortLanes256 a, ShortLanes256 b) => new(a._lanes ^ b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 operator *(ShortLanes256 a, ShortLanes256 b) => new(a._lanes * b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 ShiftCount(int count) => new(Vector256.CreateScalar((short)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 ShiftRight(ShortLanes256 a, ShortLanes256 count) =>
        new(Avx2.ShiftRightArithmetic(a._lanes, count._lanes.GetLower()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 AddSaturated(ShortLanes256 a, ShortLanes256 b) => new(Avx2.AddSaturate(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 SubtractSaturated(ShortLanes256 a, ShortLanes256 b) => new(Avx2.SubtractSaturate(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Min(ShortLanes256 a, ShortLanes256 b) => new(Vector256.Min(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Clamp(ShortLanes256 a, ShortLanes256 least, ShortLanes256 most) =>
        new(Vector256.Min(Vector256.Max(a._lanes, least._lanes), most._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 MultiplyFraction(ShortLanes256 a, ShortLanes256 b) =>
        new(Avx2.MultiplyHighRoundScale(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NotAbove(ShortLanes256 a, ShortLanes256 b) =>
        ~Vector256.GreaterThan(a._lanes, b._lanes).AsByte().ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(int* sums)
    {
        (Vector256.Load(sums) + Avx2.ConvertToVector256Int32(_lanes.GetLower())).Store(sums);
        (Vector256.Load(sums + 8) + Avx2.ConvertToVector256Int32(_lanes.GetUpper())).Store(sums + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBytes(byte* destination) => Sse2.PackUnsignedSaturate(_lanes.GetLower(), _lanes.GetUpper()).Store(destination);
}

internal static class ShortLanes
{
    /// <summary>Whether this machine has the instructions.</summary>
    public static bool AreSupported => Avx2.IsSupported;

    /// <summary>Whether it has those of 512 bits, and they are fast.</summary>
    public static bool AreWide => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;
}
