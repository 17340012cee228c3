using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.Lanes;

/// <summary>
/// Converts bit-sliced numbers to integers. Eight planes form an 8 x 8 bit matrix for every eight lanes, which three rounds of swaps
/// between plane vectors transpose:
/// <code>
/// plane p, lane 8 t + k   ->   bit p of byte t of vector k         so byte t of vector k is the number of lane 8 t + k
/// </code>
/// With one column per lane, columns are assigned to lanes (<see cref="LaneOf"/>) so that these bytes come out in the order of columns.
/// Some machines transpose in another way and therefore assign columns in another way (<see cref="ZippedBits{TZip, TVector}"/>). The entry
/// points are not inlined: in a caller that inlines too much, vector operations stay calls, and it is four times slower.
/// </summary>
internal static unsafe class BitTranspose<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private const int WidenedBytes = 32, PieceBytes = 16;

    /// <summary>Returns the lane whose number <see cref="ToIntegers"/> writes to index <paramref name="i"/>.</summary>
    public static int LaneOf(int i) => BitTranspose.LaneOf(i, TLanes.Bits);

    /// <summary>Converts the numbers of all lanes, in the order of <see cref="LaneOf"/>.</summary>
    /// <param name="slices">The planes.</param>
    /// <param name="planes">The number of planes, 1 .. 31.</param>
    /// <param name="integers">One integer per lane; written. Integer i is that of lane LaneOf(i).</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ToIntegers(TVector* slices, int planes, int* integers)
    {
        var bytes = stackalloc TVector[8 * 4];
        int groups = Transpose(slices, planes, bytes);
        Widen((byte*)bytes, groups, integers);
    }

    /// <summary>Converts the numbers of all lanes, which have at most eight planes, in the order of <see cref="LaneOf"/>.</summary>
    /// <param name="integers">One byte per lane; written.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ToBytes(TVector* slices, int planes, byte* integers) => Transpose(slices, planes, (TVector*)integers);

    /// <summary>Converts the numbers of all lanes, in the order of lanes.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ToIntegersInOrder(TVector* slices, int planes, int* integers)
    {
        var bytes = stackalloc TVector[8 * 4];
        int groups = (planes + 7) / 8;
        if (ByteZip512.IsSupported && typeof(TVector) == typeof(Vector512<ulong>))
        {
            Transpose(slices, planes, bytes);
            WidenPieces((byte*)bytes, groups, integers);
            return;
        }
        for (int group = 0; group < groups; group++) Swap(slices + group * 8, Math.Min(8, planes - group * 8), bytes + group * 8);
        if (Avx2.IsSupported && typeof(TVector) == typeof(Vector256<ulong>))
        {
            ZipBytes((Vector256<byte>*)bytes, groups, integers);
            return;
        }
        for (int group = 0; group < groups; group++) TransposeBytes(bytes + group * 8);
        // Byte t of word w of vector k is the number of lane 64 w + 8 k + t.
        int words = TLanes.Bits / 64;
        for (int word = 0; word < words; word++)
            for (int k = 0; k < 8; k++)
                WidenEight((ulong*)bytes + k * words + word, 8 * words, groups, integers + word * 64 + k * 8);
    }

    /// <summary>Transposes the bits of eight planes at a time; returns the number of such groups of planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Transpose(TVector* slices, int planes, TVector* bytes)
    {
        int groups = (planes + 7) / 8;
        for (int group = 0; group < groups; group++)
        {
            int count = Math.Min(8, planes - group * 8);
            TVector* from = slices + group * 8, to = bytes + group * 8;
            if (ByteZip512.IsSupported && typeof(TVector) == typeof(Vector512<ulong>))
                ZippedBits<ByteZip512, Vector512<byte>>.Transpose((Vector512<byte>*)from, count, (Vector512<byte>*)to);
            else if (ByteZip256.IsSupported && typeof(TVector) == typeof(Vector256<ulong>))
                ZippedBits<ByteZip256, Vector256<byte>>.Transpose((Vector256<byte>*)from, count, (Vector256<byte>*)to);
            else Swap(from, count, to);
        }
        return groups;
    }

    /// <summary>Transposes the bits of up to eight planes by swaps.</summary>
    private static void Swap(TVector* slices, int planes, TVector* bytes)
    {
        for (int plane = 0; plane < 8; plane++) bytes[plane] = plane < planes ? slices[plane] : TLanes.Zero;
        TransposeBits(bytes);
    }

    /// <summary>Bit p of byte t of vector k becomes bit k of byte t of vector p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeBits(TVector* square) => Transpose(square, 1, 0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F);

    /// <summary>Byte t of vector k becomes byte k of vector t, word by word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeBytes(TVector* square) => Transpose(square, 8, 0x00FF00FF00FF00FF, 0x0000FFFF0000FFFF, 0x00000000FFFFFFFF);

    /// <summary>Three rounds of swaps between vectors that are 1, 2 and 4 apart. All eight vectors stay in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(TVector* square, int bits, ulong low1, ulong low2, ulong low4)
    {
        TVector a = square[0], b = square[1], c = square[2], d = square[3], e = square[4], f = square[5], g = square[6], h = square[7];
        var low = TLanes.Repeat(low1);
        Swap(ref a, ref b, bits, low);
        Swap(ref c, ref d, bits, low);
        Swap(ref e, ref f, bits, low);
        Swap(ref g, ref h, bits, low);
        low = TLanes.Repeat(low2);
        Swap(ref a, ref c, 2 * bits, low);
        Swap(ref b, ref d, 2 * bits, low);
        Swap(ref e, ref g, 2 * bits, low);
        Swap(ref f, ref h, 2 * bits, low);
        low = TLanes.Repeat(low4);
        Swap(ref a, ref e, 4 * bits, low);
        Swap(ref b, ref f, 4 * bits, low);
        Swap(ref c, ref g, 4 * bits, low);
        Swap(ref d, ref h, 4 * bits, low);
        (square[0], square[1], square[2], square[3]) = (a, b, c, d);
        (square[4], square[5], square[6], square[7]) = (e, f, g, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Swap(ref TVector a, ref TVector b, int bits, TVector low)
    {
        var swap = TLanes.And(TLanes.Xor(TLanes.ShiftRight(a, bits), b), low);
        b = TLanes.Xor(b, swap);
        a = TLanes.Xor(a, TLanes.ShiftLeft(swap, bits));
    }

    /// <summary>Byte t of vector k becomes integer 8 t + k. After three rounds of zipping, each 16-byte piece holds the bytes of 16
    /// consecutive integers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ZipBytes(Vector256<byte>* bytes, int groups, int* integers)
    {
        const int Pieces = 2;
        for (int group = 0; group < groups; group++) ZipBytes(bytes + group * 8);
        for (int piece = 0; piece < Pieces; piece++)
            for (int r = 0; r < 8; r++, integers += PieceBytes)
            {
                byte* low = (byte*)(bytes + r) + piece * PieceBytes;
                Vector256<int> first = Avx2.ConvertToVector256Int32(low), second = Avx2.ConvertToVector256Int32(low + PieceBytes / 2);
                for (int group = 1; group < groups; group++)
                {
                    low += 8 * Pieces * PieceBytes;
                    first |= Avx2.ConvertToVector256Int32(low) << (8 * group);
                    second |= Avx2.ConvertToVector256Int32(low + PieceBytes / 2) << (8 * group);
                }
                first.Store(integers);
                second.Store(integers + PieceBytes / 2);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ZipBytes(Vector256<byte>* bytes)
    {
        Vector256<ushort> ab = Avx2.UnpackLow(bytes[0], bytes[1]).AsUInt16(), abHigh = Avx2.UnpackHigh(bytes[0], bytes[1]).AsUInt16();
        Vector256<ushort> cd = Avx2.UnpackLow(bytes[2], bytes[3]).AsUInt16(), cdHigh = Avx2.UnpackHigh(bytes[2], bytes[3]).AsUInt16();
        Vector256<ushort> ef = Avx2.UnpackLow(bytes[4], bytes[5]).AsUInt16(), efHigh = Avx2.UnpackHigh(bytes[4], bytes[5]).AsUInt16();
        Vector256<ushort> gh = Avx2.UnpackLow(bytes[6], bytes[7]).AsUInt16(), ghHigh = Avx2.UnpackHigh(bytes[6], bytes[7]).AsUInt16();
        (bytes[0], bytes[1], bytes[2], bytes[3]) = ZipWords(ab, cd, ef, gh);
        (bytes[4], bytes[5], bytes[6], bytes[7]) = ZipWords(abHigh, cdHigh, efHigh, ghHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<byte>, Vector256<byte>, Vector256<byte>, Vector256<byte>) ZipWords(Vector256<ushort> ab, Vector256<ushort> cd,
        Vector256<ushort> ef, Vector256<ushort> gh)
    {
        Vector256<uint> abcd = Avx2.UnpackLow(ab, cd).AsUInt32(), abcdHigh = Avx2.UnpackHigh(ab, cd).AsUInt32();
        Vector256<uint> efgh = Avx2.UnpackLow(ef, gh).AsUInt32(), efghHigh = Avx2.UnpackHigh(ef, gh).AsUInt32();
        return (Avx2.UnpackLow(abcd, efgh).AsByte(), Avx2.UnpackHigh(abcd, efgh).AsByte(), Avx2.UnpackLow(abcdHigh, efghHigh).AsByte(),
            Avx2.UnpackHigh(abcdHigh, efghHigh).AsByte());
    }

    /// <summary>Forms integers from their bytes, the lowest first, <c>[group][lane]</c>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Widen(byte* low, int groups, int* integers)
    {
        for (int i = 0; i < TLanes.Bits; i += WidenedBytes, low += WidenedBytes, integers += WidenedBytes)
        {
            var (a, b) = Vector256.Widen(Vector256.Load(low));
            if (groups > 1)
            {
                var (a1, b1) = Vector256.Widen(Vector256.Load(low + TLanes.Bits));
                (a, b) = (a | a1 << 8, b | b1 << 8);
            }
            var (first, second) = Vector256.Widen(a);
            var (third, fourth) = Vector256.Widen(b);
            first.Store((uint*)integers);
            second.Store((uint*)integers + 8);
            third.Store((uint*)integers + 16);
            fourth.Store((uint*)integers + 24);
            for (int group = 2; group < groups; group++)
                for (int k = 0; k < WidenedBytes; k++) integers[k] |= low[group * TLanes.Bits + k] << (8 * group);
        }
    }

    /// <summary>Forms eight integers from their bytes, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WidenEight(ulong* low, int stride, int groups, int* integers)
    {
        var sum = Vector256<int>.Zero;
        for (int group = 0; group < groups; group++, low += stride)
        {
            var wide = Vector128.WidenLower(Vector128.CreateScalar(*low).AsByte());
            sum |= Vector256.Create(Vector128.WidenLower(wide).AsInt32(), Vector128.WidenUpper(wide).AsInt32()) << (8 * group);
        }
        sum.Store(integers);
    }

    /// <summary>As <see cref="ToIntegersInOrder"/>, from the pieces of <see cref="ZippedBits{TZip, TVector}"/>.</summary>
    private static void WidenPieces(byte* bytes, int groups, int* integers)
    {
        const int VectorBytes = 64, Pieces = VectorBytes / PieceBytes;
        for (int r = 0; r < 8; r++)
            for (int q = 0; q < Pieces; q++)
            {
                byte* piece = bytes + (r * VectorBytes) + (q * PieceBytes);
                var sum = Avx512F.ConvertToVector512Int32(Vector128.Load(piece));
                for (int group = 1; group < groups; group++)
                    sum |= Avx512F.ConvertToVector512Int32(Vector128.Load(piece + (group * 8 * VectorBytes))) << (8 * group);
                sum.Store(integers + (128 * q) + (16 * r));
            }
    }
}

/// <summary>The order of the integers that <see cref="BitTranspose{TLanes, TVector}.ToIntegers"/> writes.</summary>
internal static class BitTranspose
{
    private const int PieceBytes = 16;

    /// <summary>Returns the lane of column <paramref name="i"/> of a block.</summary>
    /// <param name="i">The index of the column in the block.</param>
    /// <param name="lanes">The lanes of the block.</param>
    public static int LaneOf(int i, int lanes)
    {
        int vectorBytes = lanes / 8, vector = i / vectorBytes, inVector = i % vectorBytes;
        return (lanes == 512 && ByteZip512.IsSupported) || (lanes == 256 && ByteZip256.IsSupported)
            ? (inVector / PieceBytes * 8 * PieceBytes) + (vector * PieceBytes) + (inVector % PieceBytes) : (8 * inVector) + vector;
    }
}
