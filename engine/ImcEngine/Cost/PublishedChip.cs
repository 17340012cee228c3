namespace ImcEngine.Cost;

/// <summary>What a publication measured of a chip that a preset is after.</summary>
/// <param name="Preset">The preset.</param>
/// <param name="Source">The publication.</param>
/// <param name="Process">Node and supply of the measurement.</param>
/// <param name="Rows">Rows of the array.</param>
/// <param name="Columns">Columns of the array.</param>
/// <param name="AdcBits">Bits of the ADC; null where the energy is not modelled.</param>
/// <param name="TeraOperationsPerJoule">TOPS/W; a multiply-accumulate is two operations.</param>
/// <param name="GigaOperationsPerSecond">GOPS; null where it is not used here.</param>
/// <param name="TeraOperationsPerSquareMillimetre">TOPS/mm^2; null where it is not used here.</param>
/// <param name="NotModelled">Why the models do not describe the chip; null where they do.</param>
internal sealed record PublishedChip(
    string Preset, string Source, Process Process, int Rows, int Columns, int? AdcBits, double TeraOperationsPerJoule,
    double? GigaOperationsPerSecond, double? TeraOperationsPerSquareMillimetre, string? NotModelled)
{
    public static IReadOnlyList<PublishedChip> All { get; } =
    [
        new("c3sram-256x64", "Jiang et al., C3SRAM, IEEE JSSC 2020", new(65, 1), 256, 64, 5, 671.5, 1638, 20.2, null),
        new("jia-jssc2020", "Jia et al., IEEE JSSC 2020, without near-memory digital", new(65, 0.85), 2304, 256, 8, 400, null, null, null),
        new("xnor-sram", "Yin et al., XNOR-SRAM, IEEE JSSC 2020", new(65, 0.6), 256, 64, null, 403, null, null,
            "its bit line is a resistive divider, whose static current no model here describes"),
    ];

    /// <summary>Returns the chip of a preset; null where the preset is after none.</summary>
    public static PublishedChip? Of(string preset) => All.FirstOrDefault(chip => chip.Preset == preset);

    /// <summary>The operations of one column in one cycle.</summary>
    public int ColumnOperations => 2 * Rows;

    /// <summary>The measured energy of one column in one cycle, fJ.</summary>
    public double ColumnFemtojoules => ColumnOperations * 1000.0 / TeraOperationsPerJoule;

    /// <summary>The measured time of a cycle, ns.</summary>
    public double? CycleNanoseconds => (double)Columns * ColumnOperations / GigaOperationsPerSecond;

    /// <summary>The measured area, mm^2.</summary>
    public double? SquareMillimetres => GigaOperationsPerSecond / (1000 * TeraOperationsPerSquareMillimetre);

    /// <summary>Returns the energy of one column in one cycle by the models, fJ: the ADC, all products and the bit line.</summary>
    /// <param name="ofArray">The process whose capacitances the array has.</param>
    /// <returns>The energy; null where the chip is not modelled.</returns>
    public double? ModelledFemtojoules(Process ofArray) => AdcBits is { } bits
        ? SmallAdc.Instance.EnergyFemtojoules(bits, Process, conversionsPerSecond: 0)
            + ColumnLogic.ProductsFemtojoules(Rows, ofArray) + ColumnLogic.BitlineFemtojoules(Rows, ofArray)
        : null;
}
