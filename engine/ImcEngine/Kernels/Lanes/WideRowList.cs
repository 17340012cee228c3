using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.Lanes;

/// <summary>Lists of table rows as 32-bit byte offsets, which reach any row. With AVX-512, the offsets of 16 bits are compressed to those
/// of the set bits.</summary>
internal sealed class WideRowList(int rowBytes) : RowList<int, WideRowOffsets>(rowBytes)
{
    /// <summary>The number of entries that may be written beyond the last valid one.</summary>
    public const int Slack = 16;
}

internal readonly unsafe struct WideRowOffsets : IRowOffsets<int>
{
    public static int Unit => 1;
    public static bool NeedsNoTable => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreEight(int* offsets, int origin, int* list) =>
        (Vector256.Load(offsets) + Vector256.Create(origin)).Store(list);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreEight(int offset, int* list) => Vector256.Create(offset).Store(list);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int* AppendWithoutTable(ulong bits, int origin, int units, int* list)
    {
        var bitOfLane = Avx512F.ShiftLeftLogicalVariable(Vector512<int>.One, Vector512<uint>.Indices);
        var offsets = Vector512<int>.Indices * units + Vector512.Create(origin);
        for (; bits != 0; bits >>= 16, offsets += Vector512.Create(16 * units))
        {
            int sixteen = (int)bits & 0xFFFF;
            var isSet = Vector512.Equals(Vector512.Create(sixteen) & bitOfLane, bitOfLane);
            Avx512F.Compress(Vector512<int>.Zero, isSet, offsets).Store(list);
            list += BitOperations.PopCount((uint)sixteen);
        }
        return list;
    }
}
