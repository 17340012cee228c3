namespace ImcEngine.Macro;

/// <summary>Which code a conversion takes when v equals an edge exactly.</summary>
public enum TieRule
{
    /// <summary>v must exceed the edge.</summary>
    Down,

    /// <summary>Reaching the edge is enough.</summary>
    Up,

    /// <summary>v takes whichever neighbouring code is even, counted from the code of level 0.</summary>
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

    /// <summary>Level integers in 2^-4 count: calibrated ADCs whose levels are multiples of it. So small integers stay exact in float32,
    /// and fast kernels take them.</summary>
    Sixteenths,
}

/// <summary>
/// One ADC's ideal transfer (ARITHMETIC §4):
/// <code>
/// code = number of k with v above edge[k]      v above edge  &lt;=>  v > edge, or v = edge where the tie belongs above
/// v, edge in quanta (2^-12 count), edge = round-half-even(4096 * EdgeCounts)
/// </code>
/// How the list was made (uniform, listed, calibrated, D21's formulas) does not matter downstream. Immutable; do not write to the arrays.
/// </summary>
internal sealed class AdcTransfer
{
    /// <summary>Quanta per count: edges, mismatch and noise are integers in this unit.</summary>
    public const int QuantaPerCount = 4096;

    /// <summary>Units of <see cref="LevelUnits"/> per count.</summary>
    public const int LevelsPerCount = 65536;

    /// <summary>Levels in <see cref="AccumulationUnit.Sixteenths"/> are this many times smaller than <see cref="LevelUnits"/>.</summary>
    private const int UnitsPerSixteenth = LevelsPerCount / 16;

    /// <summary>Edges and levels lie within plus and minus this: 256 rows of 8 by 8 bits reach 16,646,400 counts.</summary>
    public const int MaxMagnitudeCounts = 1 << 24;

    private readonly long[] _leastQuantaAbove;

    /// <param name="edgeCounts">Ascending (equal neighbours allowed: the code between them is missing); one fewer than levels.</param>
    /// <param name="levelCounts">The count value that each code stands for.</param>
    /// <param name="ties">Which code v takes exactly on an edge.</param>
    /// <param name="lsbCounts">Counts per code step.</param>
    /// <param name="unit">What accumulators hold when this ADC is not transparent.</param>
    /// <exception cref="SpecException">Edges and levels do not fit together, or ties are <c>even</c> and no level is 0.</exception>
    public AdcTransfer(double[] edgeCounts, double[] levelCounts, TieRule ties, double lsbCounts, AccumulationUnit unit)
    {
        RequireWithinBounds(edgeCounts, "edges");
        RequireWithinBounds(levelCounts, "levels");
        if (levelCounts.Length != edgeCounts.Length + 1)
            throw new SpecException("macro.adc.levels", $"{levelCounts.Length} levels beside {edgeCounts.Length} edges",
                "allowed is one level more than edges");
        for (int k = 1; k < edgeCounts.Length; k++)
            if (edgeCounts[k] < edgeCounts[k - 1])
                throw new SpecException($"macro.adc.edges[{k}]", $"{edgeCounts[k]} after {edgeCounts[k - 1]}",
                    "edges must ascend; sort them");

        EdgeCounts = edgeCounts;
        LevelCounts = levelCounts;
        Ties = ties;
        LsbCounts = lsbCounts;
        Unit = unit;
        EdgeQuanta = Array.ConvertAll(edgeCounts, ToQuanta);
        LevelUnits = Array.ConvertAll(levelCounts, static level => (long)Math.Round(level * LevelsPerCount, MidpointRounding.ToEven));
        ZeroLevelCode = Array.IndexOf(LevelUnits, 0L);
        if (ties == TieRule.Even && ZeroLevelCode < 0)
            throw new SpecException("macro.adc.ties", "'even' for an ADC without a level 0",
                "'even' counts codes from the code of level 0; use 'down' or 'up'");
        _leastQuantaAbove = LeastQuantaAbove();
        Thresholds = Array.ConvertAll(_leastQuantaAbove, static quanta => (int)((quanta + QuantaPerCount - 1) >> 12));
    }

    /// <summary>ADC kind <c>none</c>: no edges, level = v / 4096.</summary>
    public static AdcTransfer None { get; } = new([], [0], TieRule.Down, 1, AccumulationUnit.Counts);

    /// <summary>Ascending ideal edges, counts; one fewer than levels.</summary>
    public double[] EdgeCounts { get; }

    /// <summary>The count value that each code stands for.</summary>
    public double[] LevelCounts { get; }

    public TieRule Ties { get; }

    /// <summary>Counts per code step; for a list, (last - first level) / (distinct levels - 1).</summary>
    public double LsbCounts { get; }

    /// <summary>What accumulators hold when this ADC is not transparent.</summary>
    public AccumulationUnit Unit { get; }

    public int Codes => LevelCounts.Length;

