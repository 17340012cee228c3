using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Kernels;

/// <summary>
/// The kernel of any die (ARITHMETIC §4): every conversion by itself, with its own edges, cells and noise. A tile of pixels goes through each stage whole, so that
/// tables are read from the nearest cache:
/// <code>
/// tile of pixels -> row group:  list the driven rows of every pixel and input plane
///                               matches per column (MatchCounter), and with mismatch what cells deviate (CellSums)
///                               random bits (Philox)
///                               columns by the hundred -> pixel -> input plane:  convert, accumulate (IColumnConverter)
/// </code>
/// </summary>
internal sealed unsafe class DieKernel : ILayerKernel
{
    private const int MostTilePixels = 16;

    /// <summary>Integers of so many conversions, twice, stay in the second-level cache.</summary>
    private const int TileConversions = 1 << 16;

    private readonly MappedLayer _layer;
    private readonly DieCells _cells;
    private readonly MatchCounter _counter;
    private readonly IColumnConverter _converter;
    private readonly ChunkSums? _second;
    private readonly int _tilePixels, _columns, _listLength;

    private DieKernel(MappedLayer layer, DieCells cells, MatchCounter counter, IColumnConverter converter, SecondStage? second)
    {
        (_layer, _cells, _counter, _converter) = (layer, cells, counter, converter);
        _second = second is null ? null : new(layer, second);
        _columns = counter.Columns;
        _tilePixels = Math.Clamp(TileConversions / (_columns * layer.Map.InputFormat.Bits), 1, MostTilePixels);
        _listLength = 2 * layer.LargestGroup + MatchCounter.RowStep + cells.MostSegments * (1 + DieCells.RowStep) + RowList.Slack;
    }

    public bool ReadsPlanes => true;

    /// <summary>What the die takes of memory beyond the mapped network.</summary>
    public long Bytes => _cells.Bytes + _counter.Bytes + _converter.Bytes;

    /// <param name="name">Of the layer, for messages.</param>
    /// <param name="transfers">One, or one per plane pair <c>[inputBit, weightBit]</c>.</param>
    /// <param name="unit">What accumulators count.</param>
    /// <param name="second">Of the digital sums over kernel positions; null for none.</param>
    /// <exception cref="ImcException">Cells deviate or are stuck and a row group has more rows than the array has there; or the noise profile cannot be read.</exception>
    public static DieKernel Prepare(
        string name, MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit, uint dieSeed, SecondStage? second = null)
    {
        var sampler = new DieSampler(macro, dieSeed, layer.Ordinal);
        if ((sampler.HasMismatch || sampler.HasFaults) && layer.LargestGroup > macro.Rows)
            throw new ImcException($"Layer '{name}' has a row group of {layer.LargestGroup} rows, the array {macro.Rows}: such overfull groups have no cells that could deviate or be stuck. Turn macro.legacyOverfull off.");
        var cells = new DieCells(layer, sampler);
        var counter = MatchCounter.Of(layer, cells.Weights);
        return new(layer, cells, counter, Converter(layer, macro, transfers, unit, cells, sampler, counter.Columns, second is not null), second);
    }

