using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Kernels;

/// <summary>Adds up what the driven cells of each column deviate: block of 64 columns by block, so that its cells are read from the first-level cache.</summary>
internal static unsafe class CellSums
{
    /// <param name="cells">Of the die.</param>
    /// <param name="convGroup">Convolution group.</param>
    /// <param name="segments">Of the row group.</param>
    /// <param name="selections">The conversions.</param>
    /// <param name="quanta"><c>[conversion][column]</c>, written.</param>
    /// <param name="columns">Length of its rows, a multiple of 64.</param>
    public static void Sum(DieCells cells, int convGroup, int segments, ReadOnlySpan<DieSelection> selections, int* quanta, int columns)
    {
        if (Vector512.IsHardwareAccelerated) Sum<CellLanes512>(cells, convGroup, segments, selections, quanta, columns);
        else Sum<CellLanes256>(cells, convGroup, segments, selections, quanta, columns);
    }

    internal static void Sum<TCells>(DieCells cells, int convGroup, int segments, ReadOnlySpan<DieSelection> selections, int* quanta, int columns)
        where TCells : struct, ICellLanes<TCells>
    {
        Unsafe.InitBlock(quanta, 0, checked((uint)(selections.Length * columns * sizeof(int))));
        for (int block = 0; block < cells.Blocks; block++)
        {
            byte* rows = cells.Block(convGroup, block);
            int* ofBlock = quanta + block * DieCells.BlockColumns;
            foreach (ref readonly var selection in selections)
            {
                AddRows<TCells>(rows, selection.CellRows, segments, ofBlock);
                ofBlock += columns;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<TCells>(byte* rows, int* list, int segments, int* quanta) where TCells : struct, ICellLanes<TCells>
    {
        for (int segment = 0; segment < segments; segment++)
        {
            int length = *list++;
            var sums = TCells.Zero;
            for (int* end = list + length; list < end; list += DieCells.RowStep)
            {
                sums = TCells.Plus(sums, rows + list[0]);
                sums = TCells.Plus(sums, rows + list[1]);
                sums = TCells.Plus(sums, rows + list[2]);
                sums = TCells.Plus(sums, rows + list[3]);
            }
            TCells.AddTo(sums, quanta);
        }
    }
}
