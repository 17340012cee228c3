using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>Sums the deviations of the driven cells of each column. It takes one block of 64 columns after the other, so that the block's
/// cells are read from the first-level cache.</summary>
internal static unsafe class CellSums
{
    private const int CacheLine = 64;

    /// <summary>From this many lists on, the next block is not prefetched: loading it takes a negligible share of the time.</summary>
    private const int ListsWithoutFetch = 32;

    /// <summary>Sums the deviations for the conversions of some pixels in one row group.</summary>
    /// <param name="cells">The cells of the die.</param>
    /// <param name="convGroup">The convolution group.</param>
    /// <param name="firstColumn">The first column, a multiple of 64.</param>
    /// <param name="columns">The number of columns, a multiple of 64.</param>
    /// <param name="rowGroup">The row group.</param>
    /// <param name="selections">The driven rows, <c>[pixel][input plane]</c>.</param>
    /// <param name="planes">The number of input planes.</param>
    /// <param name="quanta">The sums, <c>[conversion][segment][column]</c>; written.</param>
    /// <param name="stride">The distance from one segment to the next.</param>
    public static void Sum(DieCells cells, int convGroup, int firstColumn, int columns, int rowGroup, ReadOnlySpan<DrivenRows> selections,
        int planes, short* quanta, int stride)
    {
        if (Vector512.IsHardwareAccelerated)
            Sum<CellLanes512>(cells, convGroup, firstColumn, columns, rowGroup, selections, planes, quanta, stride);
        else Sum<CellLanes256>(cells, convGroup, firstColumn, columns, rowGroup, selections, planes, quanta, stride);
    }

    [SkipLocalsInit]
    internal static void Sum<TCells>(DieCells cells, int convGroup, int firstColumn, int columns, int rowGroup,
        ReadOnlySpan<DrivenRows> selections, int planes, short* quanta, int stride)
        where TCells : struct, ICellLanes<TCells>
    {
        var unaligned = stackalloc byte[CellRows.SlotCount * DieCells.RowBytes + CacheLine];
        var slots = (short*)(((nint)unaligned + CacheLine - 1) & -CacheLine);
        int first = firstColumn / DieCells.BlockColumns, end = Math.Min(first + columns / DieCells.BlockColumns, cells.Blocks);
        var (offset, length) = cells.RowsOf(rowGroup);
        int lists = (planes + CellRows.MostPlanes - 1) / CellRows.MostPlanes * (selections.Length / planes),
            share = (int)(length / lists + CacheLine) & -CacheLine, segments = cells.SegmentCount(convGroup, rowGroup);
        for (int block = first; block < end; block++, quanta += DieCells.BlockColumns)
        {
            byte* ofBlock = cells.Block(convGroup, block), next = lists < ListsWithoutFetch && block + 1 < cells.Blocks
                ? cells.Block(convGroup, block + 1) + offset : null, nextEnd = next + length;
            for (int segment = 0; segment < segments; segment++)
            {
                byte* rows = ofBlock + cells.SegmentOffset(convGroup, rowGroup, segment);
                short* whole = cells.Whole(convGroup, block, rowGroup, segment);
                for (int pixel = 0; pixel < selections.Length; pixel += planes)
                    for (int plane = 0; plane < planes; plane += CellRows.MostPlanes)
                    {
                        if (next is not null)
                            for (byte* shareEnd = next + share < nextEnd ? next + share : nextEnd; next < shareEnd; next += CacheLine)
                                Fetch(next);
                        ushort* list = selections[pixel + plane].CellRows + (long)segment * cells.ListLength;
                        AddRows<TCells>(rows, list, list + cells.Slots, slots);
                        Combine<TCells>(slots, list + 1, Math.Min(planes - plane, CellRows.MostPlanes), cells.IsXnor,
                            list[CellRows.IsWhole] != 0 ? whole : null,
                            quanta + ((long)(pixel + plane) * segments + segment) * stride, segments * stride);
                    }
            }
        }
    }

    /// <summary>Prefetches a cache line: the hardware cannot predict the order in which rows are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* line)
    {
        if (Sse.IsSupported) Sse.Prefetch1(line);
    }

    /// <summary>Adds the rows of a list, and stores the running sums.</summary>
    /// <param name="slotOfStep">The slot of each step's running sum.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<TCells>(byte* rows, ushort* list, ushort* slotOfStep, short* slots)
        where TCells : struct, ICellLanes<TCells>
    {
        var sum = TCells.Zero;
        sum.Store(slots);
        ushort* end = slotOfStep + *list;
        list += CellRows.Header;
        for (; slotOfStep < end; slotOfStep++, list += 2)
        {
            byte* first = rows + (ulong)list[0] * CellRows.Unit, second = rows + (ulong)list[1] * CellRows.Unit;
            sum = TCells.Plus(TCells.Plus(sum, first), second);
            sum.Store((short*)((byte*)slots + (ulong)*slotOfStep * CellRows.Unit));
        }
    }

    /// <summary>Computes the sums of the planes from the running sums, see <see cref="CellRows"/>.</summary>
    /// <param name="slotOf">The slot of each pattern's running sum.</param>
    /// <param name="whole">In XNOR, the sum of all rows if all are driven; null if it is the last running sum.</param>
    /// <param name="quanta">The sums; written.</param>
    /// <param name="stride">The distance from one plane to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine<TCells>(short* slots, ushort* slotOf, int planes, bool isXnor, short* whole, short* quanta, int stride)
        where TCells : struct, ICellLanes<TCells>
    {
        int last = (1 << planes) - 1;
        TCells end = Sum(last), driven = whole is null ? end : TCells.Load(whole);
        for (int plane = 0; plane < planes; plane++, quanta += stride)
        {
            var sum = plane == planes - 1 ? end : TCells.Zero;
            for (int j = (1 << plane) - 1; j < last; j += 4 << plane)
            {
                sum -= Sum(j);
                if (j + (2 << plane) < last) sum += Sum(j + (2 << plane));
            }
            // A cell that is driven as 0 counts with the other sign.
            if (isXnor) sum = sum + sum - driven;
            sum.Store(quanta);
        }

        TCells Sum(int j) => TCells.Load((short*)((byte*)slots + (ulong)slotOf[j] * CellRows.Unit));
    }
}
