using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>
/// The ideal ADC of each conversion, by its row group and its digit pair (ARITHMETIC §15). Where ranges are those of row groups, or of
/// digit pairs, each has its own. With a gain that follows the driven rows, those of row group g are the stated ones, which are for a full
/// row group, times rows(g) / rows: edges, levels and LSB.
/// </summary>
internal sealed class ReferenceConversionAdcs
{
    private readonly ReferenceAdc[][] _ofRowGroups;
    private readonly int _weightDigits;

    /// <param name="adcs">The stated transfers.</param>
    /// <exception cref="ArgumentException">There are more or fewer transfers than their scope needs.</exception>
    public ReferenceConversionAdcs(MacroSpec macro, ReferenceAdcs adcs, ReferenceDigits digits, IReadOnlyList<Row[]> rowGroups)
    {
        _weightDigits = digits.Weights.Count;
        int needed = adcs.Per switch
        {
            CalibrationScope.PlanePair => digits.Inputs.Count * digits.Weights.Count,
            CalibrationScope.RowGroup => rowGroups.Count,
            _ => 1,
        };
        if (adcs.Transfers.Count != needed)
            throw new ArgumentException($"There are {adcs.Transfers.Count} ADCs; needed are {needed}, per {SpecWords.WordFor(adcs.Per)}.");
        if (adcs.Per == CalibrationScope.RowGroup)
        {
            _ofRowGroups = [.. adcs.Transfers.Select(adc => (ReferenceAdc[])[new(adc)])];
            return;
        }
        int RowsOf(Row[] group) => macro.Adc.Gain == AdcGain.DrivenRows ? group.Length : macro.Rows;
        var ofRows = rowGroups.Select(RowsOf).Distinct().ToDictionary(rows => rows,
            rows => adcs.Transfers.Select(adc => new ReferenceAdc(Scaled(adc, (double)rows / macro.Rows))).ToArray());
        _ofRowGroups = [.. rowGroups.Select(group => ofRows[RowsOf(group)])];
    }

    /// <summary>Returns the ADC of a conversion, of which the row group and the digit pair are read.</summary>
    public ReferenceAdc Of(Conversion at)
    {
        var ofPairs = _ofRowGroups[at.RowGroup];
        return ofPairs.Length == 1 ? ofPairs[0] : ofPairs[(at.InputDigit * _weightDigits) + at.WeightDigit];
    }

    /// <summary>Returns the row groups that are converted alike, with their ADCs: one, or one per digit pair.</summary>
    public IEnumerable<(int[] RowGroups, IReadOnlyList<ReferenceAdc> Adcs)> Alike() =>
        Enumerable.Range(0, _ofRowGroups.Length).GroupBy(r => _ofRowGroups[r]).Select(alike =>
            (alike.ToArray(), (IReadOnlyList<ReferenceAdc>)alike.Key));

    private static AdcTransfer Scaled(AdcTransfer adc, double gain) => new(Array.ConvertAll(adc.EdgeCounts, edge => edge * gain),
        Array.ConvertAll(adc.LevelCounts, level => level * gain), adc.Ties, adc.LsbCounts * gain, adc.Unit);
}
