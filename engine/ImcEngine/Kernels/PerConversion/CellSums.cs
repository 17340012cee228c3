using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>Sums the deviations of the driven cells of each column. It takes one block of 64 columns after the other, so that the block's
/// cells are read from the first-level cache.</summary>
internal static unsafe class CellSums
{
    private const int CacheLine = 64;

    /// <summary>From this many pairs of planes on, the next block is not prefetched: loading it takes a negligible
    /// share of the time.</summary>
    private const int PairsWithoutFetch = 64;

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

    internal static void Sum<TCells>(DieCells cells, int convGroup, int firstColumn, int columns, int rowGroup,
        ReadOnlySpan<DrivenRows> selections, int planes, short* quanta, int stride)
        where TCells : struct, ICellLanes<TCells>
    {
        int first = firstColumn / DieCells.BlockColumns, end = Math.Min(first + columns / DieCells.BlockColumns, cells.Blocks);
        var (offset, length) = cells.RowsOf(rowGroup);
        int pairs = (planes + 1) / 2 * (selections.Length / planes), share = (int)(length / pairs + CacheLine) & -CacheLine,
            segments = cells.SegmentCount(convGroup, rowGroup);
        for (int block = first; block < end; block++, quanta += DieCells.BlockColumns)
        {
            byte* rows = cells.Block(convGroup, block), next = pairs < PairsWithoutFetch && block + 1 < cells.Blocks
                ? cells.Block(convGroup, block + 1) + offset : null, nextEnd = next + length;
            for (int pixel = 0; pixel < selections.Length; pixel += planes)
                for (int plane = 0; plane < planes; plane += 2)
                {
                    if (next is not null)
                        for (byte* shareEnd = next + share < nextEnd ? next + share : nextEnd; next < shareEnd; next += CacheLine)
                            Fetch(next);
                    short* low = quanta + (long)(pixel + plane) * segments * stride;
                    AddRows<TCells>(rows, selections[pixel + plane].CellRows, segments, cells.Lists, low,
                        plane + 1 < planes ? low + (long)segments * stride : null, stride);
                }
        }
    }

    /// <summary>Prefetches a cache line: the hardware cannot predict the order in which rows are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* line)
    {
        if (Sse.IsSupported) Sse.Prefetch1(line);
    }

    /// <param name="low">The quanta of the first of two input planes; written.</param>
    /// <param name="high">The quanta of the second input plane; written. Null where there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<TCells>(byte* rows, int* list, int segments, int lists, short* low, short* high, int stride)
        where TCells : struct, ICellLanes<TCells>
    {
        for (int segment = 0; segment < segments; segment++)
        {
            TCells both = SumList<TCells>(rows, ref list), first = SumList<TCells>(rows, ref list),
                second = SumList<TCells>(rows, ref list);
            TCells ofLow = both + first, ofHigh = both + second;
            if (lists == 4)
            {
                var neither = SumList<TCells>(rows, ref list);
                (ofLow, ofHigh) = (ofLow - (second + neither), ofHigh - (first + neither));
            }
            ofLow.Store(low + (long)segment * stride);
            if (high is not null) ofHigh.Store(high + (long)segment * stride);
        }
    }

    /// <summary>Sums the rows of a list, in two chains of additions: a single one would wait for its own results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TCells SumList<TCells>(byte* rows, ref int* list) where TCells : struct, ICellLanes<TCells>
    {
        int* at = list + 1, end = at + *list;
        TCells even = TCells.Zero, odd = TCells.Zero;
        for (; at < end; at += DieCells.RowStep)
        {
            even = TCells.Plus(even, rows + at[0]);
            odd = TCells.Plus(odd, rows + at[1]);
            even = TCells.Plus(even, rows + at[2]);
            odd = TCells.Plus(odd, rows + at[3]);
        }
        list = end;
        return even + odd;
    }
}