    /// <summary>Kind <c>none</c>: sums pass exactly and codes mean nothing.</summary>
    public bool PassesSums => Unit == AccumulationUnit.Counts;

    /// <summary>Edges of the ideal die, ascending, quanta.</summary>
    public long[] EdgeQuanta { get; }

    /// <summary>
    /// T[k], ascending: an integer partial sum s lies above edge k exactly when s >= T[k]. Valid only for ideal cells without noise, where
    /// v is a whole number of counts.
    /// </summary>
    public int[] Thresholds { get; }

    /// <summary>Levels as integers in 2^-16 count, rounded half to even.</summary>
    public long[] LevelUnits { get; }

    /// <summary>Returns the levels as integers of a unit, which they are multiples of.</summary>
    public long[] LevelsIn(AccumulationUnit unit) => unit switch
    {
        AccumulationUnit.Codes => [.. Enumerable.Range(0, Codes).Select(code => (long)code)],
        AccumulationUnit.Counts => Array.ConvertAll(LevelUnits, level => level / LevelsPerCount),
        AccumulationUnit.Sixteenths => Array.ConvertAll(LevelUnits, level => level / UnitsPerSixteenth),
        _ => LevelUnits,
    };

    /// <summary>The units of level integers in a count.</summary>
    public static int UnitsPerCount(AccumulationUnit unit) =>
        unit == AccumulationUnit.Sixteenths ? LevelsPerCount / UnitsPerSixteenth : LevelsPerCount;

    /// <summary>The first code whose level is 0, or -1.</summary>
    public int ZeroLevelCode { get; }

    /// <summary>Returns the transfer for a row group of other rows (ARITHMETIC §15): edges, levels and LSB times a gain.</summary>
    /// <param name="gain">The rows of the row group, divided by those of the macro.</param>
    public AdcTransfer Times(double gain) => gain == 1 ? this
        : new([.. EdgeCounts.Select(edge => edge * gain)], [.. LevelCounts.Select(level => level * gain)], Ties, LsbCounts * gain, Unit);

    /// <summary>Rounds counts to quanta, half to even. Nothing else in the engine rounds edges.</summary>
    public static long ToQuanta(double counts) => checked((long)Math.Round(counts * QuantaPerCount, MidpointRounding.ToEven));

    /// <summary>(last - first level) / (distinct levels - 1).</summary>
    public static double LsbOf(double[] levelCounts) => (levelCounts[^1] - levelCounts[0]) / (levelCounts.Distinct().Count() - 1);

    /// <summary>Whether v equal to edge k counts as above it.</summary>
    public bool TieBelongsAbove(int edge) => Ties switch
    {
        TieRule.Down => false,
        TieRule.Up => true,
        _ => ((edge - ZeroLevelCode) & 1) != 0,
    };

    /// <summary>The code of a conversion on the ideal die; <paramref name="vQuanta"/> = 4096 s + mismatch + noise.</summary>
    public int CodeOf(long vQuanta)
    {
        int least = 0, most = _leastQuantaAbove.Length;
        while (least < most)
        {
            int middle = (least + most) >>> 1;
            if (vQuanta >= _leastQuantaAbove[middle]) least = middle + 1;
            else most = middle;
        }
        return least;
    }

    /// <summary>Whether level(code(s)) = s for each of <paramref name="sums"/> (see <see cref="PartialSums"/>).</summary>
    public bool IsTransparent(ReadOnlySpan<int> sums)
    {
        if (PassesSums) return true;
        foreach (int s in sums)
            if (LevelUnits[CodeOf((long)s * QuantaPerCount)] != (long)s * LevelsPerCount) return false;
        return true;
    }

    /// <summary>Codes that none of <paramref name="sums"/> gives on the ideal die, ascending.</summary>
    public int[] UnreachableCodes(ReadOnlySpan<int> sums)
    {
        if (PassesSums) return [];
        bool[] reached = new bool[Codes];
        foreach (int s in sums) reached[CodeOf((long)s * QuantaPerCount)] = true;
        return [.. Enumerable.Range(0, Codes).Where(code => !reached[code])];
    }

    private long[] LeastQuantaAbove()
    {
        long[] least = new long[EdgeQuanta.Length];
        for (int k = 0; k < least.Length; k++) least[k] = EdgeQuanta[k] + (TieBelongsAbove(k) ? 0 : 1);
        // Equal edges whose ties go different ways would be out of order. A code is the number of edges below v, so sorting changes no
        // code.
        Array.Sort(least);
        return least;
    }

    private static void RequireWithinBounds(double[] counts, string field)
    {
        for (int k = 0; k < counts.Length; k++)
            if (!(Math.Abs(counts[k]) <= MaxMagnitudeCounts))
                throw new SpecException($"macro.adc.{field}[{k}]", $"{counts[k]}",
                    $"allowed is -{MaxMagnitudeCounts} to {MaxMagnitudeCounts} counts");
    }
}
