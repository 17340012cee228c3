using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>The fields of every object of the run specification except the ADC (<see cref="AdcFields"/>), the technology
/// (<see cref="TechnologyFields"/>) and the overrides (<see cref="LayerFields"/>), in canonical order, with their allowed
/// ranges.</summary>
internal static class SpecFields
{
    public const int MostRows = 65_536;

    /// <summary>The most conversions of one sum.</summary>
    public const int MostVotes = 15;

    /// <summary>The greatest sum of an input plane and a weight plane.</summary>
    public const int MostPlanesOfPair = 2 * (BitPlanes.OperandFormat.MaxBits - 1);

    private const int MostArrayCells = 1 << 20;

    public static SpecField<DieSpec>[] Die { get; } =
    [
        new("cellMismatchRelative", d => d.CellMismatchRelative,
            (d, v) => d with { CellMismatchRelative = v.Number(0, DieRules.MaxSizeSigmaRelative) }),
        new("unitCapacitanceFemtofarads", d => d.UnitCapacitanceFemtofarads,
            (d, v) => d with { UnitCapacitanceFemtofarads = v.Number(0.02, 1_000_000) }),
        new("columnOffsetCounts", d => d.ColumnOffsetCounts,
            (d, v) => d with { ColumnOffsetCounts = v.Number(0, DieRules.MaxShiftSigmaCounts) }),
        new("columnOffsetLsb", d => d.ColumnOffsetLsb, (d, v) => d with { ColumnOffsetLsb = v.Number(0, DieRules.MaxShiftSigmaLsb) }),
        new("gainErrorRelative", d => d.GainErrorRelative,
            (d, v) => d with { GainErrorRelative = v.Number(0, DieRules.MaxSizeSigmaRelative) }),
        new("edgeErrorLsb", d => d.EdgeErrorLsb, (d, v) => d with { EdgeErrorLsb = v.Number(0, DieRules.MaxShiftSigmaLsb) }),
        new("sarMismatchRelative", d => d.SarMismatchRelative,
            (d, v) => d with { SarMismatchRelative = v.Number(0, DieRules.MaxSizeSigmaRelative) }),
        new("bitlineNoiseCounts", d => d.BitlineNoiseCounts,
            (d, v) => d with { BitlineNoiseCounts = v.Number(0, DieRules.MaxShiftSigmaCounts) }),
        new("comparatorNoiseLsb", d => d.ComparatorNoiseLsb,
            (d, v) => d with { ComparatorNoiseLsb = v.Number(0, DieRules.MaxShiftSigmaLsb) }),
        new("noiseProfile", d => d.NoiseProfile, (d, v) => d with { NoiseProfile = v.PathText() }),
        new("parasiticRelative", d => d.ParasiticRelative, (d, v) => d with { ParasiticRelative = v.Number(0, 16) }),
        new("referenceTracksParasitic", d => d.ReferenceTracksParasitic, (d, v) => d with { ReferenceTracksParasitic = v.Flag() }),
        new("stuckAtZeroRelative", d => d.StuckAtZeroRelative, (d, v) => d with { StuckAtZeroRelative = v.Number(0, 1) }),
        new("stuckAtOneRelative", d => d.StuckAtOneRelative, (d, v) => d with { StuckAtOneRelative = v.Number(0, 1) }),
    ];

