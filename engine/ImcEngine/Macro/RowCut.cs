namespace ImcEngine.Macro;

/// <summary>What of a macro decides which partial sums a network makes: how layers are cut into row groups, and operands into digits,
/// and which digit pairs are converted. Histograms and calibrated ranges hold for one of these.</summary>
public sealed record RowCut(
    int Rows, MappingKind Mapping, bool LegacyOverfull, int InputDigitBits = 1, int CellBits = 1, int WeightDigitBits = 1,
    SignPlaneKind SignPlane = SignPlaneKind.Joined, int? DigitalPlanePairs = null)
{
    public static RowCut Of(MacroSpec macro) => new(macro.Rows, macro.Mapping, macro.LegacyOverfull, macro.InputDigitBits, macro.CellBits,
        macro.WeightDigitBits ?? macro.CellBits, macro.SignPlane, macro.DigitalPlanePairs);

    /// <summary>Returns the cut in words.</summary>
    public override string ToString() => $"{Rows} rows, mapping '{SpecWords.WordFor(Mapping)}'"
        + (LegacyOverfull ? " with legacyOverfull" : "")
        + (InputDigitBits > 1 ? $", {InputDigitBits}-bit input digits" : "")
        + (WeightDigitBits > 1 ? $", {WeightDigitBits}-bit weight digits" : "") + (CellBits > 1 ? $" in {CellBits}-bit cells" : "")
        + (SignPlane == SignPlaneKind.Own ? ", sign planes of their own" : "")
        + (DigitalPlanePairs is { } first ? $", plane pairs from {first} on digital" : "");
}
