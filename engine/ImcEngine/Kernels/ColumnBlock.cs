using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>Neighbouring columns of one array: what a die's conversions are made by.</summary>
/// <param name="First">Column of the convolution group.</param>
/// <param name="Count">At most <see cref="MostColumns"/>.</param>
/// <param name="ColumnTile">Which arrays hold it.</param>
/// <param name="FirstInArray">Physical column; draws share a block with their neighbours, so it is a multiple of <see cref="MostColumns"/>.</param>
internal readonly record struct ColumnBlock(int First, int Count, int ColumnTile, int FirstInArray)
{
    public const int MostColumns = 256;

    public static ColumnBlock[] Of(LayerMap map)
    {
        var blocks = new List<ColumnBlock>();
        for (int tile = 0; tile < map.ColumnTiles; tile++)
        {
            int first = tile * map.ArrayColumns, columns = Math.Min(map.ArrayColumns, map.GroupColumns - first);
            for (int at = 0; at < columns; at += MostColumns) blocks.Add(new(first + at, Math.Min(MostColumns, columns - at), tile, at));
        }
        return [.. blocks];
    }
}

/// <summary>The conversions of one block of columns at one pixel.</summary>
/// <param name="stream">Of the layer's temporal draws in this run.</param>
/// <param name="place">Its column is the block's first.</param>
/// <param name="planeWeight">Of the input plane.</param>
/// <param name="accumulators">Per column, written to.</param>
internal readonly ref struct BlockConversions(DrawStream stream, ConversionPlace place, int planeWeight, Span<long> accumulators)
{
    public DrawStream Stream { get; } = stream;
    public ConversionPlace Place { get; } = place;
    public int PlaneWeight { get; } = planeWeight;
    public Span<long> Accumulators { get; } = accumulators;

    /// <summary>The 32 random bits of a column's conversion.</summary>
    public uint Uniform(int column) => Draws.Conversion(Stream, Place with { Column = Place.Column + column });

    /// <summary>The high halves of all columns' random bits.</summary>
    /// <param name="blocks">Room for whole blocks; its 16-bit lanes are the columns'.</param>
    public void HighHalves(Span<uint> blocks) => Philox.Fill(Stream.Key(), Draws.ConversionCounter(Place, 0), Draws.NextColumns, blocks);

    /// <summary>Words of the random blocks that serve <paramref name="columns"/> columns.</summary>
    public static int RandomWords(int columns) => (columns + Draws.ColumnsPerConversionBlock - 1) / Draws.ColumnsPerConversionBlock * 4;
}
