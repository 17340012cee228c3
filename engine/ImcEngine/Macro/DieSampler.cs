using System.Runtime.InteropServices;
using ImcEngine.BitPlanes;
using ImcEngine.Randomness;

namespace ImcEngine.Macro;

/// <summary>A cell whose stored bit cannot be written.</summary>
public enum CellFault
{
    None,
    StuckAtZero,
    StuckAtOne,
}

/// <summary>
/// The static draws of one layer on one die (ARITHMETIC §4). Each is a unit variate scaled by its sigma. A draw belongs to a cell, to a
/// column, or to an ADC that <c>columnsPerAdc</c> adjacent columns share. The sampler has no state: equal arguments give equal answers, in
/// any order and on any thread.
/// </summary>
/// <param name="macro">The macro; its die specification, <c>columnsPerAdc</c> and cells per column are used.</param>
/// <param name="dieSeed">The seed that names the die.</param>
/// <param name="layer">The layer's ordinal among the macro layers in graph order.</param>
/// <param name="given">Errors that the caller gives in place of drawn ones; null: all are drawn.</param>
/// <param name="columns">The columns of an output; null where each column is a digit.</param>
internal sealed class DieSampler(MacroSpec macro, uint dieSeed, int layer, LayerErrors? given = null, WeightColumns? columns = null)
{
    private readonly DieSpec _die = macro.Die;
    private readonly bool _givenCells = given?.HasCellDeviations == true;
    private readonly double _cellSigmaQuanta = AdcTransfer.QuantaPerCount * macro.Die.CellSigmaRelative();

    /// <summary>The deviations of the cells of each column of an output; one where all are alike.</summary>
    private readonly Lazy<CellSigma[]> _sigmas = new(() => Sigmas(AdcTransfer.QuantaPerCount * macro.Die.CellSigmaRelative(), columns));

    public bool HasMismatch => _givenCells || _cellSigmaQuanta > 0;

    public bool HasFaults => _die.StuckAtZeroRelative > 0 || _die.StuckAtOneRelative > 0;

    /// <summary>A cell's relative deviation in quanta: round(4096 * sigma * N), or round(4096 * the given deviation).</summary>
    public int CellEpsQuanta(int array, int row, int column) =>
        _givenCells ? GivenEpsQuanta(array, row, column)
        : HasMismatch ? SigmaOf(column).EpsQuanta(Draws.Uniform(Stream(DrawPurpose.CellMismatch), array, row, column)) : 0;

    /// <summary>Writes the deviations of the cells of one row in columns <c>0 .. epsQuanta.Length - 1</c>, quanta.</summary>
    public void CellEpsQuanta(int array, int row, Span<int> epsQuanta)
    {
        epsQuanta.Clear();
        if (!HasMismatch) return;
        if (_givenCells)
        {
            for (int column = 0; column < epsQuanta.Length; column++) epsQuanta[column] = GivenEpsQuanta(array, row, column);
            return;
        }
        var uniforms = MemoryMarshal.Cast<int, uint>(epsQuanta);
        Draws.Uniforms(Stream(DrawPurpose.CellMismatch), array, row, uniforms);
        var sigmas = _sigmas.Value;
        for (int ofOutput = 0; ofOutput < sigmas.Length; ofOutput++)
        {
            var sigma = sigmas[ofOutput];
            for (int column = ofOutput; column < epsQuanta.Length; column += sigmas.Length)
                epsQuanta[column] = sigma.EpsQuanta(uniforms[column]);
        }
    }

    /// <summary>The exact sum of the deviations of all cells of a digit's columns, used or not, each times its capacitor in units,
    /// quanta.</summary>
    /// <param name="column">The digit's lowest column.</param>
    public long EpsSumQuanta(int array, int column)
    {
        if (!HasMismatch) return 0;
        return SumOfColumns(column, each =>
        {
            long sum = 0;
            for (int row = 0; row < macro.ColumnCells; row++) sum += CellEpsQuanta(array, row, each);
            return sum;
        });
    }

    /// <summary>Returns the sum of what a digit's columns have, each times its capacitor in units.</summary>
    /// <param name="column">The digit's lowest column.</param>
    public long SumOfColumns(int column, Func<int, long> ofColumn)
    {
        if (columns is null) return ofColumn(column);
        int first = column % columns.Count, digit = columns.DigitOf(first);
        long sum = 0;
        for (int i = 0; i < columns.CountOf(digit); i++) sum += columns.Units(first + i) * ofColumn(column + i);
        return sum;
    }

