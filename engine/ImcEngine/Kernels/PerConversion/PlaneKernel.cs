using ImcEngine.BitPlanes;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Conversions of single planes.
/// <code>
/// row group -> block of columns:  with mismatch, sum the cell deviations for every pixel and input plane (CellSums)
///   -> a few pixels:              draw random bits (Philox)
///     -> pixel -> input plane:    count matches (MatchCounter), convert and accumulate (IColumnConverter)
/// </code>
/// </summary>
internal sealed unsafe class PlaneKernel(PerConversionKernel.DieParts parts) : PerConversionKernel(parts)
{
    /// <summary>Padding that keeps the rows of cell sums from competing for the same cache lines.</summary>
    private const int CellPadding = 32;

    /// <summary>Input planes whose random bits are drawn together: Philox computes as many rows at once.</summary>
    private const int DrawnTogether = 4;

    protected override int TilePixels => 64;

    /// <inheritdoc/>
    protected override void Draw(in PhiloxKeys keys, in PlaneConversions at, ushort* halves, int block) =>
        ConversionDraws.Draw(keys, at, 1, halves, block);

    /// <inheritdoc/>
    protected override void RunRowGroup(PackedImage image, RunContext context, int convGroup, int rowGroup, int firstPixel,
        ReadOnlySpan<ulong> patches, Span<DrivenRows> selections, KernelScratch scratch, byte* sums)
    {
        var place = new ConversionPlace(
            Layer.Map.PlaceFirst(convGroup, rowGroup).Array, 0, context.Image, firstPixel, Layer.Map.OrdinalOf(rowGroup), 0);
        Lists.List(image.Planes, convGroup, rowGroup, firstPixel, patches, scratch, selections);
        for (int block = 0; block < Counter.Blocks; block++)
            RunBlock(convGroup, rowGroup, block, place with { Column = block * Counter.BlockColumns }, context.Noise, selections, scratch,
                sums);
    }

    /// <summary>Makes all conversions of a tile in one row group and one block of columns.</summary>
    /// <param name="place">The place of the first pixel, input plane 0 and the block's first column, which is counted in the convolution
    /// group.</param>
    /// <param name="sums">The sums, <c>[pixel][column]</c>, or where planes are separate the unweighted sums, <c>[pixel][input
    /// plane][column]</c>; added to.</param>
    private void RunBlock(int convGroup, int rowGroup, int block, ConversionPlace place, NoiseSeed noise,
        ReadOnlySpan<DrivenRows> selections, KernelScratch scratch, byte* sums)
    {
        var map = Layer.Map;
        int planes = map.InputFormat.Bits, first = place.Column, cellStride = Counter.BlockColumns + CellPadding,
            sumBytes = ColumnConverter.Sums.Bytes, rowBytes = SumStride * sumBytes;
        int segments = Cells.HasMismatch ? Cells.SegmentCount(convGroup, rowGroup) : 0;
        var cells = (short*)scratch.CellSums.Pointer((long)selections.Length * segments * cellStride * sizeof(short));
        if (segments > 0)
            CellSums.Sum(Cells, convGroup, first, Counter.BlockColumns, rowGroup, selections, planes, cells, cellStride);
        var matches = (int*)scratch.Counts.Pointer((long)planes * PlaneConversions.CountStride * sizeof(int));
        // The votes of a pixel are drawn when it is converted.
        int together = HasVotes ? 1 : Math.Max(1, DrawnTogether / planes), halves = planes * PlaneConversions.HighStride;
        var highs = (ushort*)scratch.RandomHalves.Pointer(2L * together * halves * sizeof(ushort)) + Draws.ColumnsPerConversionBlock;
        int errorSet = map.ErrorSet(convGroup, rowGroup), firstColumn = map.PlaceFirst(convGroup, rowGroup).Column;
        var stream = new DrawStream(noise.Run, DrawPurpose.Conversion, Layer.Ordinal, noise.Repeat);
        var keys = new PhiloxKeys(stream.Key());
        fixed (DrivenRows* driven = selections)
            for (int pixel = 0, pixels = selections.Length / planes; pixel < pixels; pixel++)
            {
                int i = pixel * planes, inDrawn = pixel % together;
                bool areBytes = ColumnConverter.TakesBytes && TryCount(convGroup, block, driven + i, planes, (byte*)matches);
                if (!areBytes) Count(convGroup, block, driven + i, planes, matches);
                var onFirstPlane = new DieConversions
                {
                    Stream = stream, Place = place with { Pixel = place.Pixel + pixel },
                    Columns = Math.Min(Counter.BlockColumns, map.GroupDigits - first), Map = map,
                    FirstColumn = firstColumn, ErrorSet = errorSet,
                    PlaneWeight = SeparatesDigits ? 1 : map.InputFormat.PlaneWeight(0), Driven = driven[i],
                    Matches = areBytes ? null : matches, MatchBytes = areBytes ? (byte*)matches : null,
                    Highs = highs + inDrawn * halves, Cells = new(cells + (long)i * segments * cellStride, segments, cellStride),
                    Sums = sums + (long)(SeparatesDigits ? i : pixel) * rowBytes + (long)first * sumBytes,
                };
                var conversions = new PlaneConversions(onFirstPlane)
                {
                    Digits = map.InputDigits, Driven = driven + i, SumStride = SeparatesDigits ? rowBytes : 0,
                    FirstLows = highs + (together + inDrawn) * halves,
                };
                if (HasVotes) DrawAndConvert(conversions, halves, scratch);
                else
                {
                    if (inDrawn == 0) DrawAll(keys, conversions, Math.Min(together, pixels - pixel));
                    ColumnConverter.Convert(conversions);
                }
            }
    }

    /// <summary>Draws the random bits of some pixels.</summary>
    private void DrawAll(in PhiloxKeys keys, in PlaneConversions at, int pixels)
    {
        if (ColumnConverter.Draws) ConversionDraws.Draw(keys, at, pixels, at.First.Highs, 0);
        if (ColumnConverter.DrawsLows) ConversionDraws.Draw(keys, at, pixels, at.FirstLows, 1);
    }

    /// <summary>Counts the matches on all input planes of a pixel; returns whether all of them fit bytes.</summary>
    private bool TryCount(int convGroup, int block, DrivenRows* driven, int planes, byte* matches)
    {
        for (int plane = 0; plane < planes; plane++, matches += PlaneConversions.CountStride)
            if (!Counter.TryCount(convGroup, block, driven[plane], matches)) return false;
        return true;
    }

    /// <inheritdoc cref="TryCount"/>
    private void Count(int convGroup, int block, DrivenRows* driven, int planes, int* matches)
    {
        for (int plane = 0; plane < planes; plane++, matches += PlaneConversions.CountStride)
            Counter.Count(convGroup, block, driven[plane], matches);
    }
}
