using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>A layer on a die where whole counts determine every code.</summary>
/// <param name="Weights">The weight bits, as the cells hold them.</param>
/// <param name="WeightBytes">The memory of the die's own weight bits, in bytes.</param>
/// <param name="Edges">The edges of the columns.</param>
/// <param name="Codes">The decoding of accumulated codes.</param>
internal sealed record WholeCounts(PackedWeights Weights, long WeightBytes, DieEdges Edges, AccumulatorDecoding Codes);

/// <summary>
/// The kernel for any die (ARITHMETIC §4): it computes each conversion separately, with its own edges, cells and noise. Conversions are
/// ordered in tiles, so that their tables are read from the nearest cache:
/// <code>
/// tile of pixels -> row group:  list the driven rows of every pixel and input plane
///   -> block of columns:        with mismatch, sum the cell deviations for every pixel and input plane (CellSums)
///   -> pixel -> input plane:    count matches (MatchCounter), draw random bits (Philox), convert and accumulate (IColumnConverter)
/// </code>
/// </summary>
internal sealed unsafe class PerConversionKernel : IDieKernel
{
    private const int TilePixels = 64;

    /// <summary>Padding that keeps the rows of cell sums, and of column sums, from competing for the same cache lines.</summary>
    private const int CellPadding = 32, SumPadding = 16;

    private readonly MappedLayer _layer;
    private readonly DieCells _cells;
    private readonly MatchCounter _counter;
    private readonly IColumnConverter _converter;
    private readonly DieRowLists _lists;
    private readonly ChunkSums? _second;
    private readonly bool _separatesPlanes;

    private PerConversionKernel(MappedLayer layer, DieCells cells, MatchCounter counter, IColumnConverter converter, SecondStage? second,
        bool separatesPlanes)
    {
        (_layer, _cells, _counter, _converter, _separatesPlanes) = (layer, cells, counter, converter, separatesPlanes);
        _second = second is null ? null : new(layer, second);
        _lists = new(layer, counter, cells);
    }

    public KernelId Id => KernelId.PerConversion;
    public bool ReadsPlanes => true;

    /// <summary>The distance from one pixel's column sums to the next one's.</summary>
    private int SumStride => _counter.Columns + SumPadding;

    public long Bytes => _cells.Bytes + _counter.Bytes + _converter.Bytes;

    /// <summary>Prepares the kernel for conversions by edges.</summary>
    /// <param name="name">The name of the layer, for messages.</param>
    /// <param name="transfers">One transfer, or one per plane pair <c>[inputBit, weightBit]</c>.</param>
    /// <param name="unit">The unit of the accumulators.</param>
    /// <param name="given">Static errors given in place of drawn ones, already applied to the macro (<see cref="LayerErrors.AppliedTo"/>);
    /// null for none.</param>
    /// <param name="second">The second stage, which converts the digital sums over kernel positions; null for none.</param>
    /// <param name="counterOf">Makes the counter; null for the widest that this machine has.</param>
    /// <param name="isProbe">Whether the kernel is for <see cref="Probe"/> alone.</param>
    /// <exception cref="ImcException">Cells deviate or are stuck and a row group has more rows than macro.rows; or the noise profile cannot
    /// be read.</exception>
    public static PerConversionKernel Prepare(
        string name, MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit, uint dieSeed,
        LayerErrors? given = null, SecondStage? second = null, Func<MappedLayer, PackedWeights, MatchCounter>? counterOf = null,
        bool isProbe = false)
    {
        bool separatesPlanes = isProbe || second is not null;
        var sampler = new DieSampler(macro, dieSeed, layer.Ordinal, given);
        if ((sampler.HasMismatch || sampler.HasFaults) && layer.LargestGroup > macro.Rows)
            throw new ImcException($"Layer '{name}' has a row group of {layer.LargestGroup} rows, but the macro has {macro.Rows}: "
                + "the rows beyond have no cells that could deviate or be stuck. Turn macro.legacyOverfull off.");
        var cells = new DieCells(layer, sampler);
        var counter = (counterOf ?? MatchCounter.Create)(layer, cells.Weights);
        var converter = Converter(layer, macro, transfers, unit, cells, sampler, counter.Columns, separatesPlanes);
        return new(layer, cells, counter, converter, second, separatesPlanes);
    }

