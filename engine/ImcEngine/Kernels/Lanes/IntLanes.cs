using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.Lanes;

/// <summary>The operations that the per-conversion kernel needs on a vector of integers, one per column. Lanes are independent, so no
/// result depends on the width.</summary>
internal unsafe interface IIntLanes<TSelf> where TSelf : struct, IIntLanes<TSelf>
{
    static abstract int Count { get; }
    static abstract TSelf All(int every);
    static abstract TSelf Load(int* source);
    static abstract TSelf Load(ushort* source);
    static abstract TSelf Load(short* source);
    static abstract TSelf Add(TSelf a, TSelf b);
    static abstract TSelf Subtract(TSelf a, TSelf b);
    static abstract TSelf Multiply(TSelf a, TSelf b);
    static abstract TSelf ShiftLeft(TSelf a, int count);

    /// <summary>Shifts numbers that are not negative.</summary>
    static abstract TSelf ShiftRight(TSelf a, int count);

    /// <summary>Returns <paramref name="number"/>, plus 1 where <paramref name="a"/> is above <paramref name="b"/>.</summary>
    static abstract TSelf CountAbove(TSelf number, TSelf a, TSelf b);

    /// <summary>Stores ceil(a * scale + margin), clamped to 0 .. most. Returns a mask: bit i is set where an error of a * scale up to
    /// margin could change the ceiling of lane i.</summary>
    static abstract uint StoreCeiling(TSelf a, float* scale, float margin, float most, int* destination);

    /// <summary>Stores ceil(a * scale - margin), clamped to 0 .. most. Returns a mask: bit i is set where, in lane i, it differs from
    /// ceil(b * scale + margin).</summary>
    static abstract uint StoreCeiling(TSelf a, TSelf b, float* scale, float margin, float most, int* destination);

    /// <summary>Loads bytes, 0 .. 255.</summary>
    static abstract TSelf Load(byte* source);

    /// <summary>Returns entries of a table.</summary>
    /// <param name="entries">The number of entries. The table can be read up to a multiple of 32.</param>
    static abstract TSelf LookUp(int* table, int entries, TSelf indices);

    void Store(int* destination);

    /// <summary>Adds the lanes to 64-bit integers.</summary>
    void AddTo(long* sums);

    /// <summary>Returns a mask: bit i is set where lane i of both is equal.</summary>
    static abstract uint Equal(TSelf a, TSelf b);
}

