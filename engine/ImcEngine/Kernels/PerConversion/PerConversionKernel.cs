using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// The kernel for any die (ARITHMETIC §4): it computes each conversion separately, with its own edges, cells and noise. Conversions are
/// ordered in tiles, so that their tables are read from the nearest cache:
/// <code>
/// tile of pixels -> row group:  list the driven rows of every pixel and input plane
///   PlaneKernel                 converts single planes
///   DigitKernel                 adds the planes of each digit, then converts (ARITHMETIC §15)
/// </code>
/// In what both convert, a column is a weight digit.
/// </summary>
internal abstract unsafe class PerConversionKernel : IDieKernel
{
    /// <summary>Padding that keeps the rows of column sums from competing for the same cache lines.</summary>
    private const int SumPadding = 16;

    private readonly ChunkSums? _second;
    private readonly Votes _votes;

    protected PerConversionKernel(DieParts parts)
    {
        (Layer, Cells, Counter, ColumnConverter, SeparatesDigits) =
            (parts.Layer, parts.Cells, parts.Counter, parts.Converter, parts.SeparatesDigits);
        _votes = parts.Votes;
        SumStride = parts.Columns + SumPadding;
        _second = parts.Second is { } second ? new(Layer, second) : null;
        Lists = new(Layer, Counter, Cells);
    }

    /// <summary>The parts of a kernel.</summary>
    /// <param name="Columns">The columns of a convolution group, padded.</param>
    /// <param name="SeparatesDigits">Whether the sums of input digits stay separate and unweighted.</param>
    protected internal sealed record DieParts(MappedLayer Layer, DieCells Cells, MatchCounter Counter, int Columns,
        IColumnConverter Converter, SecondStage? Second, bool SeparatesDigits, Votes Votes);

    /// <summary>The conversions of one sum (ARITHMETIC §15).</summary>
    /// <param name="Count">Their number; 1 where they cannot differ.</param>
    /// <param name="AreSummed">Whether the sum of their levels counts, not their median.</param>
    protected internal readonly record struct Votes(int Count, bool AreSummed)
    {
        public static Votes Of(MacroSpec macro, bool canDiffer) =>
            canDiffer ? new(macro.Votes, macro.Votes > 1 && macro.Voting == VotingKind.Mean) : new(1, false);

        /// <summary>The conversions that are summed for each partial sum.</summary>
        public int Summed => AreSummed ? Count : 1;
    }

    protected MappedLayer Layer { get; }
    protected DieCells Cells { get; }
    protected MatchCounter Counter { get; }
    protected IColumnConverter ColumnConverter { get; }
    protected DieRowLists Lists { get; }
    protected bool SeparatesDigits { get; }

    /// <summary>The distance from one pixel's column sums to the next one's.</summary>
    protected int SumStride { get; }

    /// <summary>The most pixels of a tile.</summary>
    protected abstract int TilePixels { get; }

    public KernelId Id => KernelId.PerConversion;
    public bool ReadsPlanes => true;

    public long Bytes => Cells.Bytes + Counter.Bytes + ColumnConverter.Bytes;

