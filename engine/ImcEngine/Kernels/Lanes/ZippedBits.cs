using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.Lanes;

/// <summary>The operations that <see cref="ZippedBits{TZip, TVector}"/> needs on a vector of bytes. They work within 16 bytes.</summary>
internal interface IByteZip<TVector> where TVector : unmanaged
{
    static abstract bool IsSupported { get; }

    /// <summary>Returns a0 b0 a1 b1 ... of the lower and of the upper halves.</summary>
    static abstract (TVector Low, TVector High) Zip(TVector a, TVector b);

    /// <summary>In every eight bytes, bit k of byte 7 - p becomes bit p of byte k: the product of the identity with the matrix.</summary>
    static abstract TVector Turned(TVector bytes);
}

internal readonly struct ByteZip512 : IByteZip<Vector512<byte>>
{
    public static bool IsSupported => Gfni.V512.IsSupported && Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<byte> Low, Vector512<byte> High) Zip(Vector512<byte> a, Vector512<byte> b) =>
        (Avx512BW.UnpackLow(a, b), Avx512BW.UnpackHigh(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Turned(Vector512<byte> bytes) =>
        Gfni.V512.GaloisFieldAffineTransform(Vector512.Create(0x8040201008040201).AsByte(), bytes, 0);
}

internal readonly struct ByteZip256 : IByteZip<Vector256<byte>>
{
    public static bool IsSupported => Gfni.V256.IsSupported && Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<byte> Low, Vector256<byte> High) Zip(Vector256<byte> a, Vector256<byte> b) =>
        (Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Turned(Vector256<byte> bytes) =>
        Gfni.V256.GaloisFieldAffineTransform(Vector256.Create(0x8040201008040201).AsByte(), bytes, 0);
}

/// <summary>
/// Transposes bits in the opposite order of <see cref="BitTranspose{TLanes, TVector}"/>, on machines with an instruction for 8 x 8 bit
/// matrices. The bytes of eight planes are zipped first; then every eight bytes are transposed at once. Zipping works within 16 bytes, so
/// each such piece of a vector holds 16 consecutive lanes:
/// <code>piece q of vector r = lanes 128 q + 16 r .. + 15</code>
/// </summary>
internal static unsafe class ZippedBits<TZip, TVector>
    where TZip : IByteZip<TVector>
    where TVector : unmanaged
{
    /// <summary>Transposes up to eight planes.</summary>
    /// <param name="planes">The number of planes; the others are 0.</param>
    /// <param name="bytes">Eight vectors; written.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(TVector* slices, int planes, TVector* bytes)
    {
        // The instruction numbers the rows of a matrix in descending order.
        TVector a = At(slices, 7, planes), b = At(slices, 6, planes), c = At(slices, 5, planes), d = At(slices, 4, planes);
        TVector e = At(slices, 3, planes), f = At(slices, 2, planes), g = At(slices, 1, planes), h = slices[0];
        var (ae, aeHigh) = TZip.Zip(a, e);
        var (bf, bfHigh) = TZip.Zip(b, f);
        var (cg, cgHigh) = TZip.Zip(c, g);
        var (dh, dhHigh) = TZip.Zip(d, h);
        Transpose(ae, bf, cg, dh, bytes);
        Transpose(aeHigh, bfHigh, cgHigh, dhHigh, bytes + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(TVector a, TVector b, TVector c, TVector d, TVector* bytes)
    {
        var (ac, acHigh) = TZip.Zip(a, c);
        var (bd, bdHigh) = TZip.Zip(b, d);
        (bytes[0], bytes[1]) = Turned(TZip.Zip(ac, bd));
        (bytes[2], bytes[3]) = Turned(TZip.Zip(acHigh, bdHigh));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector, TVector) Turned((TVector Low, TVector High) bytes) => (TZip.Turned(bytes.Low), TZip.Turned(bytes.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector At(TVector* slices, int plane, int planes) => plane < planes ? slices[plane] : default;
}
