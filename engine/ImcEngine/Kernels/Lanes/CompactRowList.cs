using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Kernels.Lanes;

/// <summary>Lists of table rows as 16-bit offsets, in units of <see cref="Unit"/> bytes. They take half the memory of those of
/// <see cref="WideRowList"/>.</summary>
internal sealed class CompactRowList(int rowBytes) : RowList<ushort, CompactRowOffsets>(rowBytes)
{
    /// <summary>The unit of an offset, in bytes: the largest scale of an address.</summary>
    public const int Unit = 8;

    /// <summary>The length of a list that is counted is a multiple of this.</summary>
    public const int Step = 8;

    /// <summary>The number of entries that may be written beyond the last valid one.</summary>
    public const int Slack = 8;

    /// <summary>Returns whether offsets reach every row of a table.</summary>
    public static bool Reaches(int rows, int rowBytes) => (long)rows * (rowBytes / Unit) <= ushort.MaxValue + 1;
}

internal readonly unsafe struct CompactRowOffsets : IRowOffsets<ushort>
{
    public static int Unit => CompactRowList.Unit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreEight(ushort* offsets, int origin, ushort* list) =>
        (Vector128.Load(offsets) + Vector128.Create((ushort)origin)).Store(list);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreEight(ushort offset, ushort* list) => Vector128.Create(offset).Store(list);
}
