using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Reference;

/// <summary>One draw of the static errors of ARITHMETIC §4: cells that deviate or are stuck, and the errors of a column's edges.</summary>
/// <param name="macro">The sigmas, the cells on a column and the columns of an ADC.</param>
/// <param name="digits">The digits of the layer's operands.</param>
/// <param name="layer">The ordinal of the layer among the network's macro layers.</param>
/// <param name="seed">The die seed.</param>
/// <param name="given">Errors given in place of drawn ones; null for none.</param>
internal sealed class ReferenceDie(MacroSpec macro, ReferenceDigits digits, int layer, uint seed,
    LayerErrors? given = null)
{
    private const double FractionPerUniform = 1.0 / 4294967296.0;

    private readonly DieSpec _die = macro.Die;
    private readonly Dictionary<(ReferenceColumn Place, AdcTransfer Adc), long[]> _edges = [];
    private readonly Dictionary<(ReferenceColumn Place, int Row), int> _eps = [];

    /// <summary>The sigma of the cells; sigma = 2.1 % * sqrt(1 fF / C) where a capacitance is given.</summary>
    private double CellSigmaRelative => _die.UnitCapacitanceFemtofarads is { } c ? 0.021 * Math.Sqrt(1 / c) : _die.CellMismatchRelative;

    /// <summary>Returns the relative error of a cell, in units of 2^-12. Its sigma falls with the root of the capacitor.</summary>
    /// <param name="units">The capacitors of the cell's column, in units.</param>
    public int EpsQuanta(ReferenceColumn place, int physicalRow, int units)
    {
        if (CellSigmaRelative == 0) return 0;
        if (!_eps.TryGetValue((place, physicalRow), out int eps))
        {
            eps = (int)Quanta(given?.HasCellDeviations == true ? given.CellDeviationRelative(place.Array, physicalRow, place.Column)
                : CellSigmaRelative / Math.Sqrt(units) * Normal(DrawPurpose.CellMismatch, place.Array, physicalRow, place.Column));
            _eps.Add((place, physicalRow), eps);
        }
        return eps;
    }

    /// <summary>Returns the binary digits that the cell really holds, given those written to it: all 0 or all 1 where it is
    /// stuck, or those of the least or greatest code of a ternary weight.</summary>
    public int Held(ReferenceColumn place, int physicalRow, int written)
    {
        if (_die.StuckAtZeroRelative == 0 && _die.StuckAtOneRelative == 0) return written;
        double u = Draws.Uniform(Stream(DrawPurpose.StuckCell), place.Array, physicalRow, place.Column) * FractionPerUniform;
        return u < _die.StuckAtZeroRelative ? digits.StuckAtZero : u >= 1 - _die.StuckAtOneRelative ? digits.StuckAtOne : written;
    }

    /// <summary>Returns the edges of a digit's conversions, ascending.</summary>
    /// <param name="place">The digit's lowest column.</param>
    /// <param name="adc">The ideal transfer. Those of several row groups or digit pairs on one column share what is drawn for
    /// it.</param>
    public long[] EdgesQuanta(ReferenceColumn place, ReferenceDigit digit, AdcTransfer adc)
    {
        if (!_edges.TryGetValue((place, adc), out long[]? edges))
        {
            edges = MakeEdges(place, digit, adc);
            _edges.Add((place, adc), edges);
        }
        return edges;
    }

    private long[] MakeEdges(ReferenceColumn place, ReferenceDigit digit, AdcTransfer adc)
    {
        int firstOfAdc = FirstColumnOfAdc(place, digit);
        double p = _die.ParasiticRelative, reference = _die.ReferenceTracksParasitic ? 1 + p : 1;
        double g = _die.GainErrorRelative * Normal(DrawPurpose.AdcGain, place.Array, 0, firstOfAdc);
        double o = given?.HasColumnOffsets == true ? given.ColumnOffsetCounts(place.Array, place.Column)
            : (_die.ColumnOffsetCounts + (_die.ColumnOffsetLsb * AdcVoltsLsb(_die, adc)))
            * Normal(DrawPurpose.ColumnOffset, place.Array, 0, place.Column);
        double meanEps = MeanEps(place, digit);
        double[] own = _die.SarMismatchRelative > 0 ? SarEdges(adc, place.Array, firstOfAdc) : FlashEdges(adc, place.Array, firstOfAdc);
        long[] edges = [.. own.Select(e => Quanta((e * (1 + g) * (1 + meanEps + p) / reference) + o))];
        Array.Sort(edges);
        return edges;
    }

    /// <summary>Returns the lowest column of the first digit that shares the digit's ADC.</summary>
    private int FirstColumnOfAdc(ReferenceColumn place, ReferenceDigit digit)
    {
        int ofOutput = digits.Weights.Count, index = (place.Column / digits.CellsOfOutput * ofOutput) + digits.Weights.IndexOf(digit);
        int first = index - (index % macro.ColumnsPerAdc);
        return (first / ofOutput * digits.CellsOfOutput) + digits.Weights[first % ofOutput].FirstCell;
    }

    /// <summary>Returns the mean over every cell on the digit's columns, weighted by the capacitors; idle and unused cells too, since all
    /// share charge.</summary>
    private double MeanEps(ReferenceColumn place, ReferenceDigit digit)
    {
        long sum = 0, units = 0;
        for (int cell = 0; cell < digit.Cells; cell++)
        {
            var column = place with { Column = place.Column + cell };
            for (int row = 0; row < macro.ColumnCells; row++) sum += (long)digit.Units(cell) * EpsQuanta(column, row, digit.Units(cell));
            units += digit.Units(cell);
        }
        return sum / ((double)AdcTransfer.QuantaPerCount * macro.ColumnCells * units);
    }

    /// <summary>Returns e[k] + d[k] * lsb.</summary>
    private double[] FlashEdges(AdcTransfer adc, int array, int firstOfAdc) =>
        [.. adc.EdgeCounts.Select((e, k) => e + (_die.EdgeErrorLsb * Normal(DrawPurpose.AdcEdge, array, k, firstOfAdc) * adc.LsbCounts))];

    /// <summary>Returns edge[k-1] = (low - lsb/2) + lsb * 2^B / (1 + sum of all weights) * min over j >= k of D(j).</summary>
    private double[] SarEdges(AdcTransfer adc, int array, int firstOfAdc)
    {
        int bits = int.Log2(adc.Codes);
        double[] weights = [.. Enumerable.Range(0, bits).Select(i =>
            (1 << i) * (1 + (_die.SarMismatchRelative / Math.Sqrt(1 << i) * Normal(DrawPurpose.SarWeight, array, i, firstOfAdc))))];
        double[] dac = [.. Enumerable.Range(0, adc.Codes)
            .Select(k => Enumerable.Range(0, bits).Where(i => ((k >> i) & 1) != 0).Sum(i => weights[i]))];
        double perWeight = adc.LsbCounts * adc.Codes / (1 + weights.Sum());
        return [.. Enumerable.Range(1, adc.Codes - 1).Select(k => adc.LevelCounts[0] - (adc.LsbCounts / 2) + (perWeight * dac[k..].Min()))];
    }

    /// <summary>Returns the LSB, in counts, for errors that are voltages at the ADC (offset and comparator noise).</summary>
    internal static double AdcVoltsLsb(DieSpec die, AdcTransfer adc) =>
        adc.LsbCounts * (die.ReferenceTracksParasitic ? 1 : 1 + die.ParasiticRelative);

    private static long Quanta(double counts) => checked((long)Math.Round(AdcTransfer.QuantaPerCount * counts));

    private double Normal(DrawPurpose purpose, int array, int row, int column) => Draws.Normal(Stream(purpose), array, row, column);

    private DrawStream Stream(DrawPurpose purpose) => new(seed, purpose, layer);
}
