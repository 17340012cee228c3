using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Kernels;

/// <summary>Adds up what the driven cells of each column deviate: block of 64 columns by block, so that its cells are read from the first-level cache.</summary>
internal static unsafe class CellSums
{
    /// <param name="cells">Of the die.</param>
    /// <param name="convGroup">Convolution group.</param>
    /// <param name="firstColumn">A multiple of 64.</param>
    /// <param name="columns">How many, a multiple of 64.</param>
    /// <param name="segments">Of the row group.</param>
    /// <param name="selections">The conversions.</param>
    /// <param name="quanta"><c>[conversion][column]</c>, written.</param>
    /// <param name="stride">From one conversion to the next.</param>
    public static void Sum(DieCells cells, int convGroup, int firstColumn, int columns, int segments, ReadOnlySpan<DieSelection> selections, int* quanta, int stride)
    {
        if (Vector512.IsHardwareAccelerated) Sum<CellLanes512>(cells, convGroup, firstColumn, columns, segments, selections, quanta, stride);
        else Sum<CellLanes256>(cells, convGroup, firstColumn, columns, segments, selections, quanta, stride);
    }

    internal static void Sum<TCells>(DieCells cells, int convGroup, int firstColumn, int columns, int segments, ReadOnlySpan<DieSelection> selections, int* quanta, int stride)
        where TCells : struct, ICellLanes<TCells>
    {
        int first = firstColumn / DieCells.BlockColumns, end = Math.Min(first + columns / DieCells.BlockColumns, cells.Blocks);
        for (int block = first; block < end; block++, quanta += DieCells.BlockColumns)
        {
            byte* rows = cells.Block(convGroup, block);
            int* ofBlock = quanta;
            foreach (ref readonly var selection in selections)
            {
                AddRows<TCells>(rows, selection.CellRows, segments, ofBlock);
                ofBlock += stride;
            }
        }
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
