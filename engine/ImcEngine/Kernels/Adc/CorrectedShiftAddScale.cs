namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Thresholds of many columns that stray from a line by less than a code within each column, as edges with errors of their own do:
/// <code>
/// c = code of a scale with the column's offset: the true code, or one above it
/// code = c where fraction of v >= split[c], else c - 1          split[0] = 0; above the largest code the fraction counts as all ones
/// </code>
/// Comparing a fraction of a few planes replaces comparing the whole count with a threshold for each bit of the code. Where lanes have
/// splits of their own, their bits are polynomials over GF(2) of the code's:
/// bit p of split[c] = exclusive or of coefficient[p][m] over all m that are subsets of c's bits.
/// </summary>
/// <param name="Scale">Without an offset.</param>
/// <param name="CountOffset">What is subtracted from every count.</param>
/// <param name="Offsets">Of each column.</param>
/// <param name="Splits">Of each column, [c].</param>
internal sealed record CorrectedShiftAddScale(ShiftAddScale Scale, int CountOffset, int[] Offsets, int[][] Splits)
{
    // Of an addition's five operations: two per coefficient, and some ten to compare and correct.
    private const double CostOfCoefficient = 0.4, CostOfComparison = 2;

    // Coefficients are code: of more it is too long.
    private const int MostThresholds = 63;

    /// <summary>Null where no scale of few terms is near all columns.</summary>
    /// <param name="columns">Thresholds of each, equally many, ascending.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    public static CorrectedShiftAddScale? Find(IReadOnlyList<int[]> columns, int largestCount)
    {
        if (columns[0].Length > MostThresholds) return null;
        int[] mean = [.. Enumerable.Range(0, columns[0].Length).Select(k => (int)Math.Round(columns.Average(ofColumn => ofColumn[k])))];
        var search = new ShiftAddScaleSearch(columns, mean, largestCount, mostAhead: 1);
        return search.Scale is null ? null : new(search.Scale, search.CountOffset, search.Offsets, search.Splits);
    }

    /// <summary>In additions of planes.</summary>
    /// <param name="fraction">Planes.</param>
    public static double CostOfCorrection(int fraction, int thresholds) =>
        CostOfCoefficient * fraction * Coefficients(ComparisonPlan.BitsOf(thresholds)) + CostOfComparison;

    /// <summary>Coefficients of one bit of the splits; that of no bits, split[0]'s, is 0.</summary>
    public static int Coefficients(int codePlanes) => (1 << codePlanes) - 1;

    /// <summary>Finds those of one column; false where the scale with this offset is neither right nor one ahead,
    /// or its fraction does not tell.</summary>
    /// <param name="sums">Of the scale's terms, for every count.</param>
    /// <param name="splits">[c].</param>
    public static bool TrySplits(int[] sums, int fraction, int offset, int[] thresholds, int[] splits)
    {
        int top = thresholds.Length, code = 0;
        Span<int> leastReached = stackalloc int[top + 1];
        leastReached.Fill(1 << fraction);
        leastReached[0] = 0;
        Array.Clear(splits);
        for (int count = 0; count < sums.Length; count++)
        {
            while (code < top && thresholds[code] <= count) code++;
            int v = sums[count] + offset, c = Math.Clamp(v >> fraction, 0, top);
            int rest = v >> fraction > top ? (1 << fraction) - 1 : v & (1 << fraction) - 1;
            if (c == code) leastReached[c] = Math.Min(leastReached[c], rest);
            else if (c == code + 1) splits[c] = Math.Max(splits[c], rest + 1);
            else return false;
        }
        for (int c = 0; c <= top; c++)
            if (splits[c] > leastReached[c] || splits[c] >> fraction != 0) return false;
        return true;
    }

    /// <summary>Of one column: bit p of entry m is coefficient[p][m].</summary>
    public int[] CoefficientsOf(int column)
    {
        var coefficients = new int[Coefficients(ComparisonPlan.BitsOf(Splits[column].Length - 1)) + 1];
        Splits[column].CopyTo(coefficients, 0);
        for (int bit = 1; bit < coefficients.Length; bit <<= 1)
            for (int m = 0; m < coefficients.Length; m++)
                if ((m & bit) != 0) coefficients[m] ^= coefficients[m ^ bit];
        return coefficients;
    }
}