    /// <summary>Prepares the kernel for conversions by a measured table. Its accumulators are in the unit of the levels.</summary>
    public static PerConversionKernel Prepare(MappedLayer layer, MacroSpec macro, MeasuredTable table, long[] levelUnits,
        SecondStage? second = null, bool isProbe = false)
    {
        bool separatesPlanes = isProbe || second is not null;
        var cells = new DieCells(layer, new(macro, 0, layer.Ordinal));
        var counter = MatchCounter.Create(layer, cells.Weights);
        return new(layer, cells, counter,
            new DistributionConverter(layer, new MeasuredDistribution(table), [new([], levelUnits)], counter.Columns, separatesPlanes),
            second, separatesPlanes);
    }

    /// <summary>The layer for a kernel of whole counts, where these determine every code: without mismatch of cells, noise, and a second
    /// stage. Null otherwise.</summary>
    public WholeCounts? WholeCounts => !_cells.HasMismatch && _second is null && (_converter as EdgeConverter)?.EdgesOfCounts is { } edges
        ? new(_cells.Weights, _cells.Bytes, edges, _converter.Sums.Affine) : null;

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums)
    {
        for (int convGroup = 0; convGroup < _layer.Map.Geometry.Groups; convGroup++)
            for (int done = 0; done < pixels; done += TilePixels)
                RunTile(planes, context, convGroup, firstPixel + done, Math.Min(TilePixels, pixels - done), scratch, sums);
    }

    /// <summary>Makes the conversions of one output pixel in one row group.</summary>
    /// <param name="image">The layer's input.</param>
    /// <param name="context">The image and the noise seed, which key the temporal draws.</param>
    /// <param name="units">The levels in the unit of the accumulators, <c>[input plane][column of the convolution group]</c>;
    /// written.</param>
    public void Probe(PackedImage image, RunContext context, int convGroup, int rowGroup, int pixel, KernelScratch scratch,
        Span<long> units)
    {
        int planes = _layer.Map.InputFormat.Bits, columns = _layer.Map.GroupColumns;
        var sums = scratch.Accumulators.Span<long>(planes, SumStride);
        sums.Clear();
        var patches = _lists.ReadPatches(image, convGroup, pixel, 1, scratch);
        RunRowGroup(image, context, convGroup, rowGroup, pixel, patches, scratch.DrivenRows.Span<DrivenRows>(1, planes), scratch,
            scratch.Accumulators.Pointer((long)sums.Length * sizeof(long)));
        for (int plane = 0; plane < planes; plane++)
            sums.Slice(plane * SumStride, columns).CopyTo(units.Slice(plane * columns, columns));
    }

    private static IColumnConverter Converter(
        MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit, DieCells cells, DieSampler sampler,
        int columns, bool sumsUnits)
    {
        if (transfers[0].PassesSums) return new SumConverter(layer.Map, NoiseTable.TryCreate(macro.Die, transfers[0], layer), unit);
        NoiseTable?[] noise = [.. transfers.Select(transfer => NoiseTable.TryCreate(macro.Die, transfer, layer))];
        NoiseTable[] noisy = [.. noise.OfType<NoiseTable>()];
        if (!DieEdges.DiffersByColumn(macro.Die) && noisy.Length == noise.Length
            && NoiseDistribution.TryMake(layer, macro.Die, transfers, noisy) is { } distribution)
            return new DistributionConverter(layer, distribution,
                [.. transfers.Select(transfer => IntegerAdc.FromTransfer(transfer, unit))], columns, sumsUnits);
        return new EdgeConverter(layer, transfers, unit, new(layer, macro, transfers, sampler, columns, cells.EpsSumQuanta),
            noise, sumsUnits, cells.Extent);
    }

    [SkipLocalsInit]
    private void RunTile(PackedImage image, RunContext context, int convGroup, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> results)
    {
        var map = _layer.Map;
        int planes = map.InputFormat.Bits, sumBytes = _converter.Sums.Bytes;
        var patches = _lists.ReadPatches(image, convGroup, firstPixel, pixels, scratch);
        var selections = scratch.DrivenRows.Span<DrivenRows>(pixels, planes);
        var sums = scratch.Accumulators.Pointer((long)pixels * SumStride * sumBytes);
        new Span<byte>(sums, pixels * SumStride * sumBytes).Clear();
        int chunkLength = _second is null ? 0 : selections.Length * SumStride, chunks = _second?.Chunks ?? 1;
        var chunkSums = (long*)scratch.ChunkSums.Pointer((long)chunkLength * sizeof(long));
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            new Span<long>(chunkSums, chunkLength).Clear();
            for (int rowGroup = chunk; rowGroup < map.Groups.Length; rowGroup += chunks)
                RunRowGroup(image, context, convGroup, rowGroup, firstPixel, patches, selections, scratch,
                    _second is null ? sums : (byte*)chunkSums);
            _second?.Add(context.Noise, new(0, 0, context.Image, firstPixel, 0, 0), convGroup, chunk, pixels, chunkSums, SumStride,
                (long*)sums);
        }
        _converter.Sums.Combine(sums, SumStride, convGroup, firstPixel, pixels, results);
    }

    /// <summary>Makes all conversions of a tile in one row group.</summary>
    /// <param name="patches">The input bits under the window at each pixel.</param>
    /// <param name="selections">Receives the driven rows.</param>
    /// <param name="sums">As for <see cref="RunBlock"/>.</param>
    private void RunRowGroup(PackedImage image, RunContext context, int convGroup, int rowGroup, int firstPixel,
        ReadOnlySpan<ulong> patches, Span<DrivenRows> selections, KernelScratch scratch, byte* sums)
    {
        var place = new ConversionPlace(_layer.Map.PlaceFirst(convGroup, rowGroup).Array, 0, context.Image, firstPixel, rowGroup, 0);
        _lists.List(image.Planes, convGroup, rowGroup, firstPixel, patches, scratch, selections);
        for (int block = 0; block < _counter.Blocks; block++)
            RunBlock(convGroup, block, place with { Column = block * _counter.BlockColumns }, context.Noise, selections, scratch, sums);
    }

    /// <summary>Makes all conversions of a tile in one row group and one block of columns.</summary>
    /// <param name="place">The place of the first pixel, input plane 0 and the block's first column, which is counted in the convolution
    /// group.</param>
    /// <param name="sums">The sums, <c>[pixel][column]</c>, or where planes are separate the unweighted sums, <c>[pixel][input
    /// plane][column]</c>; added to.</param>
    private void RunBlock(int convGroup, int block, ConversionPlace place, NoiseSeed noise,
        ReadOnlySpan<DrivenRows> selections, KernelScratch scratch, byte* sums)
    {
        var map = _layer.Map;
        int planes = map.InputFormat.Bits, first = place.Column, cellStride = _counter.BlockColumns + CellPadding,
            sumBytes = _converter.Sums.Bytes, rowBytes = SumStride * sumBytes;
        int segments = _cells.HasMismatch ? _cells.SegmentCount(convGroup, place.RowGroup) : 0;
        var cells = (short*)scratch.CellSums.Pointer((long)selections.Length * segments * cellStride * sizeof(short));
        if (segments > 0)
            CellSums.Sum(_cells, convGroup, first, _counter.BlockColumns, place.RowGroup, selections, planes, cells, cellStride);
        var matches = (int*)scratch.Counts.Pointer((long)planes * PlaneConversions.CountStride * sizeof(int));
        int halves = planes * PlaneConversions.HighStride;
        var highs = (ushort*)scratch.RandomHalves.Pointer(2L * halves * sizeof(ushort)) + Draws.ColumnsPerConversionBlock;
        int errorSet = map.ErrorSet(convGroup, place.RowGroup), firstColumn = map.PlaceFirst(convGroup, place.RowGroup).Column;
        var stream = new DrawStream(noise.Run, DrawPurpose.Conversion, _layer.Ordinal, noise.Repeat);
        fixed (DrivenRows* driven = selections)
            for (int i = 0; i < selections.Length; i += planes)
            {
                bool areBytes = _converter.TakesBytes && TryCount(convGroup, block, driven + i, planes, (byte*)matches);
                if (!areBytes) Count(convGroup, block, driven + i, planes, matches);
                var onFirstPlane = new DieConversions
                {
                    Stream = stream, Place = place with { Pixel = place.Pixel + i / planes },
                    Columns = Math.Min(_counter.BlockColumns, map.GroupColumns - first), TileColumns = map.TileColumns,
                    FirstColumn = firstColumn, ErrorSet = errorSet,
                    PlaneWeight = _separatesPlanes ? 1 : map.InputFormat.PlaneWeight(0), Driven = driven[i],
                    Matches = areBytes ? null : matches, MatchBytes = areBytes ? (byte*)matches : null,
                    Highs = highs, Cells = new(cells + (long)i * segments * cellStride, segments, cellStride),
                    Sums = sums + (long)(_separatesPlanes ? i : i / planes) * rowBytes + (long)first * sumBytes,
                };
                var conversions = new PlaneConversions
                {
                    First = onFirstPlane, Format = map.InputFormat, Driven = driven + i, SumStride = _separatesPlanes ? rowBytes : 0,
                    FirstLows = highs + halves,
                };
                if (_converter.Draws) Draw(stream.Key(), conversions, highs, 0);
                if (_converter.DrawsLows) Draw(stream.Key(), conversions, highs + halves, 1);
                _converter.Convert(conversions);
            }
    }

    /// <summary>Counts the matches on all input planes of a pixel; returns whether all of them fit bytes.</summary>
    private bool TryCount(int convGroup, int block, DrivenRows* driven, int planes, byte* matches)
    {
        for (int plane = 0; plane < planes; plane++, matches += PlaneConversions.CountStride)
            if (!_counter.TryCount(convGroup, block, driven[plane], matches)) return false;
        return true;
    }

    /// <inheritdoc cref="TryCount"/>
    private void Count(int convGroup, int block, DrivenRows* driven, int planes, int* matches)
    {
        for (int plane = 0; plane < planes; plane++, matches += PlaneConversions.CountStride)
            _counter.Count(convGroup, block, driven[plane], matches);
    }

    /// <summary>
    /// Draws one half of the columns' random bits: the high halves with block 0, the low ones with block 1. Eight columns of an array share
    /// a Philox block. So the first array's draws may begin before the first column, and the last block of an array may reach into the next
    /// array, whose own draws then overwrite it.
    /// </summary>
    private static void Draw(PhiloxKey key, in PlaneConversions at, ushort* halves, int block)
    {
        const int PerBlock = Draws.ColumnsPerConversionBlock;
        var first = at.First;
        int column = first.Place.Column, end = column + at.Columns;
        for (int tile = column / first.TileColumns; column < end; tile++)
        {
            int inArray = first.FirstColumn + column - tile * first.TileColumns, next = Math.Min(end, (tile + 1) * first.TileColumns);
            int before = inArray % PerBlock, blocks = (before + next - column + PerBlock - 1) / PerBlock;
            var counter = Draws.ConversionCounter(first.Place with { Array = first.Place.Array + tile, Column = inArray }, block);
            ushort* from = halves + (column - first.Place.Column) - before;
            Philox.Fill(key, counter, Draws.NextColumns, blocks, Draws.NextInputBit, at.Planes, (uint*)from,
                PlaneConversions.HighStride / 2);
            column = next;
        }
    }
}
