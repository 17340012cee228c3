using System.Globalization;

namespace ImcEngine.Macro;

/// <summary>
/// A measured conversion (ARITHMETIC §5): P(code given ideal partial sum s), from CSV lines <c>s,P(code 0),P(code 1),...</c>.
/// <code>
/// CDF[s][k] = round(2^32 * (P[s][0] + ... + P[s][k])), k = 0 .. codes - 2      code = number of k with u >= CDF[s][k]
/// </code>
/// The probabilities of an s without a line are interpolated linearly between the neighbouring lines. Beyond the first and the last line
/// nothing is known: a layer with such sums is refused (<see cref="RequireSums"/>), or takes the end line with
/// <see cref="BeyondTable.Clamp"/>. A header may give the level of each code: <c>P(-60)</c>, or <c>P(code=-5;level=-60)</c>. The second
/// stage on digital sums is a table of the same form.
/// </summary>
internal sealed class MeasuredTable
{
    /// <summary>How far the sum of a line's probabilities may be from 1; the last code takes the difference.</summary>
    public const double SumTolerance = 1e-3;

    private const int MaxEntries = 1 << 24;

    private readonly ulong[] _cdf;

    private MeasuredTable(PartialSumCsv csv, double[]? levelCounts)
    {
        foreach (var row in csv.Rows) LargestSumError = Math.Max(LargestSumError, Math.Abs(RequireProbabilities(csv, row) - 1));
        Source = csv.Source;
        LevelCounts = levelCounts ?? LevelsOf(csv);
        if (LevelCounts.Length != csv.Rows[0].Fields.Length)
            throw new ImcException($"{csv.Source}: {csv.Rows[0].Fields.Length} probabilities per line, "
                + $"but {LevelCounts.Length} levels are given; allowed is one level per probability.");
        LeastSum = csv.Rows[0].Sum;
        MostSum = csv.Rows[^1].Sum;
        if ((MostSum - LeastSum + 1L) * Codes > MaxEntries)
            throw new ImcException($"{csv.Source}: partial sums {LeastSum} to {MostSum} with {Codes} codes need "
                + $"{(MostSum - LeastSum + 1L) * Codes} entries; allowed are at most {MaxEntries}.");
        if (!(Math.Abs(LevelCounts[^1] - LevelCounts[0]) > 0))
            throw new ImcException($"{csv.Source}: the first and the last level are both {LevelCounts[0]}; "
                + "they must differ, because the levels of an ADC span from one to the other.");
        _cdf = new ulong[(MostSum - LeastSum + 1) * (Codes - 1)];
        InterpolatedSums =
            csv.Interpolate((s, probabilities) => Accumulate(probabilities, _cdf.AsSpan((s - LeastSum) * (Codes - 1), Codes - 1)));
    }

    /// <summary>The file, for messages and reports.</summary>
    public string Source { get; }

    /// <summary>The level that each code stands for.</summary>
    public double[] LevelCounts { get; }

    public int Codes => LevelCounts.Length;

    /// <summary>The first line's partial sum.</summary>
    public int LeastSum { get; }

    /// <summary>The last line's partial sum.</summary>
    public int MostSum { get; }

    /// <summary>The s between the first and the last line that have no line.</summary>
    public IReadOnlyList<int> InterpolatedSums { get; }

    /// <summary>The largest deviation from 1 of a line's sum of probabilities.</summary>
    public double LargestSumError { get; }

    /// <param name="path">CSV file.</param>
    /// <param name="levelCounts">One level per code; null takes them from the header.</param>
    /// <exception cref="ImcException">The file cannot be read, or a line cannot be used; the message names it.</exception>
    public static MeasuredTable Read(string path, double[]? levelCounts = null) => new(PartialSumCsv.Read(path), levelCounts);

    /// <summary>As <see cref="Read"/>, from lines in memory.</summary>
    /// <exception cref="ImcException">A line cannot be used; the message names it.</exception>
    public static MeasuredTable Parse(IEnumerable<string> lines, string source, double[]? levelCounts = null) =>
        new(PartialSumCsv.Parse(lines, source), levelCounts);

    /// <summary>Whether <paramref name="s"/> lies before the first or after the last line.</summary>
    public bool IsBeyond(int s) => s < LeastSum || s > MostSum;

