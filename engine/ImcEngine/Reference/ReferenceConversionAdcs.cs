using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>
/// The ideal transfer of each row group (ARITHMETIC §15). Where ranges are those of row groups, each has its own. With a gain that follows
/// the driven rows, that of row group g is the stated one, which is for a full row group, times rows(g) / rows: edges, levels and LSB.
/// </summary>
internal static class ReferenceRowGroupAdcs
{
    /// <param name="adcs">One transfer, or one per row group.</param>
    public static AdcTransfer[] Of(MacroSpec macro, IReadOnlyList<AdcTransfer> adcs, IReadOnlyList<Row[]> rowGroups)
    {
        var ofRows = rowGroups.Select(group => group.Length).Distinct()
            .ToDictionary(rows => rows, rows => Scaled(adcs[0], (double)rows / macro.Rows));
        return [.. rowGroups.Select((group, r) => adcs.Count > 1 ? adcs[r]
            : macro.Adc.Gain == AdcGain.DrivenRows ? ofRows[group.Length] : adcs[0])];
    }

    private static AdcTransfer Scaled(AdcTransfer adc, double gain) => new(Array.ConvertAll(adc.EdgeCounts, edge => edge * gain),
        Array.ConvertAll(adc.LevelCounts, level => level * gain), adc.Ties, adc.LsbCounts * gain, adc.Unit);
}
