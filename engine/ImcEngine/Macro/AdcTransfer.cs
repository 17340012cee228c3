namespace ImcEngine.Macro;

/// <summary>Which code a conversion takes when v equals an edge exactly.</summary>
public enum TieRule
{
    /// <summary>v must exceed the edge.</summary>
    Down,

    /// <summary>Reaching the edge is enough.</summary>
    Up,

    /// <summary>The neighbouring code that is even, counted from the code of level 0.</summary>
    Even,
}

/// <summary>What an accumulator counts (ARITHMETIC §6); fixed by the ADC, never by the kernel.</summary>
public enum AccumulationUnit
{
    /// <summary>Partial sums in counts: ADC kind <c>none</c>, and transparent ADCs.</summary>
    Counts,

    /// <summary>Codes 0 .. L-1 of a uniform ADC.</summary>
    Codes,

    /// <summary>Level integers in 2^-16 count.</summary>
    Levels,
}

/// <summary>
/// One ADC's ideal transfer. A partial sum v (counts) becomes the code "number of edges below v" (ties by rule), which stands for <c>LevelCounts[code]</c>.
/// How the list was made (uniform, listed, calibrated, D21's formulas) is of no concern downstream.
/// </summary>
/// <param name="EdgeCounts">Ascending ideal edges, counts; one fewer than levels.</param>
/// <param name="LevelCounts">The count value that each code stands for.</param>
/// <param name="Ties">What happens on an edge.</param>
/// <param name="LsbCounts">Counts per code step: of a list, (last - first level) / (distinct levels - 1).</param>
/// <param name="Unit">What accumulators hold when this ADC is not transparent.</param>
public sealed record AdcTransfer(double[] EdgeCounts, double[] LevelCounts, TieRule Ties, double LsbCounts, AccumulationUnit Unit)
{
    /// <summary>Quanta per count: edges, mismatch and noise are integers in this unit.</summary>
    public const int QuantaPerCount = 4096;

    /// <summary>Level integers per count.</summary>
    public const int LevelsPerCount = 65536;

    public int Codes => LevelCounts.Length;
}