    /// <summary>Prepares the kernel for conversions by edges.</summary>
    /// <param name="name">The name of the layer, for messages.</param>
    /// <param name="transfers">One transfer, or one per digit pair <c>[inputDigit, weightDigit]</c>.</param>
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
        var sampler = new DieSampler(macro, dieSeed, layer.Ordinal, given, layer.Map.WeightColumns);
        if ((sampler.HasMismatch || sampler.HasFaults) && layer.LargestGroup > macro.Rows)
            throw new ImcException($"Layer '{name}' has a row group of {layer.LargestGroup} rows, but the macro has {macro.Rows}: "
                + "the rows beyond have no cells that could deviate or be stuck. Turn macro.legacyOverfull off.");
        var cells = new DieCells(layer, sampler);
        var counter = (counterOf ?? MatchCounter.Create)(layer, cells.Weights);
        bool separatesDigits = isProbe || second is not null;
        var votes = Votes.Of(macro, macro.Die.HasNoise);
        int columns = ColumnsOf(layer, counter);
        return Of(new(layer, cells, counter, columns,
            Converter(layer, macro, transfers, unit, cells, sampler, columns, new(separatesDigits, votes.Summed)), second,
            separatesDigits, votes));
    }

    /// <summary>Prepares the kernel for conversions by a measured table. Its accumulators are in the unit of the levels.</summary>
    public static PerConversionKernel Prepare(MappedLayer layer, MacroSpec macro, MeasuredTable table, long[] levelUnits,
        SecondStage? second = null, bool isProbe = false)
    {
        bool separatesDigits = isProbe || second is not null;
        var votes = Votes.Of(macro, canDiffer: true);
        var cells = new DieCells(layer, new(macro, 0, layer.Ordinal));
        var counter = MatchCounter.Create(layer, cells.Weights);
        int columns = ColumnsOf(layer, counter);
        return Of(new(layer, cells, counter, columns,
            new DistributionConverter(layer, new MeasuredDistribution(table), [new([], levelUnits)], columns,
                new(separatesDigits, votes.Summed)), second, separatesDigits, votes));
    }

    private static PerConversionKernel Of(DieParts parts) =>
        parts.Layer.Map.ConvertsPlanes ? new PlaneKernel(parts) : new DigitKernel(parts);

    /// <summary>Returns the number of columns of a convolution group, padded.</summary>
    private static int ColumnsOf(MappedLayer layer, MatchCounter counter) => layer.Map.ConvertsPlanes ? counter.Columns
        : (layer.Map.GroupDigits + DigitKernel.ColumnStep - 1) / DigitKernel.ColumnStep * DigitKernel.ColumnStep;

    /// <summary>The layer for a kernel of whole counts, where these determine every code: without mismatch of cells, noise, and a second
    /// stage. Null otherwise.</summary>
    public WholeCounts? WholeCounts => Layer.Map.ConvertsPlanes && !Cells.HasMismatch && _second is null
        && (ColumnConverter as EdgeConverter)?.OfCounts is var (edges, adc) && AffineLevels.TryFit(adc.UnitOfCode) is { } levels
            ? new(Cells.Weights, Cells.Bytes, edges, levels.Residuals, AccumulatorDecoding.Of(Layer, levels)) : null;

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums)
    {
        for (int convGroup = 0; convGroup < Layer.Map.Geometry.Groups; convGroup++)
            for (int done = 0; done < pixels; done += TilePixels)
                RunTile(planes, context, convGroup, firstPixel + done, Math.Min(TilePixels, pixels - done), scratch, sums);
    }

    /// <summary>Makes the conversions of one output pixel in one row group.</summary>
    /// <param name="image">The layer's input.</param>
    /// <param name="context">The image and the noise seed, which key the temporal draws.</param>
    /// <param name="units">The levels in the unit of the accumulators, <c>[input digit][column of the convolution group]</c>;
    /// written.</param>
    public void Probe(PackedImage image, RunContext context, int convGroup, int rowGroup, int pixel, KernelScratch scratch,
        Span<long> units)
    {
        int digits = Layer.Map.InputDigits.Count, columns = Layer.Map.GroupDigits;
        var sums = scratch.Accumulators.Span<long>(digits, SumStride);
        sums.Clear();
        var patches = Lists.ReadPatches(image, convGroup, pixel, 1, scratch);
        var selections = scratch.DrivenRows.Span<DrivenRows>(1, Layer.Map.InputFormat.Bits);
        RunRowGroup(image, context, convGroup, rowGroup, pixel, patches, selections, scratch,
            scratch.Accumulators.Pointer((long)sums.Length * sizeof(long)));
        for (int digit = 0; digit < digits; digit++)
            sums.Slice(digit * SumStride, columns).CopyTo(units.Slice(digit * columns, columns));
    }

    private static IColumnConverter Converter(
        MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit, DieCells cells, DieSampler sampler,
        int columns, SummedConversions summed)
    {
        if (transfers[0].PassesSums) return new SumConverter(layer.Map, NoiseTable.TryCreate(macro.Die, transfers[0], layer), unit);
        var adcs = new MergedAdcs(transfers, unit);
        NoiseTable?[] noise = [.. transfers.Select(transfer => NoiseTable.TryCreate(macro.Die, transfer, layer))];
        // ADCs of plane pairs whose noise is the same convert fastest by their edges.
        if (noise is [{ IsSymmetric: true } first, _, ..] && noise.All(each => each?.IsSame(first) == true)) noise = [first];
        NoiseTable[] noisy = [.. noise.OfType<NoiseTable>()];
        if (!DieEdges.DiffersByColumn(macro.Die) && noisy.Length == adcs.Adcs.Count
            && NoiseDistribution.TryMake(layer, macro.Die, adcs, noisy) is { } distribution)
            return new DistributionConverter(layer, distribution, adcs.Adcs, columns, summed);
        var edges = new ColumnEdgeSets(layer, macro, adcs, sampler, columns, cells.EpsSumQuanta);
        return WideConverter.IsNeeded(layer, cells.HasMismatch, noise)
            ? new WideConverter(layer, adcs, unit, new(layer, edges), noise, summed)
            : new EdgeConverter(layer, adcs, unit, new(layer, edges), noise, summed, cells.Extent);
    }

    [SkipLocalsInit]
    private void RunTile(PackedImage image, RunContext context, int convGroup, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> results)
    {
        var map = Layer.Map;
        int planes = map.InputFormat.Bits, sumBytes = ColumnConverter.Sums.Bytes;
        var patches = Lists.ReadPatches(image, convGroup, firstPixel, pixels, scratch);
        var selections = scratch.DrivenRows.Span<DrivenRows>(pixels, planes);
        var sums = scratch.Accumulators.Pointer((long)pixels * SumStride * sumBytes);
        new Span<byte>(sums, pixels * SumStride * sumBytes).Clear();
        int chunkLength = _second is null ? 0 : pixels * map.InputDigits.Count * SumStride, chunks = _second?.Chunks ?? 1;
        var chunkSums = (long*)scratch.ChunkSums.Pointer((long)chunkLength * sizeof(long));
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            new Span<long>(chunkSums, chunkLength).Clear();
            for (int rowGroup = chunk; rowGroup < map.Groups.Length; rowGroup += chunks)
                RunRowGroup(image, context, convGroup, rowGroup, firstPixel, patches, selections, scratch,
                    _second is null ? sums : (byte*)chunkSums);
            _second?.Add(context.Noise, new(0, 0, context.Image, firstPixel, 0, 0), convGroup, chunk, pixels, scratch, chunkSums,
                SumStride, (long*)sums);
        }
        ColumnConverter.Sums.Combine(sums, SumStride, convGroup, firstPixel, pixels, results);
    }

    /// <summary>Whether each sum is converted several times.</summary>
    protected bool HasVotes => _votes.Count > 1;

    /// <summary>Draws the random bits of conversions, and converts them: all votes one after the other where their levels are summed, else
    /// the one that has the median of the votes' bits.</summary>
    /// <param name="halves">The elements of the high halves of all input digits.</param>
    protected void DrawAndConvert(in PlaneConversions at, int halves, KernelScratch scratch)
    {
        var keys = new PhiloxKeys(at.First.Stream.Key());
        if (!HasVotes)
        {
            if (ColumnConverter.Draws) Draw(keys, at, at.First.Highs, 0);
            if (ColumnConverter.DrawsLows) Draw(keys, at, at.FirstLows, 1);
            ColumnConverter.Convert(at);
            return;
        }
        ushort* highs = at.First.Highs, lows = at.FirstLows;
        for (int vote = 0; vote < _votes.Summed; vote++)
        {
            var ofVote = at.With(at.First with { Place = at.First.Place with { Vote = vote },
                Votes = _votes.AreSummed ? 1 : _votes.Count });
            if (ColumnConverter.Draws) Draw(keys, ofVote, highs, 0);
            if (ColumnConverter.DrawsLows) Draw(keys, ofVote, lows, 1);
            if (ColumnConverter.Draws && ofVote.First.Votes > 1) TakeMedian(keys, at, halves, scratch);
            ColumnConverter.Convert(ofVote);
        }
    }

    /// <summary>Draws one half of the random bits.</summary>
    /// <param name="halves">Receives the halves, one per column, <see cref="PlaneConversions.HighStride"/> from one input digit to the
    /// next.</param>
    /// <param name="block">0 for the high halves, 1 for the low ones.</param>
    protected abstract void Draw(in PhiloxKeys keys, in PlaneConversions at, ushort* halves, int block);

    /// <summary>Replaces the bits of vote 0 by the median of all votes.</summary>
    private void TakeMedian(in PhiloxKeys keys, in PlaneConversions at, int halves, KernelScratch scratch)
    {
        int count = _votes.Count;
        var others = (ushort*)scratch.VoteHalves.Pointer(2L * count * halves * sizeof(ushort)) + Draws.ColumnsPerConversionBlock;
        for (int vote = 1; vote < count; vote++)
        {
            var ofVote = at.With(at.First with { Place = at.First.Place with { Vote = vote } });
            Draw(keys, ofVote, others + vote * halves, 0);
            if (ColumnConverter.DrawsLows) Draw(keys, ofVote, others + (count + vote) * halves, 1);
        }
        for (int plane = 0; plane < at.Planes; plane++)
        {
            ushort* high = at.Highs(plane), othersHigh = others + plane * PlaneConversions.HighStride;
            if (ColumnConverter.DrawsLows) VoteMedian.Take(high, at.Lows(plane), othersHigh, halves, count, at.Columns);
            else VoteMedian.Take(high, othersHigh, halves, count, at.Columns);
        }
    }

    /// <summary>Makes all conversions of a tile in one row group.</summary>
    /// <param name="patches">The input bits under the window at each pixel.</param>
    /// <param name="selections">Receives the driven rows, <c>[pixel][input plane]</c>.</param>
    /// <param name="sums">The sums, <c>[pixel][column]</c>, or where digits are separate the unweighted sums, <c>[pixel][input
    /// digit][column]</c>; added to.</param>
    protected abstract void RunRowGroup(PackedImage image, RunContext context, int convGroup, int rowGroup, int firstPixel,
        ReadOnlySpan<ulong> patches, Span<DrivenRows> selections, KernelScratch scratch, byte* sums);
}