    public static SpecField<MacroSpec>[] Macro { get; } =
    [
        new("name", m => m.Name, (m, v) => m with { Name = v.Text() }),
        new("source", m => m.Source, (m, v) => m with { Source = v.Text() }),
        new("family", m => m.Family is { } family ? SpecWords.WordFor(family) : null,
            (m, v) => m with { Family = v.Word(SpecWords.Families) }),
        new("rows", m => m.Rows, (m, v) => m with { Rows = v.Integer(1, MostRows) }),
        new("arrayRows", m => m.ArrayRows, (m, v) => m with { ArrayRows = v.Integer(1, MostArrayCells) }),
        new("columns", m => m.Columns, (m, v) => m with { Columns = v.Integer(1, MostArrayCells) }),
        new("columnsPerAdc", m => m.ColumnsPerAdc, (m, v) => m with { ColumnsPerAdc = v.Integer(1, MostArrayCells) }),
        new("mapping", m => SpecWords.WordFor(m.Mapping), (m, v) => m with { Mapping = v.Word(SpecWords.Mappings) }),
        new("grouping", m => SpecWords.WordFor(m.Grouping), (m, v) => m with { Grouping = v.Word(SpecWords.Groupings) }),
        new("legacyOverfull", m => m.LegacyOverfull, (m, v) => m with { LegacyOverfull = v.Flag() }),
        new("cell", m => SpecWords.WordFor(m.Cell), (m, v) => m with { Cell = v.Word(SpecWords.Cells) }),
        new("inputDigitBits", m => m.InputDigitBits,
            (m, v) => m with { InputDigitBits = v.Integer(1, BitPlanes.OperandFormat.MaxBits) }),
        new("cellBits", m => m.CellBits, (m, v) => m with { CellBits = v.Integer(1, BitPlanes.OperandFormat.MaxBits) }),
        new("weightDigitBits", m => m.WeightDigitBits,
            (m, v) => m with { WeightDigitBits = v.Integer(1, BitPlanes.OperandFormat.MaxBits) }),
        new("signPlane", m => m.SignPlane == SignPlaneKind.Joined ? null : SpecWords.WordFor(m.SignPlane),
            (m, v) => m with { SignPlane = v.Word(SpecWords.SignPlanes) }),
        new("votes", m => m.Votes == 1 ? null : m.Votes, (m, v) => m with { Votes = v.Integer(1, MostVotes) }),
        new("voting", m => m.Voting == VotingKind.Median ? null : SpecWords.WordFor(m.Voting),
            (m, v) => m with { Voting = v.Word(SpecWords.Votings) }),
        new("digitalPlanePairs", m => m.DigitalPlanePairs,
            (m, v) => m with { DigitalPlanePairs = v.Integer(1, MostPlanesOfPair) }),
        new("adc", m => AdcFields.Write(m.Adc), (m, v) => m with { Adc = AdcFields.Read(v) }),
        new("die", m => SpecObject.Write(m.Die, Die), (m, v) => m with { Die = SpecObject.Read(v, Die, new DieSpec()) }),
        new("technology", m => m.Technology == new TechnologySpec() ? null : SpecObject.Write(m.Technology, TechnologyFields.All),
            (m, v) => m with { Technology = SpecObject.Read(v, TechnologyFields.All, new TechnologySpec()) }),
    ];

    public static SpecField<QuantizationSpec>[] Quantization { get; } =
    [
        new("weightBits", q => q.WeightBits, (q, v) => q with { WeightBits = v.Integer(1, BitPlanes.OperandFormat.MaxBits) }),
        new("activationBits", q => q.ActivationBits, (q, v) => q with { ActivationBits = v.Integer(1, BitPlanes.OperandFormat.MaxBits) }),
        new("weightEncoding", q => WriteEncoding(q.WeightEncoding), (q, v) => q with { WeightEncoding = v.Word(SpecWords.Encodings) }),
        new("activationEncoding", q => q.AsymmetricActivations ? SpecWords.Asymmetric : WriteEncoding(q.ActivationEncoding),
            (q, v) => v.Word(SpecWords.ActivationChoices) is var choice and not ActivationChoice.Asymmetric
                ? q with { ActivationEncoding = Enum.Parse<BitPlanes.OperandEncoding>(choice.ToString()), AsymmetricActivations = false }
                : q with { ActivationEncoding = null, AsymmetricActivations = true }),
        new("rebase", q => q.KeepsZeroPoints ? SpecWords.Word(SpecWords.Rebasings, Rebasing.None) : null,
            (q, v) => q with { KeepsZeroPoints = v.Word(SpecWords.Rebasings) == Rebasing.None }),
        new("method", q => SpecWords.Word(SpecWords.Methods, q.Method), (q, v) => q with { Method = v.Word(SpecWords.Methods) }),
        new("percentile", q => q.Method == QuantizationMethod.Percentile ? q.Percentile : null,
            (q, v) => q with { Percentile = v.Number(50, 100) }),
    ];