    /// <summary>Conversions by a measured table; accumulators count 2^-16.</summary>
    public static DieKernel Prepare(MappedLayer layer, MacroSpec macro, MeasuredTable table, long[] levelUnits, SecondStage? second = null)
    {
        var cells = new DieCells(layer, new(macro, 0, layer.Ordinal));
        var counter = MatchCounter.Of(layer, cells.Weights);
        return new(layer, cells, counter, new DistributionConverter(layer, new MeasuredDistribution(table), [new([], levelUnits)], counter.Columns, second is not null), second);
    }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        for (int convGroup = 0; convGroup < _layer.Map.Geometry.Groups; convGroup++)
            for (int done = 0; done < pixels; done += _tilePixels)
                RunTile(planes, context, convGroup, firstPixel + done, Math.Min(_tilePixels, pixels - done), scratch, sums);
    }

    private static IColumnConverter Converter(
        MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit, DieCells cells, DieSampler sampler, int columns, bool sumsUnits)
    {
        if (transfers[0].PassesSums) return new SumConverter(layer.Map, NoiseTable.Of(macro.Die, transfers[0], layer), unit);
        NoiseTable?[] noise = [.. transfers.Select(transfer => NoiseTable.Of(macro.Die, transfer, layer))];
        NoiseTable[] noisy = [.. noise.OfType<NoiseTable>()];
        if (!DieEdges.DiffersByColumn(macro.Die) && noisy.Length == noise.Length && NoiseDistribution.TryMake(layer, macro.Die, transfers, noisy) is { } distribution)
            return new DistributionConverter(layer, distribution, [.. transfers.Select(transfer => IntegerAdc.Of(transfer, unit))], columns, sumsUnits);
        return new EdgeConverter(layer, transfers, unit, new(layer, macro, transfers, cells, sampler, columns), noise, sumsUnits);
    }

    private void RunTile(PackedImage image, RunContext context, int convGroup, int firstPixel, int pixels, KernelScratch scratch, Span<long> results)
    {
        var map = _layer.Map;
        int planes = map.InputFormat.Bits, conversions = pixels * planes, sumBytes = _converter.Sums.Bytes;
        var patches = ReadPatches(image, convGroup, firstPixel, pixels, scratch);
        var selections = scratch.Selections.Span<DieSelection>(pixels, planes);
        var sums = scratch.Accumulators.Pointer((long)pixels * _columns * sumBytes);
        var matches = (int*)scratch.LaneSums.Pointer((long)conversions * _columns * sizeof(int));
        int* cells = _cells.HasMismatch ? (int*)scratch.CellSums.Pointer((long)conversions * _columns * sizeof(int)) : null;
        ushort* highs = _converter.Draws ? (ushort*)scratch.Highs.Pointer(((long)conversions * _columns + Draws.ColumnsPerConversionBlock) * sizeof(ushort)) : null;
        new Span<byte>(sums, pixels * _columns * sumBytes).Clear();
        var stream = new DrawStream(context.Noise.Run, DrawPurpose.Conversion, _layer.Ordinal, context.Noise.Repeat);

        long* chunkSums = _second is null ? null : (long*)scratch.ChunkSums.Pointer((long)conversions * _columns * sizeof(long));
        int chunks = _second?.Chunks ?? 1;

        for (int chunk = 0; chunk < chunks; chunk++)
        {
            if (_second is not null) new Span<long>(chunkSums, conversions * _columns).Clear();
            for (int rowGroup = chunk; rowGroup < map.Groups.Length; rowGroup += chunks)
            {
                int errorSet = convGroup * map.RowTiles + rowGroup / map.Slots;
                ListRows(image.Planes, convGroup, rowGroup, firstPixel, patches, scratch, selections);
                _counter.Count(convGroup, selections, matches);
                if (cells is not null) CellSums.Sum(_cells, convGroup, _cells.SegmentCount(convGroup, rowGroup), selections, cells, _columns);
                var place = new ConversionPlace(errorSet * map.ColumnTiles, 0, context.Image, firstPixel, rowGroup, 0);
                if (highs is not null) Draw(stream.Key(), place, planes, conversions, highs);
                for (int first = 0; first < map.GroupColumns; first += DieConversions.MostColumns)
                    for (int i = 0; i < conversions; i++)
                    {
                        long at = (long)i * _columns + first;
                        _converter.Convert(new()
                        {
                            Stream = stream, Place = place with { Column = first, Pixel = firstPixel + i / planes, InputBit = i % planes },
                            Columns = Math.Min(DieConversions.MostColumns, map.GroupColumns - first), ArrayColumns = map.ArrayColumns, ErrorSet = errorSet,
                            PlaneWeight = _second is null ? map.InputFormat.PlaneWeight(i % planes) : 1, Selection = selections[i], Matches = matches + at,
                            CellQuanta = cells is null ? null : cells + at, Highs = highs is null ? null : highs + at,
                            Sums = _second is null ? sums + ((long)(i / planes) * _columns + first) * sumBytes : (byte*)(chunkSums + at),
                        });
                    }
            }
            _second?.Add(context.Noise, new(0, 0, context.Image, firstPixel, 0, 0), convGroup, chunk, pixels, chunkSums, _columns, (long*)sums);
        }
        for (int i = 0; i < pixels; i++) _converter.Sums.Combine(sums + (long)i * _columns * sumBytes, convGroup, firstPixel + i, results);
    }

    private Span<ulong> ReadPatches(PackedImage image, int convGroup, int firstPixel, int pixels, KernelScratch scratch)
    {
        int words = image.Planes * _layer.Patch.Words;
        var patches = scratch.Patches.Span<ulong>(pixels, words);
        for (int i = 0; i < pixels; i++) _layer.Patch.Read(image, convGroup, firstPixel + i, patches.Slice(i * words, words));
        return patches;
    }

    /// <summary>Which rows every conversion of a row group adds.</summary>
    /// <param name="selections"><c>[pixel][input plane]</c>, written.</param>
    private void ListRows(int planes, int convGroup, int rowGroup, int firstPixel, ReadOnlySpan<ulong> patches, KernelScratch scratch, Span<DieSelection> selections)
    {
        var map = _layer.Map;
        var group = map.Groups[rowGroup];
        int words = _layer.Patch.Words, bits = map.InputFormat.Bits;
        bool isXnor = map.Product == CellProduct.Xnor;
        var driven = scratch.Driven.Span<ulong>(words, 1);
        var lists = (int*)scratch.Lists.Pointer((long)selections.Length * _listLength * sizeof(int));
        for (int i = 0; i < selections.Length; i++, lists += _listLength)
        {
            var patch = patches.Slice(i / bits * planes * words, planes * words);
            var plane = patch.Slice(i % bits * words, words);
            if (isXnor && i % bits == 0) PopcountKernel.MarkDriven(_layer, firstPixel + i / bits, patch, words, driven);
            int listed = _counter.RowList.Append(plane, [], group, 0, lists);
            if (isXnor) listed += _counter.RowList.Append(driven, plane, group, _counter.ComplementOffset, lists + listed);
            int padded = RowList.Pad(lists, listed, MatchCounter.RowStep, _counter.ZeroRowOffset);
            int* cellRows = lists + padded;
            if (_cells.HasMismatch) _cells.List(convGroup, rowGroup, plane, driven, cellRows);
            selections[i] = map.Product == CellProduct.And ? new(lists, padded, cellRows, 1, 0) : new(lists, padded, cellRows, 2, -listed);
        }
    }

    /// <summary>The high halves of all columns' random bits. A column tile's last block reaches into the next tile, which is drawn after it.</summary>
    /// <param name="place">Of the first pixel's input plane 0.</param>
    /// <param name="highs"><c>[conversion][column]</c>.</param>
    private void Draw(PhiloxKey key, ConversionPlace place, int planes, int conversions, ushort* highs)
    {
        const int PerBlock = Draws.ColumnsPerConversionBlock;
        var map = _layer.Map;
        for (int i = 0; i < conversions; i++, highs += _columns)
            for (int tile = 0, first = 0; tile < map.ColumnTiles; tile++, first += map.ArrayColumns)
            {
                int blocks = (Math.Min(map.ArrayColumns, map.GroupColumns - first) + PerBlock - 1) / PerBlock;
                var counter = Draws.ConversionCounter(place with { Array = place.Array + tile, Pixel = place.Pixel + i / planes, InputBit = i % planes }, 0);
                Philox.Fill(key, counter, Draws.NextColumns, new(highs + first, blocks * PerBlock / 2));
            }
    }
}