    /// <summary>Checks that every sum from <paramref name="least"/> to <paramref name="most"/> has a line or can be interpolated.</summary>
    /// <param name="who">The beginning of the message, before the range of sums, e.g. <c>Layer 'fc' makes partial sums</c>.</param>
    /// <param name="remedy">The end of the message: what to do instead of adding lines.</param>
    /// <exception cref="ImcException">A sum lies beyond the first or the last line.</exception>
    internal void RequireSums(long least, long most, string who, string remedy)
    {
        if (least < LeastSum || most > MostSum)
            throw new ImcException($"{who} {least} to {most}; "
                + $"table '{Source}' holds {LeastSum} to {MostSum}, and says nothing of sums beyond. Add lines for them, {remedy}.");
    }

    /// <summary>The codes that at least one of <paramref name="sums"/> takes with P above 0.</summary>
    internal IEnumerable<int> PossibleCodes(IReadOnlyList<int> sums) =>
        Enumerable.Range(0, Codes).Where(code => sums.Any(s => Probability(s, code) > 0));

    /// <summary>CDF[s]: ascending, 0 .. 2^32; one fewer than codes.</summary>
    public ReadOnlySpan<ulong> Cdf(int s) => _cdf.AsSpan((Math.Clamp(s, LeastSum, MostSum) - LeastSum) * (Codes - 1), Codes - 1);

    /// <summary>The code that a conversion of partial sum <paramref name="s"/> takes.</summary>
    public int Sample(int s, uint u)
    {
        int code = 0;
        foreach (ulong cumulative in Cdf(s))
            if (u >= cumulative) code++;
        return code;
    }

    /// <summary>P(code given s) as sampled: a multiple of 2^-32.</summary>
    public double Probability(int s, int code)
    {
        var cdf = Cdf(s);
        ulong below = code == 0 ? 0 : cdf[code - 1], upTo = code == Codes - 1 ? 1UL << 32 : cdf[code];
        return (upTo - below) * (1.0 / 4294967296.0);
    }

    private static void Accumulate(ReadOnlySpan<double> probabilities, Span<ulong> cdf)
    {
        double cumulative = 0;
        for (int k = 0; k < cdf.Length; k++)
        {
            cumulative += probabilities[k];
            cdf[k] = (ulong)Math.Round(4294967296.0 * Math.Min(cumulative, 1));
        }
    }

    /// <returns>The sum of the line's probabilities.</returns>
    private static double RequireProbabilities(PartialSumCsv csv, in PartialSumCsv.Row row)
    {
        if (row.Fields.Length < 2)
            throw new ImcException($"{csv.Name(row)}: {row.Fields.Length} probability; a table has at least two codes.");
        double sum = 0;
        for (int k = 0; k < row.Fields.Length; k++)
        {
            if (!(row.Fields[k] >= 0 && row.Fields[k] <= 1 + SumTolerance))
                throw new ImcException($"{csv.Name(row)}: probability {row.Fields[k]} of code {k}; allowed is 0 to 1.");
            sum += row.Fields[k];
        }
        if (!(Math.Abs(sum - 1) <= SumTolerance))
            throw new ImcException($"{csv.Name(row)}: the probabilities add up to {sum}; allowed is 1 within {SumTolerance}. "
                + "Correct the line.");
        return sum;
    }

    private static double[] LevelsOf(PartialSumCsv csv)
    {
        if (csv.Header is null)
            throw new ImcException($"{csv.Source}: the file has no header that gives the codes' levels; "
                + "add one (s,P(-60),P(-48),...) or state macro.adc.levels.");
        return Array.ConvertAll(csv.Header[1..], name => LevelOf(name)
            ?? throw new ImcException($"{csv.Source}: header field '{SpecValue.Shortened(name)}' gives no level; write P(level), e.g. "
                + "P(-60), or state macro.adc.levels."));
    }

    private static double? LevelOf(string name)
    {
        if (!name.StartsWith("P(", StringComparison.Ordinal) || !name.EndsWith(')')) return null;
        string level = name[2..^1];
        int named = level.IndexOf("level=", StringComparison.Ordinal);
        if (named >= 0) level = level[(named + "level=".Length)..];
        return double.TryParse(level, NumberStyles.Float, CultureInfo.InvariantCulture, out double counts)
            && Math.Abs(counts) <= AdcTransfer.MaxMagnitudeCounts ? counts : null;
    }
}
