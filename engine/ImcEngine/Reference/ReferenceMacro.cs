using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>The accumulators of a layer, <c>[outputChannel, pixel]</c>, and their unit.</summary>
internal sealed record ReferenceResult(long[] Acc, AccumulationUnit Unit);

/// <summary>The seeds of the random draws.</summary>
/// <param name="Die">The seed of static draws.</param>
/// <param name="Run">The seed of temporal draws.</param>
/// <param name="Repeat">The repetition of temporal draws.</param>
internal readonly record struct ReferenceSeeds(uint Die, uint Run, int Repeat = 0);

/// <summary>
/// The normative macro: every kernel must agree with it code for code. Conversions and accumulation are written as in ARITHMETIC §4 and §6:
/// <code>
/// s    = sum over driven rows of x[i] * w[j]          x[i], w[j]: values of digit i of the input, digit j of the weight code
/// v    = 4096 * s + sum over driven rows, and over the cells of w[j], of x[i] * value in the cell * eps + noise
/// code = number of k with v above edge[k]
/// acc  = sum over i, j of weight(i) * weight(j) * sum over chunks of second(sum over the chunk's row groups of value(code))
/// </code>
/// A digit is a plane, or several (ARITHMETIC §15). Of a digit pair that digital adders sum, value(code) is s itself.
/// A measured table gives the code of s directly. Without a second stage, second(sum) = sum and all row groups are one chunk. The macro
/// shares no packing with the kernels: it reads the original weights and activations, and derives rows, row groups and bits on its own. It
/// is written for clarity, not for speed.
/// </summary>
internal sealed class ReferenceMacro
{
    private readonly ReferenceLayer _layer;
    private readonly MacroSpec _macro;
    private readonly List<Row[]> _rowGroups;
    private readonly ReferenceDigits _digits;
    private readonly ReferencePlacement _placement;
    private readonly ReferenceConversionAdcs _adcs;
    private readonly AccumulationUnit _unit;
    private readonly ReferenceDie? _die;
    private readonly ReferenceNoise? _noise;
    private readonly ReferenceTable? _table;
    private readonly ReferenceSecondStage? _second;
    private readonly int _chunks;

    /// <param name="layer">The layer, with its original weights.</param>
    /// <param name="macro">The geometry of the array, the mapping, and the errors. Of its ADC, only a measured table, a second stage and
    /// the gain are read.</param>
    /// <param name="adc">The layer's ideal transfer; with a measured table, only its levels are used.</param>
    /// <param name="seeds">The seeds of the die and of the noise.</param>
    /// <param name="given">Static errors given in place of drawn ones; null for none.</param>
    /// <exception cref="ImcException">There is a second stage and the mapping is not single-tap; a table or the noise profile cannot be
    /// read; or cells deviate or are stuck and a row group has more rows than macro.rows.</exception>
    public ReferenceMacro(ReferenceLayer layer, MacroSpec macro, AdcTransfer adc, ReferenceSeeds seeds = default, LayerErrors? given = null)
        : this(layer, macro, ReferenceAdcs.Of(adc), seeds, given)
    {
    }

