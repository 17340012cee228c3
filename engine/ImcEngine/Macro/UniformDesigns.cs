namespace ImcEngine.Macro;

/// <summary>
/// Uniform converters with a rule for their levels, of least sum of weight * (level(code(s)) - s)^2 (ARITHMETIC §16). Both searches are
/// exact: squared errors are integers.
/// <code>
/// integerLsb   LSB = n swings, bins begin halfway between sums: every n and every beginning is tried
/// zero         LSB = u / 2048 counts, level k = (k - z) LSB: for every z the error is a quadratic of the LSB between the LSBs at which
///              an edge crosses a sum, and the best u of each stretch lies beside its vertex or at an end
/// </code>
/// </summary>
internal static class UniformDesigns
{
    /// <summary>With LSBs of two quanta every edge is a whole number of quanta.</summary>
    private const int LsbUnitsPerCount = AdcTransfer.QuantaPerCount / 2;

    /// <summary>The most steps of a search: about a minute.</summary>
    private const long MostSteps = 1L << 32, MostPairsOfSums = 1L << 28;

    /// <summary>Returns the converter whose LSB is a whole number of swings. Of equal errors the least LSB wins, then the lowest
    /// level.</summary>
    /// <param name="swingCounts">What a cell changes a sum by: 1, or 2 in XNOR and gated columns.</param>
    /// <exception cref="SpecException">The search would take too long.</exception>
    public static CountRange IntegerLsb(SumHistogram histogram, int levels, int swingCounts)
    {
        int least = histogram.Sums[0], most = histogram.Sums[^1];
        long span = (long)most - least;
        if (span * span > MostPairsOfSums)
            throw new SpecException("calibration.design", $"integerLsb with partial sums from {least} to {most}",
                $"allowed are at most {Math.Sqrt(MostPairsOfSums)} counts between them; take design mse");
        // In an XNOR column all sums may have one parity; bins then begin at the other one.
        int lattice = swingCounts == 2 && IsOfOneParity(histogram.Sums) ? 2 : 1;
        (Int128 Error, long Lsb, long Start) best = (Int128.MaxValue, 0, 0);
        // With a longer LSB two codes hold all sums.
        for (long lsb = swingCounts; lsb <= span + swingCounts; lsb += swingCounts)
        {
            // Where bins lie beyond the sums, others on the same grid could be used instead.
            long last = Math.Max(least, most - ((levels - 1) * lsb));
            for (long start = least - lsb + lattice; start <= last; start += lattice)
                if (ErrorOfBins(histogram, levels, start, lsb, lattice) is var error && error < best.Error) best = (error, lsb, start);
        }
        double low = best.Start + ((best.Lsb - lattice) / 2.0);
        return new(low, low + ((levels - 1) * best.Lsb));
    }

    /// <summary>Returns the converter with one level exactly 0. Of equal errors the lowest code of the zero wins, then the least
    /// LSB.</summary>
    /// <exception cref="SpecException">The search would take too long.</exception>
    public static CountRange Zero(SumHistogram histogram, int levels)
    {
        if ((long)levels * levels * histogram.Count > MostSteps)
            throw new SpecException("calibration.design", $"zero with {levels} codes and {histogram.Count} different partial sums",
                $"allowed are at most {MostSteps} codes times codes times sums; lower macro.adc.bits or take design mse");
        var crossings = Crossings(histogram, levels - 1);
        (Int128 Error, int Zero, long Lsb) best = (Int128.MaxValue, 0, 0);
        for (int zero = 0; zero < levels; zero++)
        {
            var (error, lsb) = BestLsb(histogram, crossings, zero, levels - 1 - zero);
            if (error < best.Error) best = (error, zero, lsb);
        }
        double lsbCounts = (double)best.Lsb / LsbUnitsPerCount;
        return new(-best.Zero * lsbCounts, (levels - 1 - best.Zero) * lsbCounts);
    }

