using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Kernels.Lanes;

/// <summary>Lists of table rows in 16-bit offsets in units of <see cref="Unit"/> bytes: half the memory to write and read that those of
/// <see cref="WideRowList"/> take.</summary>
internal sealed class CompactRowList(int rowBytes) : RowList<ushort, CompactRowOffsets>(rowBytes)
{
    /// <summary>Bytes that an offset counts: what an address may multiply by.</summary>
    public const int Unit = 8;

    /// <summary>Lists that are counted have a multiple of so many entries.</summary>
    public const int Step = 8;

    /// <summary>Entries that are written beyond the last valid one.</summary>
    public const int Slack = 8;

    /// <summary>Whether offsets reach every row of a table.</summary>
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
