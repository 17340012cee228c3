namespace ImcEngine.Macro;

/// <summary>What is imperfect: static per die unless named noise (ARITHMETIC §4).
/// Sigmas are of normal distributions; all zero is the ideal die.</summary>
public sealed record DieSpec
{
    /// <summary>Sigma of a cell capacitor's relative deviation.</summary>
    public double CellMismatchRelative { get; init; }

    /// <summary>
    /// C, in place of <see cref="CellMismatchRelative"/>: sigma = 2.1 % * sqrt(1 fF / C). That mismatch follows the capacitor's area, and
    /// so at one finger spacing the root of its capacitance, is measured (Omran, Alahmadi and Salama, Matching properties of femtofarad and
    /// sub-femtofarad MOM capacitors, IEEE TCAS-I 2016).
    /// The 2.1 % is a convention of this program and taken from no publication;
    /// where the process is known, its own sigma belongs into <see cref="CellMismatchRelative"/>.
    /// </summary>
    public double? UnitCapacitanceFemtofarads { get; init; }

    /// <summary>Sigma of a column's shift of all its edges, counts.</summary>
    public double ColumnOffsetCounts { get; init; }

    /// <summary>The same in LSB of the ADC; one of the two.</summary>
    public double ColumnOffsetLsb { get; init; }

    /// <summary>Sigma of an ADC's gain error.</summary>
    public double GainErrorRelative { get; init; }

    /// <summary>Sigma of every single edge (flash-like INL), LSB.</summary>
    public double EdgeErrorLsb { get; init; }

    /// <summary>Sigma of a unit capacitor of a binary-weighted SAR DAC; only with <c>uniform</c> and 2^B levels.</summary>
    public double SarMismatchRelative { get; init; }

    /// <summary>Sigma of the temporal noise on every conversion, counts.</summary>
    public double BitlineNoiseCounts { get; init; }

    /// <summary>Sigma of the comparator's temporal noise on every conversion, LSB.</summary>
    public double ComparatorNoiseLsb { get; init; }

    /// <summary>In place of <see cref="BitlineNoiseCounts"/>: CSV of mean and sigma per ideal partial sum.</summary>
    public string? NoiseProfile { get; init; }

    /// <summary>The column's parasitic capacitance, in units of all its cells.</summary>
    public double ParasiticRelative { get; init; }

    /// <summary>The ADC's reference shrinks with the parasitic as the signal does.</summary>
    public bool ReferenceTracksParasitic { get; init; } = true;

    /// <summary>Fraction of cells stuck at bit 0.</summary>
    public double StuckAtZeroRelative { get; init; }

    /// <summary>Fraction of cells stuck at bit 1.</summary>
    public double StuckAtOneRelative { get; init; }

    /// <summary>Conversions differ from one repetition to the next.</summary>
    public bool HasNoise => BitlineNoiseCounts > 0 || ComparatorNoiseLsb > 0 || NoiseProfile is not null;

    /// <summary>Dies differ from one another.</summary>
    public bool HasStaticErrors => CellSigmaRelative() > 0 || ColumnOffsetCounts > 0 || ColumnOffsetLsb > 0 || GainErrorRelative > 0
        || EdgeErrorLsb > 0
        || SarMismatchRelative > 0 || StuckAtZeroRelative > 0 || StuckAtOneRelative > 0;

    /// <summary>Nothing static or temporal is on.</summary>
    public bool IsIdeal => this with { ReferenceTracksParasitic = true } == new DieSpec();

    /// <summary>Sigma of the cells, from whichever field gives it.</summary>
    internal double CellSigmaRelative() =>
        UnitCapacitanceFemtofarads is { } femtofarads ? 0.021 * Math.Sqrt(1 / femtofarads) : CellMismatchRelative;

    /// <summary>The LSB, in counts at the bitline, of what is known in the ADC's volts (column offset in LSB, comparator noise).</summary>
    internal double AdcVoltLsbCounts(double lsbCounts) => ReferenceTracksParasitic ? lsbCounts : lsbCounts * (1 + ParasiticRelative);
}