    private static bool IsOfOneParity(ReadOnlySpan<int> sums)
    {
        foreach (int s in sums)
            if (((s - sums[0]) & 1) != 0) return false;
        return true;
    }

    /// <summary>Returns four times the squared error of bins of which the first begins at sum <paramref name="start"/>.</summary>
    private static Int128 ErrorOfBins(SumHistogram histogram, int levels, long start, long lsb, int lattice)
    {
        Int128 error = 0;
        for (int k = 0, first = 0; k < levels && first < histogram.Count; k++)
        {
            int end = k == levels - 1 ? histogram.Count : histogram.Below((int)Math.Min(start + ((k + 1) * lsb), int.MaxValue));
            var (weight, sum, squares) = histogram.Moments(first, end);
            Int128 level = (2 * (start + (k * lsb))) + lsb - lattice;
            error += (4 * squares) - (4 * level * sum) + (level * level * weight);
            first = end;
        }
        return error;
    }

    /// <summary>An LSB at which the code of a sum falls by one, away from the zero.</summary>
    /// <param name="Sum">The number of the sum.</param>
    /// <param name="Steps">The steps from the zero before it.</param>
    private readonly record struct Crossing(double LsbCounts, int Sum, int Steps);

    /// <summary>Returns all crossings, by ascending LSB.</summary>
    private static Crossing[] Crossings(SumHistogram histogram, int mostSteps)
    {
        var crossings = new List<Crossing>();
        for (int i = 0; i < histogram.Count; i++)
            if (histogram.Sums[i] != 0)
                for (int steps = 1; steps <= mostSteps; steps++)
                    crossings.Add(new(2.0 * Math.Abs(histogram.Sums[i]) / ((2 * steps) - 1), i, steps));
        var sorted = crossings.ToArray();
        Array.Sort(sorted, static (a, b) => a.LsbCounts.CompareTo(b.LsbCounts));
        return sorted;
    }

    /// <summary>Returns the best LSB where <paramref name="below"/> codes are negative and <paramref name="above"/> positive, and its
    /// error.</summary>
    private static (Int128 Error, long Lsb) BestLsb(SumHistogram histogram, Crossing[] crossings, int below, int above)
    {
        Int128 squares = histogram.Moments(0, histogram.Count).Second * LsbUnitsPerCount * LsbUnitsPerCount, products = 0, steps = 0;
        for (int i = 0; i < histogram.Count; i++)
        {
            Int128 code = histogram.Sums[i] < 0 ? -below : histogram.Sums[i] > 0 ? above : 0, weight = histogram.WeightOf(i);
            products += weight * histogram.Sums[i] * code;
            steps += weight * code * code;
        }
        (Int128 Error, long Lsb) best = (Int128.MaxValue, 0);
        double from = 0;
        foreach (var crossing in crossings)
        {
            int s = histogram.Sums[crossing.Sum];
            if (crossing.Steps > (s < 0 ? below : above)) continue;
            if (crossing.LsbCounts > from) TryStretch(from, crossing.LsbCounts);
            from = crossing.LsbCounts;
            var weight = histogram.WeightOf(crossing.Sum);
            products -= weight * Math.Abs(s);
            steps -= weight * ((2 * crossing.Steps) - 1);
        }
        return best;

        void TryStretch(double low, double high)
        {
            long least = Math.Max(1, (long)Math.Ceiling(low * LsbUnitsPerCount)), most = (long)Math.Floor(high * LsbUnitsPerCount);
            if (least > most) return;
            long vertex = steps == 0 ? least : (long)(products * LsbUnitsPerCount / steps);
            Try(Math.Clamp(vertex, least, most));
            Try(Math.Clamp(vertex + 1, least, most));
        }

        void Try(long lsb)
        {
            var error = squares - (2 * products * lsb * LsbUnitsPerCount) + (steps * lsb * lsb);
            if (error < best.Error) best = (error, lsb);
        }
    }
}
