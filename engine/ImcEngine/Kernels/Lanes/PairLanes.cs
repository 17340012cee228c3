using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.Lanes;

/// <summary>The operations that the exact kernel needs on a vector of int32 sums: multiplying pairs of int16 and adding both
/// products.</summary>
internal unsafe interface IPairLanes<TVector> where TVector : unmanaged
{
    /// <summary>The number of sums of a vector.</summary>
    static abstract int Count { get; }

    static abstract TVector Zero { get; }

    /// <summary>Returns a vector with the same pair of int16 in every lane.</summary>
    static abstract TVector Broadcast(int pair);

    /// <summary>Returns sums + x.low * w.low + x.high * w.high, per lane.</summary>
    static abstract TVector AddProducts(TVector sums, TVector x, TVector w);
}

/// <summary>16 sums (AVX-512 BW).</summary>
internal readonly struct PairLanes512 : IPairLanes<Vector512<int>>
{
    public static int Count => Vector512<int>.Count;
    public static Vector512<int> Zero => Vector512<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(int pair) => Vector512.Create(pair);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddProducts(Vector512<int> sums, Vector512<int> x, Vector512<int> w) =>
        sums + Avx512BW.MultiplyAddAdjacent(x.AsInt16(), w.AsInt16());
}

/// <summary>8 sums (AVX2).</summary>
internal readonly struct PairLanes256 : IPairLanes<Vector256<int>>
{
    public static int Count => Vector256<int>.Count;
    public static Vector256<int> Zero => Vector256<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int pair) => Vector256.Create(pair);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProducts(Vector256<int> sums, Vector256<int> x, Vector256<int> w) =>
        sums + Avx2.MultiplyAddAdjacent(x.AsInt16(), w.AsInt16());
}

/// <summary>8 sums on any machine: the two halves of each lane are multiplied one after the other.</summary>
internal readonly struct PairLanesPortable : IPairLanes<Vector256<int>>
{
    public static int Count => Vector256<int>.Count;
    public static Vector256<int> Zero => Vector256<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int pair) => Vector256.Create(pair);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProducts(Vector256<int> sums, Vector256<int> x, Vector256<int> w) =>
        sums + (x << 16 >> 16) * (w << 16 >> 16) + (x >> 16) * (w >> 16);
}