    /// <param name="adcs">The layer's ideal transfers.</param>
    /// <inheritdoc cref="ReferenceMacro(ReferenceLayer, MacroSpec, AdcTransfer, ReferenceSeeds, LayerErrors?)"/>
    public ReferenceMacro(ReferenceLayer layer, MacroSpec macro, ReferenceAdcs adcs, ReferenceSeeds seeds = default,
        LayerErrors? given = null)
    {
        macro = given?.AppliedTo(macro) ?? macro;
        (_layer, _macro) = (layer, macro);
        _rowGroups = ReferenceRowGroups.Cut(layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull);
        _digits = new(layer, macro);
        _placement = new(layer, _digits.CellsOfOutput, macro, _rowGroups);
        _adcs = new(macro, adcs, _digits, _rowGroups);
        _unit = ReferenceUnit.ForLayer(layer, macro, adcs);
        if (macro.Adc is { Kind: AdcKind.Table, Table: not null }) _table = new(macro.Adc, layer.Ordinal, seeds);
        _second = macro.Adc.HasSecondStage ? new(macro.Adc, adcs.Transfers[0], layer.Ordinal, seeds) : null;
        _chunks = _second is null ? 1 : ChunkCount(layer, macro);
        if (ReferenceUnit.IsIdeal(macro.Die)) return;
        if (HasCellErrors(macro.Die) && _rowGroups.Any(group => group.Length > macro.Rows))
            throw new ImcException($"A row group holds {_rowGroups.Max(group => group.Length)} rows, but the macro has {macro.Rows}: "
                + "the rows beyond have no cells that could deviate or be stuck. Turn legacyOverfull off.");
        _die = new(macro, _digits, layer.Ordinal, seeds.Die, given);
        _noise = new(macro.Die, _adcs, layer.Ordinal, seeds);
    }

    /// <summary>Returns the accumulators for one image.</summary>
    /// <param name="input">The codes of the image, <c>[channel, y, x]</c>.</param>
    /// <param name="image">The index of the image in its data source: the <c>image</c> field of temporal draws.</param>
    /// <param name="probe">Called for every conversion; null for none.</param>
    public ReferenceResult Run(short[] input, int image = 0, Action<Conversion>? probe = null)
    {
        var g = _layer.Geometry;
        var acc = new long[g.OutputSize];
        for (int pixel = 0; pixel < g.OutputPixels; pixel++)
            for (int convGroup = 0; convGroup < g.Groups; convGroup++)
                {
                    int?[][] driving = [
                        .. _rowGroups.Select(group => (int?[])[.. group.Select(row => _layer.DrivingCode(input, convGroup, row, pixel))])];
                    for (int n = 0; n < g.GroupOutputChannels; n++)
                    {
                        int o = (convGroup * g.GroupOutputChannels) + n;
                        for (int i = 0; i < _digits.Inputs.Count; i++)
                            for (int j = 0; j < _digits.Weights.Count; j++)
                            {
                                long weights = (long)_digits.Inputs[i].Weight * _digits.Weights[j].Weight;
                                acc[(o * g.OutputPixels) + pixel] += weights
                                    * SumOfRowGroups(new(convGroup, 0, i, j, o, pixel), driving, image, probe);
                            }
                    }
                }
        return new(acc, _unit);
    }

    /// <summary>Returns the sum over all conversions of one digit pair of one result.</summary>
    /// <param name="of">The digit pair and the result; its row group is not read.</param>
    private long SumOfRowGroups(Conversion of, int?[][] driving, int image, Action<Conversion>? probe)
    {
        long sum = 0;
        for (int chunk = 0; chunk < _chunks; chunk++)
        {
            long ofChunk = 0;
            for (int r = chunk; r < _rowGroups.Count; r += _chunks) ofChunk += Convert(of with { RowGroup = r }, driving[r], image, probe);
            var first = of with { RowGroup = chunk };
            sum += _second?.Convert(ofChunk, first, PlaceOf(first), image) ?? ofChunk;
        }
        return sum;
    }

    /// <summary>Returns the number of chunks. Each row group at the first kernel position begins a chunk; a linear layer has no other
    /// position.</summary>
    private int ChunkCount(ReferenceLayer layer, MacroSpec macro) => macro.Mapping == MappingKind.SingleTap || layer.Geometry.IsLinear
        ? _rowGroups.Count(group => group[0].Tap == 0)
        : throw new ImcException($"A second stage acts on the sum over kernel positions; "
            + $"the mapping is '{SpecWords.WordFor(macro.Mapping)}', allowed is 'single-tap'.");

