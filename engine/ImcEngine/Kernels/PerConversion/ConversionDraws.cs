using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The random bits of conversions.</summary>
internal static unsafe class ConversionDraws
{
    /// <summary>
    /// Draws one half of the columns' random bits: the high halves with block 0, the low ones with block 1. Eight columns of an array share
    /// a Philox block. So the first array's draws may begin before the first column, and the last block of an array may reach into the next
    /// array, whose own draws then overwrite it.
    /// </summary>
    public static void Draw(PhiloxKey key, in PlaneConversions at, ushort* halves, int block)
    {
        const int PerBlock = Draws.ColumnsPerConversionBlock;
        var first = at.First;
        int column = first.Place.Column, end = column + at.Columns;
        int tileColumns = first.Map.TileColumns;
        for (int tile = column / tileColumns; column < end; tile++)
        {
            int inArray = first.FirstColumn + column - tile * tileColumns, next = Math.Min(end, (tile + 1) * tileColumns);
            int before = inArray % PerBlock, blocks = (before + next - column + PerBlock - 1) / PerBlock;
            var counter = Draws.ConversionCounter(first.Place with { Array = first.Place.Array + tile, Column = inArray }, block);
            ushort* from = halves + (column - first.Place.Column) - before;
            Philox.Fill(key, counter, Draws.NextColumns, blocks, Draws.NextInputBit, at.Planes, (uint*)from,
                PlaneConversions.HighStride / 2);
            column = next;
        }
    }
}
