namespace ImcEngine.Macro;

/// <summary>The non-idealities (ARITHMETIC §4). All are static per die except those named noise. Sigmas are of normal distributions; a die
/// with all fields zero is ideal.</summary>
public sealed record DieSpec
{
    /// <summary>Sigma of a cell capacitor's relative deviation.</summary>
    public double CellMismatchRelative { get; init; }

    /// <summary>
    /// The unit capacitance C, in place of <see cref="CellMismatchRelative"/>: sigma = 2.1 % * sqrt(1 fF / C). Measurements show that
    /// mismatch scales with the capacitor's area, so at a fixed finger spacing with one over the square root of its capacitance (Omran,
    /// Alahmadi and Salama, Matching properties of femtofarad and sub-femtofarad MOM capacitors, IEEE TCAS-I 2016). The 2.1 % is a
    /// convention of this program, not taken from a publication. If the sigma of the process is known, state it in
    /// <see cref="CellMismatchRelative"/> instead.
    /// </summary>
    public double? UnitCapacitanceFemtofarads { get; init; }

    /// <summary>Sigma of a column's shift of all its edges, counts.</summary>
    public double ColumnOffsetCounts { get; init; }

    /// <summary>The same in LSB of the ADC; state one of the two.</summary>
    public double ColumnOffsetLsb { get; init; }

    /// <summary>Sigma of an ADC's gain error.</summary>
    public double GainErrorRelative { get; init; }

    /// <summary>Sigma of the independent error of each edge (flash-like INL), LSB.</summary>
    public double EdgeErrorLsb { get; init; }

    /// <summary>Sigma of the relative deviation of a unit capacitor in a binary-weighted SAR DAC; only for ADC kind <c>uniform</c> with 2^B
    /// levels.</summary>
    public double SarMismatchRelative { get; init; }

    /// <summary>Sigma of the temporal noise on every conversion, counts.</summary>
    public double BitlineNoiseCounts { get; init; }

    /// <summary>Sigma of the comparator's temporal noise on every conversion, LSB.</summary>
    public double ComparatorNoiseLsb { get; init; }

    /// <summary>The path of a CSV of mean and sigma per ideal partial sum, in place of <see cref="BitlineNoiseCounts"/>.</summary>
    public string? NoiseProfile { get; init; }

    /// <summary>The column's parasitic capacitance divided by the capacitance of all its cells.</summary>
    public double ParasiticRelative { get; init; }

    /// <summary>Whether the parasitic attenuates the ADC's reference as much as the signal.</summary>
    public bool ReferenceTracksParasitic { get; init; } = true;

    /// <summary>Fraction of cells stuck at bit 0.</summary>
    public double StuckAtZeroRelative { get; init; }

    /// <summary>Fraction of cells stuck at bit 1.</summary>
    public double StuckAtOneRelative { get; init; }

    /// <summary>Whether conversions differ from one repetition to the next.</summary>
    public bool HasNoise => BitlineNoiseCounts > 0 || ComparatorNoiseLsb > 0 || NoiseProfile is not null;

    /// <summary>Whether dies differ from one another.</summary>
    public bool HasStaticErrors => CellSigmaRelative() > 0 || ColumnOffsetCounts > 0 || ColumnOffsetLsb > 0 || GainErrorRelative > 0
        || EdgeErrorLsb > 0
        || SarMismatchRelative > 0 || StuckAtZeroRelative > 0 || StuckAtOneRelative > 0;

    /// <summary>Whether no non-ideality, static or temporal, is on.</summary>
    public bool IsIdeal => this with { ReferenceTracksParasitic = true } == new DieSpec();

    /// <summary>Sigma of a cell's relative deviation, from whichever of the two fields is stated.</summary>
    internal double CellSigmaRelative() =>
        UnitCapacitanceFemtofarads is { } femtofarads ? 0.021 * Math.Sqrt(1 / femtofarads) : CellMismatchRelative;

    /// <summary>Sigma of a column's shift of all its edges, from whichever of the two fields is stated.</summary>
    internal double OffsetSigmaCounts(double lsbCounts) => ColumnOffsetCounts + ColumnOffsetLsb * AdcVoltLsbCounts(lsbCounts);

    /// <summary>The LSB at the ADC's input, referred to the bitline in counts; for errors stated in LSB (column offset, comparator
    /// noise).</summary>
    internal double AdcVoltLsbCounts(double lsbCounts) => ReferenceTracksParasitic ? lsbCounts : lsbCounts * (1 + ParasiticRelative);
}
