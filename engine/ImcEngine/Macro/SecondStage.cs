namespace ImcEngine.Macro;

/// <summary>
/// The second stage: noise on, or a measured table for, the digital sum over a chunk's kernel positions, before plane weights (ARITHMETIC
/// §5, §6). It draws from the random number u:
/// <code>
/// noise   sum + lsb * round(mean + sigma * g(u))                     halves to even; mean and sigma in codes
/// table   lsb * level of the code drawn with u from P(code given sum / lsb)     the table's sums and levels are in codes
/// </code>
/// lsb and the sums are integers in units of 2^-16 count; lsb is the ADC's.
/// </summary>
internal sealed class SecondStage
{
    private readonly MeasuredTable? _table;
    private readonly double _meanCodes, _sigmaCodes;

    private SecondStage(AdcSpec spec, AdcTransfer adc)
    {
        LsbUnits = (long)Math.Round(adc.LsbCounts * AdcTransfer.LevelsPerCount);
        if (LsbUnits == 0)
            throw new SpecException("macro.adc.levels", $"an LSB of {adc.LsbCounts} counts",
                "a second stage counts in LSB, and levels are multiples of 2^-16 count; the levels must be further apart");
        (_meanCodes, _sigmaCodes) = (spec.SecondNoiseMean ?? 0, spec.SecondNoiseSigma ?? 0);
        if (spec.SecondTable is not { } file) return;
        _table = MeasuredTable.Read(file);
        int odd = Array.FindIndex(adc.LevelUnits, units => units % LsbUnits != 0);
        if (odd >= 0)
            throw new SpecException("macro.adc.secondTable",
                $"\"{file}\" after an ADC with a level of {adc.LevelCounts[odd]} counts and an LSB of {adc.LsbCounts}",
                "a second table takes sums in codes, so every level must be a whole number of LSB");
    }

    /// <summary>Returns the ADC's second stage, or null if it has none.</summary>
    /// <exception cref="ImcException">The table cannot be read, or the ADC's levels are not whole numbers of LSB.</exception>
    public static SecondStage? TryCreate(AdcSpec spec, AdcTransfer adc) => spec.HasSecondStage ? new(spec, adc) : null;

    /// <summary>Returns the sum after the second stage, in 2^-16 count.</summary>
    /// <param name="sumUnits">The sum over the kernel positions, in 2^-16 count.</param>
    /// <param name="u">The random number.</param>
    public long Units(long sumUnits, uint u) => _table is null
        ? sumUnits + LsbUnits * ConversionNoise.SecondStageCodes(_meanCodes, _sigmaCodes, u)
        : TableUnits(_table, _table.Sample((int)(sumUnits / LsbUnits), u));

    /// <summary>Whether the stage is a table, not noise.</summary>
    public bool HasTable => _table is not null;

    /// <summary>The ADC's LSB, in 2^-16 count.</summary>
    public long LsbUnits { get; }

    /// <summary>Returns the sum after the second stage where every random number with this high half gives the same; else null.</summary>
    /// <param name="sumUnits">As for <see cref="Units"/>.</param>
    public long? UnitsOfHigh(long sumUnits, ushort high)
    {
        uint least = (uint)high << 16, most = least | ushort.MaxValue;
        if (_table is null) return Units(sumUnits, least) is var units && units == Units(sumUnits, most) ? units : null;
        int sum = (int)(sumUnits / LsbUnits), code = _table.Sample(sum, least);
        return code == _table.Sample(sum, most) ? TableUnits(_table, code) : null;
    }

    /// <summary>Checks that the table covers every sum of a layer, from <paramref name="leastUnits"/> to <paramref name="mostUnits"/> in
    /// 2^-16 count.</summary>
    /// <exception cref="ImcException">The table does not cover a sum. There is no clamping here: a second table maps sums to sums, so its
    /// lines can be added.</exception>
    public void RequireSums(long leastUnits, long mostUnits, string layerName) => _table?.RequireSums(
        Math.Min(leastUnits / LsbUnits, mostUnits / LsbUnits), Math.Max(leastUnits / LsbUnits, mostUnits / LsbUnits),
        $"The second stage of layer '{layerName}' gets sums over kernel positions, in codes, of",
        "or use an adc.secondTable that holds them");

    /// <summary>The largest magnitude after the second stage of sums of at most <paramref name="mostSumUnits"/>, in 2^-16 count.</summary>
    public long MostUnits(long mostSumUnits) => _table is { } table
        ? Enumerable.Range(0, table.Codes).Max(code => Math.Abs(TableUnits(table, code)))
        : mostSumUnits + Math.Max(Math.Abs(Units(0, uint.MinValue)), Math.Abs(Units(0, uint.MaxValue)));

    private long TableUnits(MeasuredTable table, int code) => (long)Math.Round(table.LevelCounts[code] * LsbUnits);
}