    public static SpecField<CalibrationSpec>[] Calibration { get; } =
    [
        new("data", c => c.Data, (c, v) => c with { Data = v.Text() }),
        new("count", c => c.Count, (c, v) => c with { Count = v.Integer(1, 1_000_000) }),
        new("design", c => SpecWords.WordFor(c.Design), (c, v) => c with { Design = v.Word(SpecWords.Designs) }),
        new("statistic", _ => null, (c, v) => c with { Design = v.Word(SpecWords.Statistics) }),
        new("percentile", c => c.Design == ConverterDesign.Percentile ? c.Percentile : null,
            (c, v) => c with { Percentile = v.Number(50, 100) }),
        new("per", c => SpecWords.WordFor(c.Per), (c, v) => c with { Per = v.Word(SpecWords.Scopes) }),
        new("correct", c => c.Correct == DigitalCorrection.None ? null : SpecWords.WordFor(c.Correct),
            (c, v) => c with { Correct = v.Word(SpecWords.Corrections) }),
        new("correctPer", c => c.CorrectPer == CorrectionScope.IdealDie ? null : SpecWords.WordFor(c.CorrectPer),
            (c, v) => c with { CorrectPer = v.Word(SpecWords.CorrectionScopes) }),
    ];

    public static SpecField<RunSpec>[] Run { get; } =
    [
        new("macro", r => SpecObject.Write(r.Macro, Macro), (r, v) => r with { Macro = ReadMacro(v) }),
        new("quantization", r => SpecObject.Write(r.Quantization, Quantization),
            (r, v) => r with { Quantization = ReadQuantization(v), QuantizationStatement = Statement.InFile }),
        new("layers", r => LayerFields.Write(r.Layers), (r, v) => r with { Layers = LayerFields.Read(v, r.Macro) }),
        new("calibration", r => SpecObject.Write(r.Calibration, Calibration), (r, v) => r with { Calibration = ReadCalibration(v) }),
    ];

    /// <summary>Reads a complete object, or the name of a preset.</summary>
    public static MacroSpec ReadMacro(SpecValue value) =>
        value.Kind == JsonValueKind.String ? MacroPresets.Get(value.Text())
            : SpecObject.Read(value, Macro, new MacroSpec { Adc = new() { Bits = AdcFactory.DefaultBits } });

    private static QuantizationSpec ReadQuantization(SpecValue value)
    {
        var read = SpecObject.Read(value, Quantization, new QuantizationSpec());
        if (read.Method != QuantizationMethod.Percentile) RefusePercentile(value, "method");
        return read;
    }

    private static CalibrationSpec ReadCalibration(SpecValue value)
    {
        var read = SpecObject.Read(value, Calibration, new CalibrationSpec());
        if (value.Node!["design"] is not null && value.Node["statistic"] is { } earlier)
            throw new SpecValue(earlier, $"{value.Path}.statistic").Error("it is the earlier name of design, which is also given; "
                + "give design alone");
        if (read.Design != ConverterDesign.Percentile) RefusePercentile(value, "design");
        return read;
    }

    private static void RefusePercentile(SpecValue parent, string decidedBy)
    {
        if (parent.Node!["percentile"] is { } given)
            throw new SpecValue(given, $"{parent.Path}.percentile").Error($"allowed only if {decidedBy} is \"percentile\"; "
                + "set that or leave the field out");
    }

    private static JsonNode? WriteEncoding(BitPlanes.OperandEncoding? encoding) =>
        encoding is { } given ? BitPlanes.OperandFormat.Name(given) : null;
}
