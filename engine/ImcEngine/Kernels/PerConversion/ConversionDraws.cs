using System.Runtime.CompilerServices;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The random bits of conversions.</summary>
internal static unsafe class ConversionDraws
{
    /// <summary>
    /// Draws one half of the random bits of conversions: the high halves with block 0, the low ones with block 1. Eight columns of an array
    /// share a Philox block. So the first array's draws may begin before the first column, and the last block of an array may reach into
    /// the next array, whose own draws then overwrite it.
    /// </summary>
    /// <param name="at">The conversions on all input planes of the first pixel.</param>
    /// <param name="pixels">The number of pixels.</param>
    /// <param name="halves">The halves, <c>[pixel][input plane][column]</c>, <see cref="PlaneConversions.HighStride"/> from one plane to
    /// the next; written.</param>
    [SkipLocalsInit]
    public static void Draw(in PhiloxKeys keys, in PlaneConversions at, int pixels, ushort* halves, int block)
    {
        const int PerBlock = Draws.ColumnsPerConversionBlock;
        ref readonly var first = ref at.First;
        int column = first.Place.Column, end = column + at.Columns, planes = at.Planes, rows = pixels * planes;
        int tileColumns = first.Map.TileColumns;
        uint* word1 = stackalloc uint[rows];
        for (int tile = column / tileColumns; column < end; tile++)
        {
            int inArray = first.FirstColumn + column - tile * tileColumns, next = Math.Min(end, (tile + 1) * tileColumns);
            int before = inArray % PerBlock, blocks = (before + next - column + PerBlock - 1) / PerBlock;
            var counter = Draws.ConversionCounter(first.Place with { Array = first.Place.Array + tile, Column = inArray }, block);
            for (int pixel = 0, row = 0; pixel < pixels; pixel++)
                for (int plane = 0; plane < planes; plane++, row++)
                    word1[row] = counter.Word1 + (uint)pixel * Draws.NextPixel.Word1 + (uint)plane * Draws.NextInputBit.Word1;
            ushort* from = halves + (column - first.Place.Column) - before;
            Philox.FillRows(keys, counter, blocks, word1, rows, (uint*)from, PlaneConversions.HighStride / 2);
            column = next;
        }
    }
}
