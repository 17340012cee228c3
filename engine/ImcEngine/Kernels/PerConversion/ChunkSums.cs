using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// The second stage of a layer (ARITHMETIC §5). It converts the sums of columns over the kernel positions of one chunk, separately for each
/// input digit; then they are weighted and added.
/// <code>
/// row group = kernel position * chunks + chunk       a linear layer has one kernel position, so each of its row groups is a chunk
/// draw        one per (pixel, column, input digit, chunk); its array and row group are those of the chunk's first row group
/// </code>
/// </summary>
internal sealed unsafe class ChunkSums(MappedLayer layer, SecondStage stage)
{
    private readonly LayerMap _map = layer.Map;

    public int Chunks => _map.Geometry.IsLinear ? _map.Groups.Length : _map.Groups.Length / _map.Geometry.Taps;

    /// <summary>Converts the sums of one chunk of a tile of pixels and adds them to the tile's sums.</summary>
    /// <param name="first">The place of the tile's first pixel; only image and pixel are read.</param>
    /// <param name="chunkSums">The sums of the chunk, <c>[pixel][input plane][column]</c>, in level integers.</param>
    /// <param name="columns">The distance from the columns of one pixel and input plane to those of the next.</param>
    /// <param name="sums">The sums of the tile, <c>[pixel][column]</c>; added to.</param>
    public void Add(NoiseSeed noise, ConversionPlace first, int convGroup, int chunk, int pixels, long* chunkSums, int columns, long* sums)
    {
        int planes = _map.InputDigits.Count;
        var stream = new DrawStream(noise.Run, DrawPurpose.SecondStage, layer.Ordinal, noise.Repeat);
        var at = _map.PlaceFirst(convGroup, chunk);
        for (int i = 0; i < pixels * planes; i++, chunkSums += columns)
        {
            long* to = sums + (long)(i / planes) * columns;
            long planeWeight = _map.InputDigits.Weight(i % planes);
            for (int column = 0; column < _map.GroupDigits; column++)
            {
                var digit = _map.PlaceDigit(at, column);
                var place = first with { Array = digit.Array, Column = digit.Column, Pixel = first.Pixel + i / planes, RowGroup = chunk,
                    InputBit = i % planes };
                to[column] += planeWeight * stage.Units(chunkSums[column], Draws.Conversion(stream, place));
            }
        }
    }
}