    /// <summary>Makes the conversions of one sum, and returns the level of their code, in the accumulators' unit: the level of the median
    /// code, or the sum of all levels where their mean counts.</summary>
    private long Convert(Conversion at, int?[] driving, int image, Action<Conversion>? probe)
    {
        var place = PlaceOf(at);
        var (s, mismatchQuanta) = PartialSum(at, driving);
        if (_digits.IsDigital(_digits.Inputs[at.InputDigit], _digits.Weights[at.WeightDigit]))
            return (long)s * (_unit == AccumulationUnit.Counts ? 1 : AdcTransfer.LevelsPerCount * _macro.SummedVotes);
        // Without noise all votes are equal, and one stands for them.
        var votes = Enumerable.Range(0, _macro.VotesDiffer ? _macro.Votes : 1)
            .Select(vote => Vote(at with { S = s }, place, mismatchQuanta, image, vote)).ToList();
        foreach (var vote in votes) probe?.Invoke(at with { S = s, Code = vote.Code });
        return _macro.SummedVotes > 1 ? votes.Sum(vote => vote.Level) : votes.OrderBy(vote => vote.Order).ElementAt(votes.Count / 2).Level;
    }

    private (long Order, long Level, int Code) Vote(Conversion at, ReferenceColumn place, long mismatchQuanta, int image, int vote)
    {
        var adc = _adcs.Of(at);
        var transfer = adc.Transfer;
        long v = ((long)AdcTransfer.QuantaPerCount * at.S) + mismatchQuanta + (_noise?.Quanta(at, place, image, vote) ?? 0);
        int code = _table?.Code(at, place, image, vote)
            ?? adc.Code(v, _die?.EdgesQuanta(place, _digits.Weights[at.WeightDigit], transfer) ?? adc.IdealEdgesQuanta);
        long level = _unit switch
        {
            AccumulationUnit.Codes => code,
            AccumulationUnit.Counts => transfer.PassesSums ? at.S : adc.LevelIntegers[code] / AdcTransfer.LevelsPerCount,
            AccumulationUnit.Sixteenths => (long)(16 * transfer.LevelCounts[code]),
            _ => transfer.PassesSums ? v * (AdcTransfer.LevelsPerCount / AdcTransfer.QuantaPerCount) : adc.LevelIntegers[code],
        };
        return (transfer.PassesSums ? v : code, level, code);
    }

    /// <summary>Returns the lowest column of a conversion.</summary>
    private ReferenceColumn PlaceOf(Conversion at) =>
        _placement.Column(at.RowGroup, at.OutputChannel, _digits.Weights[at.WeightDigit].FirstCell);

    private (int S, long MismatchQuanta) PartialSum(Conversion at, int?[] driving)
    {
        ReferenceDigit input = _digits.Inputs[at.InputDigit], weight = _digits.Weights[at.WeightDigit];
        int s = 0;
        long mismatchQuanta = 0;
        for (int row = 0; row < driving.Length; row++)
        {
            if (driving[row] is not int inputCode) continue;
            int x = input.Value(_layer.InputFormat.Digits(inputCode), 0, input.Planes);
            int stored = _digits.Written(_layer.Weight(at.OutputChannel, _rowGroups[at.RowGroup][row]));
            int physicalRow = _placement.PhysicalRow(at.ConvGroup, at.RowGroup, row);
            for (int cell = 0; cell < weight.Cells; cell++)
            {
                var place = _placement.Column(at.RowGroup, at.OutputChannel, weight.FirstCell + cell);
                int held = _die?.Held(place, physicalRow, stored) ?? stored;
                int product = x * weight.Value(held, cell * weight.PlanesOfCell, weight.PlanesOfCell);
                s += product;
                if (_die is not null) mismatchQuanta += (long)product * _die.EpsQuanta(place, physicalRow, weight.Units(cell));
            }
        }
        return (s, mismatchQuanta);
    }

    private static bool HasCellErrors(DieSpec die) =>
        die.CellMismatchRelative > 0 || die.UnitCapacitanceFemtofarads is not null || die.StuckAtZeroRelative > 0
            || die.StuckAtOneRelative > 0;
}