internal readonly unsafe struct IntLanes512(Vector512<int> lanes) : IIntLanes<IntLanes512>
{
    private readonly Vector512<int> _lanes = lanes;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 All(int every) => new(Vector512.Create(every));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 Load(int* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 Load(ushort* source) => Avx512F.IsSupported ? new(Avx512F.ConvertToVector512Int32(Vector256.Load(source)))
        : new(Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 Load(short* source) => Avx512F.IsSupported ? new(Avx512F.ConvertToVector512Int32(Vector256.Load(source)))
        : new(Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 Add(IntLanes512 a, IntLanes512 b) => new(a._lanes + b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 Subtract(IntLanes512 a, IntLanes512 b) => new(a._lanes - b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 ShiftLeft(IntLanes512 a, int count) => new(a._lanes << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 Multiply(IntLanes512 a, IntLanes512 b) => new(a._lanes * b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 ShiftRight(IntLanes512 a, int count) => new(a._lanes >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 CountAbove(IntLanes512 number, IntLanes512 a, IntLanes512 b) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(a._lanes, b._lanes), number._lanes + Vector512<int>.One, number._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint StoreCeiling(IntLanes512 a, float* scale, float margin, float most, int* destination)
    {
        var mostPosition = Vector512.ConvertToSingle(a._lanes) * Vector512.Load(scale) + Vector512.Create(margin);
        var ceiling = Vector512.Ceiling(mostPosition);
        Vector512.ConvertToInt32Native(Vector512.MinNative(Vector512.MaxNative(ceiling, Vector512<float>.Zero), Vector512.Create(most)))
            .Store(destination);
        return (uint)Vector512.GreaterThanOrEqual(ceiling - mostPosition, Vector512.Create(1 - 2 * margin)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint StoreCeiling(IntLanes512 a, IntLanes512 b, float* scale, float margin, float most, int* destination)
    {
        Vector512<float> scales = Vector512.Load(scale), margins = Vector512.Create(margin);
        var low = Vector512.Ceiling(Vector512.ConvertToSingle(a._lanes) * scales - margins);
        var high = Vector512.Ceiling(Vector512.ConvertToSingle(b._lanes) * scales + margins);
        Vector512.ConvertToInt32Native(Vector512.MinNative(Vector512.MaxNative(low, Vector512<float>.Zero), Vector512.Create(most)))
            .Store(destination);
        return ~(uint)Vector512.Equals(low, high).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 Load(byte* source) => Avx512F.IsSupported ? new(Avx512F.ConvertToVector512Int32(Vector128.Load(source)))
        : new(Vector512.WidenLower(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()).ToVector512Unsafe()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes512 LookUp(int* table, int entries, IntLanes512 indices)
    {
        const int OfVector = 16;
        if (Avx512F.IsSupported && entries <= OfVector) return new(Avx512F.PermuteVar16x32(Vector512.Load(table), indices._lanes));
        if (Avx512F.IsSupported && entries <= 2 * OfVector)
            return new(Avx512F.PermuteVar16x32x2(Vector512.Load(table), indices._lanes, Vector512.Load(table + OfVector)));
        return new(Vector512.Create(IntLanes256.Gather(table, indices._lanes.GetLower()),
            IntLanes256.Gather(table, indices._lanes.GetUpper())));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int* destination) => _lanes.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(long* sums)
    {
        var (lower, upper) = Vector512.Widen(_lanes);
        (Vector512.Load(sums) + lower).Store(sums);
        (Vector512.Load(sums + 8) + upper).Store(sums + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Equal(IntLanes512 a, IntLanes512 b) => (uint)Vector512.Equals(a._lanes, b._lanes).ExtractMostSignificantBits();
}

internal readonly unsafe struct IntLanes256(Vector256<int> lanes) : IIntLanes<IntLanes256>
{
    private readonly Vector256<int> _lanes = lanes;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 All(int every) => new(Vector256.Create(every));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 Load(int* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 Load(ushort* source) => Avx2.IsSupported ? new(Avx2.ConvertToVector256Int32(source))
        : new(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 Load(short* source) => Avx2.IsSupported ? new(Avx2.ConvertToVector256Int32(source))
        : new(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 Add(IntLanes256 a, IntLanes256 b) => new(a._lanes + b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 Subtract(IntLanes256 a, IntLanes256 b) => new(a._lanes - b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 ShiftLeft(IntLanes256 a, int count) => new(a._lanes << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 Multiply(IntLanes256 a, IntLanes256 b) => new(a._lanes * b._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 ShiftRight(IntLanes256 a, int count) => new(a._lanes >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 CountAbove(IntLanes256 number, IntLanes256 a, IntLanes256 b) =>
        new(number._lanes - Vector256.GreaterThan(a._lanes, b._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint StoreCeiling(IntLanes256 a, float* scale, float margin, float most, int* destination)
    {
        var mostPosition = Vector256.ConvertToSingle(a._lanes) * Vector256.Load(scale) + Vector256.Create(margin);
        var ceiling = Vector256.Ceiling(mostPosition);
        Vector256.ConvertToInt32Native(Vector256.MinNative(Vector256.MaxNative(ceiling, Vector256<float>.Zero), Vector256.Create(most)))
            .Store(destination);
        return Vector256.GreaterThanOrEqual(ceiling - mostPosition, Vector256.Create(1 - 2 * margin)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint StoreCeiling(IntLanes256 a, IntLanes256 b, float* scale, float margin, float most, int* destination)
    {
        Vector256<float> scales = Vector256.Load(scale), margins = Vector256.Create(margin);
        var low = Vector256.Ceiling(Vector256.ConvertToSingle(a._lanes) * scales - margins);
        var high = Vector256.Ceiling(Vector256.ConvertToSingle(b._lanes) * scales + margins);
        Vector256.ConvertToInt32Native(Vector256.MinNative(Vector256.MaxNative(low, Vector256<float>.Zero), Vector256.Create(most)))
            .Store(destination);
        return ~(uint)Vector256.Equals(low, high).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 Load(byte* source) => Avx2.IsSupported ? new(Avx2.ConvertToVector256Int32(source))
        : new(Vector256.WidenLower(Vector256.WidenLower(Vector128.CreateScalar(*(ulong*)source).AsByte().ToVector256Unsafe())
            .GetLower().ToVector256Unsafe()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes256 LookUp(int* table, int entries, IntLanes256 indices) => Avx2.IsSupported && entries <= Count
        ? new(Avx2.PermuteVar8x32(Vector256.Load(table), indices._lanes)) : new(Gather(table, indices._lanes));

    /// <summary>Returns the entries of a table at some indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Gather(int* table, Vector256<int> indices)
    {
        if (Avx2.IsSupported) return Avx2.GatherVector256(table, indices, sizeof(int));
        return Vector256.Create(table[indices[0]], table[indices[1]], table[indices[2]], table[indices[3]], table[indices[4]],
            table[indices[5]], table[indices[6]], table[indices[7]]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int* destination) => _lanes.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(long* sums)
    {
        var (lower, upper) = Vector256.Widen(_lanes);
        (Vector256.Load(sums) + lower).Store(sums);
        (Vector256.Load(sums + 4) + upper).Store(sums + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Equal(IntLanes256 a, IntLanes256 b) => Vector256.Equals(a._lanes, b._lanes).ExtractMostSignificantBits();
}
