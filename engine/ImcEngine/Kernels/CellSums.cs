using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels;

/// <summary>Adds up what the driven cells of each column deviate: block of 64 columns by block, so that its cells are read from the first-level cache.</summary>
internal static unsafe class CellSums
{
    private const int CacheLine = 64;

    /// <param name="cells">Of the die.</param>
    /// <param name="convGroup">Convolution group.</param>
    /// <param name="firstColumn">A multiple of 64.</param>
    /// <param name="columns">How many, a multiple of 64.</param>
    /// <param name="rowGroup">Row group.</param>
    /// <param name="selections">The conversions.</param>
    /// <param name="quanta"><c>[conversion][column]</c>, written.</param>
    /// <param name="stride">From one conversion to the next.</param>
    public static void Sum(DieCells cells, int convGroup, int firstColumn, int columns, int rowGroup, ReadOnlySpan<DieSelection> selections, int* quanta, int stride)
    {
        if (Vector512.IsHardwareAccelerated) Sum<CellLanes512>(cells, convGroup, firstColumn, columns, rowGroup, selections, quanta, stride);
        else Sum<CellLanes256>(cells, convGroup, firstColumn, columns, rowGroup, selections, quanta, stride);
    }

    internal static void Sum<TCells>(DieCells cells, int convGroup, int firstColumn, int columns, int rowGroup, ReadOnlySpan<DieSelection> selections, int* quanta, int stride)
        where TCells : struct, ICellLanes<TCells>
    {
        int first = firstColumn / DieCells.BlockColumns, end = Math.Min(first + columns / DieCells.BlockColumns, cells.Blocks);
        var (offset, length) = cells.RowsOf(rowGroup);
        int share = (int)(length / selections.Length + CacheLine) & -CacheLine, segments = cells.SegmentCount(convGroup, rowGroup);
        for (int block = first; block < end; block++, quanta += DieCells.BlockColumns)
        {
            byte* rows = cells.Block(convGroup, block), next = block + 1 < cells.Blocks ? cells.Block(convGroup, block + 1) + offset : null, nextEnd = next + length;
            int* ofBlock = quanta;
            foreach (ref readonly var selection in selections)
            {
                if (next is not null)
                    for (byte* shareEnd = next + share < nextEnd ? next + share : nextEnd; next < shareEnd; next += CacheLine) Fetch(next);
                AddRows<TCells>(rows, selection.CellRows, segments, ofBlock);
                ofBlock += stride;
            }
        }
    }

    /// <summary>Rows are read in no order that the machine could foresee.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* line)
    {
        if (Sse.IsSupported) Sse.Prefetch1(line);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<TCells>(byte* rows, int* list, int segments, int* quanta) where TCells : struct, ICellLanes<TCells>
    {
        new Span<int>(quanta, DieCells.BlockColumns).Clear();
        for (int segment = 0; segment < segments; segment++)
        {
            int length = *list++;
            // Two chains of additions: one alone waits for its own results.
            TCells even = TCells.Zero, odd = TCells.Zero;
            for (int* end = list + length; list < end; list += DieCells.RowStep)
            {
                even = TCells.Plus(even, rows + list[0]);
                odd = TCells.Plus(odd, rows + list[1]);
                even = TCells.Plus(even, rows + list[2]);
                odd = TCells.Plus(odd, rows + list[3]);
            }
            TCells.AddTo(even, odd, quanta);
        }
    }
}