    /// <summary>Whether a cell is stuck. Its uniform variate decides: the lowest fraction <c>stuckAtZeroRelative</c> is stuck at zero, the
    /// highest fraction <c>stuckAtOneRelative</c> at one.</summary>
    public CellFault Fault(int array, int row, int column)
    {
        if (!HasFaults) return CellFault.None;
        double u = Draws.Uniform(Stream(DrawPurpose.StuckCell), array, row, column) * (1.0 / 4294967296.0);
        return u < _die.StuckAtZeroRelative ? CellFault.StuckAtZero : u >= 1 - _die.StuckAtOneRelative ? CellFault.StuckAtOne
            : CellFault.None;
    }

    /// <summary>Returns all errors that move the edges of one digit's conversions.</summary>
    /// <param name="array">Array ordinal.</param>
    /// <param name="column">The digit's lowest physical column of the array.</param>
    /// <param name="epsSumQuanta">The result of <see cref="EpsSumQuanta"/>, or the same sum from the caller's own copy of the
    /// cells.</param>
    /// <param name="ideal">The ideal ADC; its number of edges and its LSB are used.</param>
    public ColumnErrors Column(int array, int column, long epsSumQuanta, AdcTransfer ideal)
    {
        int adc = FirstColumnOfAdc(column);
        double[]? edges = null, weights = null;
        if (_die.EdgeErrorLsb > 0)
        {
            var stream = Stream(DrawPurpose.AdcEdge);
            edges = new double[ideal.Codes - 1];
            for (int k = 0; k < edges.Length; k++) edges[k] = _die.EdgeErrorLsb * Draws.Normal(stream, array, k, adc);
        }
        if (_die.SarMismatchRelative > 0)
        {
            var stream = Stream(DrawPurpose.SarWeight);
            weights = new double[SarDac.Bits(ideal.Codes)];
            for (int bit = 0; bit < weights.Length; bit++)
                weights[bit] = SarDac.Weight(bit, _die.SarMismatchRelative, Draws.Normal(stream, array, bit, adc));
        }
        return new(
            epsSumQuanta / ((double)AdcTransfer.QuantaPerCount * macro.ColumnCells * SumOfColumns(column, _ => 1)),
            _die.GainErrorRelative > 0 ? _die.GainErrorRelative * Draws.Normal(Stream(DrawPurpose.AdcGain), array, 0, adc) : 0,
            OffsetCounts(array, column, ideal.LsbCounts), edges, weights);
    }

    private double OffsetCounts(int array, int column, double lsbCounts)
    {
        if (given?.HasColumnOffsets == true) return given.ColumnOffsetCounts(array, column);
        double sigmaCounts = _die.OffsetSigmaCounts(lsbCounts);
        return sigmaCounts > 0 ? sigmaCounts * Draws.Normal(Stream(DrawPurpose.ColumnOffset), array, 0, column) : 0;
    }

    private int GivenEpsQuanta(int array, int row, int column) =>
        (int)Math.Round(AdcTransfer.QuantaPerCount * given!.CellDeviationRelative(array, row, column));

    /// <summary>Returns the lowest column of the first digit that shares a digit's ADC. An ADC serves neighbouring digits.</summary>
    private int FirstColumnOfAdc(int column)
    {
        if (columns is null) return column - column % macro.ColumnsPerAdc;
        int digit = column / columns.Count * columns.Digits + columns.DigitOf(column % columns.Count);
        int first = digit - digit % macro.ColumnsPerAdc;
        return first / columns.Digits * columns.Count + columns.FirstOf(first % columns.Digits);
    }

    private CellSigma SigmaOf(int column) => _sigmas.Value[column % _sigmas.Value.Length];

    private static CellSigma[] Sigmas(double unitSigmaQuanta, WeightColumns? columns)
    {
        int[] units = [.. Enumerable.Range(0, columns?.Count ?? 1).Select(column => columns?.Units(column) ?? 1)];
        var ofUnits = units.Distinct().ToDictionary(each => each, each => new CellSigma(unitSigmaQuanta, each));
        return ofUnits.Count == 1 ? [ofUnits[units[0]]] : Array.ConvertAll(units, each => ofUnits[each]);
    }

    private DrawStream Stream(DrawPurpose purpose) => new(dieSeed, purpose, layer);
}
