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
/// The high halves of the random bits are drawn for many columns together. They decide nearly every sum; else the low half is drawn.
/// </summary>
internal sealed unsafe class ChunkSums
{
    /// <summary>The random bits drawn together, in rows of one pixel and input digit: Philox computes as many at once.</summary>
    private const int RowsTogether = 4;

    private readonly MappedLayer _layer;
    private readonly LayerMap _map;
    private readonly SecondStage _stage;
    private readonly SecondNoiseBins? _bins;

    public ChunkSums(MappedLayer layer, SecondStage stage)
    {
        (_layer, _map, _stage) = (layer, layer.Map, stage);
        _bins = SecondNoiseBins.TryCreate(stage);
    }

    public int Chunks => _map.Geometry.IsLinear ? _map.Groups.Length : _map.Groups.Length / _map.Geometry.Taps;

    /// <summary>Converts the sums of one chunk of a tile of pixels and adds them to the tile's sums.</summary>
    /// <param name="first">The place of the tile's first pixel; only image and pixel are read.</param>
    /// <param name="chunkSums">The sums of the chunk, <c>[pixel][input digit][column]</c>, in level integers.</param>
    /// <param name="columns">The distance from the columns of one pixel and input digit to those of the next.</param>
    /// <param name="sums">The sums of the tile, <c>[pixel][column]</c>; added to.</param>
    public void Add(NoiseSeed noise, ConversionPlace first, int convGroup, int chunk, int pixels, KernelScratch scratch, long* chunkSums,
        int columns, long* sums)
    {
        var stream = new DrawStream(noise.Run, DrawPurpose.SecondStage, _layer.Ordinal, noise.Repeat);
        var keys = new PhiloxKeys(stream.Key());
        var at = _map.PlaceFirst(convGroup, chunk);
        int digits = _map.InputDigits.Count, together = Math.Max(1, RowsTogether / digits),
            block = Math.Max(1, DieConversions.MostColumns / _map.WeightCells.Count) * _map.WeightDigits.Count;
        for (int column = 0; column < _map.GroupDigits; column += block)
            for (int pixel = 0; pixel < pixels; pixel += together)
            {
                var place = first with { Array = at.Array, Pixel = first.Pixel + pixel, RowGroup = chunk };
                var sumsOf = new Sums(stream, place, at.Column, column, Math.Min(block, _map.GroupDigits - column),
                    Math.Min(together, pixels - pixel));
                ushort* highs = Draw(keys, sumsOf, scratch);
                for (int i = 0; i < sumsOf.Pixels * digits; i++, highs += PlaneConversions.HighStride)
                    Add(sumsOf, i / digits, i % digits, highs, chunkSums + ((long)pixel * digits + i) * columns + column,
                        sums + (long)(pixel + i / digits) * columns + column);
            }
    }

    /// <summary>Neighbouring sums.</summary>
    /// <param name="Place">The place of the first pixel. Its array is that of the convolution group's first column; its column is not
    /// read.</param>
    /// <param name="FirstColumn">The physical column of the convolution group's first column.</param>
    /// <param name="Column">The first column, counted in the convolution group.</param>
    private readonly record struct Sums(DrawStream Stream, ConversionPlace Place, int FirstColumn, int Column, int Columns, int Pixels);

    /// <summary>Draws the high halves of the random bits, <c>[pixel][input digit][column]</c>.</summary>
    private ushort* Draw(in PhiloxKeys keys, in Sums of, KernelScratch scratch)
    {
        int rows = of.Pixels * _map.InputDigits.Count;
        var highs = (ushort*)scratch.RandomHalves.Pointer((long)(rows + 1) * PlaneConversions.HighStride * sizeof(ushort))
            + Draws.ColumnsPerConversionBlock;
        int cells = _map.WeightCells.Count, digits = _map.WeightDigits.Count;
        ConversionDraws.Draw(keys, new PlaneConversions(new DieConversions
        {
            Stream = of.Stream, Place = of.Place with { Column = of.Column / digits * cells }, Columns = of.Columns / digits * cells,
            Map = _map, FirstColumn = of.FirstColumn, ErrorSet = 0, PlaneWeight = 1, Driven = default, Matches = null, Cells = default,
            Highs = highs, Sums = null,
        })
        { Digits = _map.InputDigits, Driven = null, SumStride = 0, FirstLows = null }, of.Pixels, highs, 0);
        if (cells == digits) return highs;
        // A digit of several columns has the bits of its lowest one. They are moved towards the first column.
        for (int row = 0; row < rows; row++)
        {
            ushort* ofRow = highs + row * PlaneConversions.HighStride;
            for (int i = 0; i < of.Columns; i++) ofRow[i] = ofRow[i / digits * cells + _map.WeightColumns.FirstOf(i % digits)];
        }
        return highs;
    }

    /// <summary>Converts and adds the sums of one pixel and input digit.</summary>
    private void Add(in Sums of, int pixel, int inputDigit, ushort* highs, long* chunkSums, long* sums)
    {
        long weight = _map.InputDigits.Weight(inputDigit);
        for (int column = 0; column < of.Columns; column++)
        {
            ushort high = highs[column];
            long units = _bins?.Units(chunkSums[column], high) ?? _stage.UnitsOfHigh(chunkSums[column], high)
                ?? _stage.Units(chunkSums[column], Uniform(of, pixel, inputDigit, column));
            sums[column] += weight * units;
        }
    }

    private uint Uniform(in Sums of, int pixel, int inputDigit, int column)
    {
        var digit = _map.PlaceDigit(new(of.Place.Array, 0, of.FirstColumn), of.Column + column);
        return Draws.Conversion(of.Stream, of.Place with
        {
            Array = digit.Array, Column = digit.Column, Pixel = of.Place.Pixel + pixel, InputBit = inputDigit,
        });
    }
}
