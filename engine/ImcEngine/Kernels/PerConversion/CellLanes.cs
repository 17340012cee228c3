using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The 16-bit sums of 64 neighbouring columns, in one or more registers.</summary>
internal unsafe interface ICellLanes<TSelf> where TSelf : struct, ICellLanes<TSelf>
{
    static abstract TSelf Zero { get; }
    static abstract TSelf Load(short* sums);

    /// <summary>Returns the sums with a row's 64 cells added, modulo 2^16.</summary>
    static abstract TSelf Plus(TSelf sums, byte* row);

    static abstract TSelf operator +(TSelf a, TSelf b);
    static abstract TSelf operator -(TSelf a, TSelf b);

    void Store(short* sums);
}

internal readonly unsafe struct CellLanes512(Vector512<short> low, Vector512<short> high) : ICellLanes<CellLanes512>
{
    private readonly Vector512<short> _low = low, _high = high;

    public static CellLanes512 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellLanes512 Load(short* sums) => new(Vector512.Load(sums), Vector512.Load(sums + 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellLanes512 Plus(CellLanes512 sums, byte* row) =>
        new(sums._low + Vector512.LoadAligned((short*)row), sums._high + Vector512.LoadAligned((short*)row + 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellLanes512 operator +(CellLanes512 a, CellLanes512 b) => new(a._low + b._low, a._high + b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellLanes512 operator -(CellLanes512 a, CellLanes512 b) => new(a._low - b._low, a._high - b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(short* sums)
    {
        _low.Store(sums);
        _high.Store(sums + 32);
    }
}

internal readonly unsafe struct CellLanes256(Vector256<short> a, Vector256<short> b, Vector256<short> c, Vector256<short> d)
    : ICellLanes<CellLanes256>
{
    private readonly Vector256<short> _a = a, _b = b, _c = c, _d = d;

    public static CellLanes256 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellLanes256 Load(short* sums) =>
        new(Vector256.Load(sums), Vector256.Load(sums + 16), Vector256.Load(sums + 32), Vector256.Load(sums + 48));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellLanes256 Plus(CellLanes256 sums, byte* row)
    {
        var cells = (short*)row;
        return new(sums._a + Vector256.LoadAligned(cells), sums._b + Vector256.LoadAligned(cells + 16),
            sums._c + Vector256.LoadAligned(cells + 32), sums._d + Vector256.LoadAligned(cells + 48));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellLanes256 operator +(CellLanes256 a, CellLanes256 b) => new(a._a + b._a, a._b + b._b, a._c + b._c, a._d + b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellLanes256 operator -(CellLanes256 a, CellLanes256 b) => new(a._a - b._a, a._b - b._b, a._c - b._c, a._d - b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(short* sums)
    {
        _a.Store(sums);
        _b.Store(sums + 16);
        _c.Store(sums + 32);
        _d.Store(sums + 48);
    }
}
