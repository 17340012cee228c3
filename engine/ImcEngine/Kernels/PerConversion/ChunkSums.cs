using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// A layer's second stage (ARITHMETIC §5): the sums of its columns over the kernel positions of one chunk,
/// per input plane, before they are weighed and added up.
/// <code>
/// row group = kernel position * chunks + chunk       a linear layer has one kernel position, so every row group of it is a chunk
/// draw        one per (pixel, column, input plane, chunk); array and row group are those of the chunk's first row group
/// </code>
/// </summary>
internal sealed unsafe class ChunkSums(MappedLayer layer, SecondStage stage)
{
    private readonly LayerMap _map = layer.Map;

    public int Chunks => _map.Geometry.IsLinear ? _map.Groups.Length : _map.Groups.Length / _map.Geometry.Taps;

    /// <summary>Adds a tile's chunk to its results.</summary>
    /// <param name="first">Of the tile's first pixel and column: only image and pixel are read.</param>
    /// <param name="chunkSums"><c>[pixel][input plane][column]</c>, level integers.</param>
    /// <param name="columns">Distance from one conversion's columns to the next one's.</param>
    /// <param name="sums"><c>[pixel][column]</c>, added to.</param>
    public void Add(NoiseSeed noise, ConversionPlace first, int convGroup, int chunk, int pixels, long* chunkSums, int columns, long* sums)
    {
        int planes = _map.InputFormat.Bits;
        var stream = new DrawStream(noise.Run, DrawPurpose.SecondStage, layer.Ordinal, noise.Repeat);
        int array = (convGroup * _map.RowTiles + chunk / _map.Slots) * _map.ColumnTiles;
        for (int i = 0; i < pixels * planes; i++, chunkSums += columns)
        {
            long* to = sums + (long)(i / planes) * columns;
            long planeWeight = _map.InputFormat.PlaneWeight(i % planes);
            for (int column = 0; column < _map.GroupColumns; column++)
            {
                int tile = column / _map.ArrayColumns;
                var place = first with { Array = array + tile, Column = column - tile * _map.ArrayColumns, Pixel = first.Pixel + i / planes,
                    RowGroup = chunk, InputBit = i % planes };
                to[column] += planeWeight * stage.Units(chunkSums[column], Draws.Conversion(stream, place));
            }
        }
    }
}
