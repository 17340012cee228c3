using System.Globalization;
namespace ImcEngine.Macro;

/// <summary>
/// Measured bitline noise per ideal partial sum (ARITHMETIC §4): CSV lines <c>s,mean,sigma</c> in counts, with exactly that header or none.
/// An s without a line is interpolated linearly. Beyond the first and the last line nothing is known: a network whose layers make such sums
/// is refused (<see cref="RequireSums"/>).
/// <code>mean = average of (measured sum - s), the deviation, near 0</code>
/// The mean is added to s, so it must not be the average of the measured sum itself. A profile whose mean rises with s as levels do is
/// refused.
/// </summary>
internal sealed class NoiseProfile
{
    /// <summary>
    /// A profile is refused if the least-squares slope of its mean over s reaches this value, over all listed sums or over the third of
    /// them nearest to 0, where no ADC clips. Such means are levels: as deviations they would be a gain error of 50 %.
    /// </summary>
    private const double LeastLevelSlope = 0.5;

    /// <summary>The smallest number of sums for a slope over all sums, and for one over those nearest to 0.</summary>
    private const int LeastSumsOfSlope = 2, LeastInnerSums = 3;

    private static readonly string[] HeaderNames = ["s", "mean", "sigma"];

    private readonly double[] _meansCounts;
    private readonly double[] _sigmasCounts;

    private NoiseProfile(PartialSumCsv csv)
    {
        RequireHeader(csv);
        foreach (var row in csv.Rows) Require(csv, row);
        RequireDeviations(csv);
        (Source, LeastSum, MostSum) = (csv.Source, csv.Rows[0].Sum, csv.Rows[^1].Sum);
        int count = MostSum - LeastSum + 1;
        (_meansCounts, _sigmasCounts) = (new double[count], new double[count]);
        InterpolatedSums =
            csv.Interpolate((s, fields) => (_meansCounts[s - LeastSum], _sigmasCounts[s - LeastSum]) = (fields[0], fields[1]));
    }

    /// <summary>The file, for messages.</summary>
    public string Source { get; }

    /// <summary>The first line's partial sum.</summary>
    public int LeastSum { get; }

    /// <summary>The last line's partial sum.</summary>
    public int MostSum { get; }

    /// <summary>The s between the first and the last line that have no line.</summary>
    public IReadOnlyList<int> InterpolatedSums { get; }

    /// <exception cref="ImcException">The file cannot be read, or a line cannot be used; the message names it.</exception>
    public static NoiseProfile Read(string path) => new(PartialSumCsv.Read(path));

    /// <exception cref="ImcException">A line cannot be used; the message names it.</exception>
    public static NoiseProfile Parse(IEnumerable<string> lines, string source) => new(PartialSumCsv.Parse(lines, source));

    public double MeanCounts(int s) => _meansCounts[Index(s)];

    public double SigmaCounts(int s) => _sigmasCounts[Index(s)];

    /// <summary>Checks that every sum from <paramref name="least"/> to <paramref name="most"/> has a line or can be interpolated.</summary>
    /// <exception cref="ImcException">A sum lies beyond the first or the last line.</exception>
    internal void RequireSums(int least, int most, string layerName)
    {
        if (least < LeastSum || most > MostSum)
            throw new ImcException($"Layer '{layerName}' makes partial sums of {least} to {most}; "
                + $"noise profile '{Source}' holds {LeastSum} to {MostSum}, and says nothing of sums beyond. "
                + "Add lines for them (to assume that the noise stays constant beyond an end, "
                + "repeat that end's mean and sigma at the outermost sum), "
                + "or lower macro.rows.");
    }

    // RequireSums has checked what reaches a kernel; single conversions in tests may lie beyond the ends.
    private int Index(int s) => Math.Clamp(s - LeastSum, 0, _meansCounts.Length - 1);

    private static void RequireHeader(PartialSumCsv csv)
    {
        if (csv.Header is { } header && !header.SequenceEqual(HeaderNames, StringComparer.OrdinalIgnoreCase))
            throw new ImcException($"{csv.Source}: the header is '{SpecValue.Shortened(string.Join(',', header))}'; "
                + $"allowed is '{string.Join(',', HeaderNames)}', or no header. "
                + "mean is the deviation of the measured sum from s, near 0, and not the level itself; sigma is the standard deviation; "
                + "all are in counts.");
    }

    /// <summary>Checks by their slope that the means are deviations; levels would rise with s, count by count.</summary>
    private static void RequireDeviations(PartialSumCsv csv)
    {
        PartialSumCsv.Row[] inner =
            [.. csv.Rows.OrderBy(row => Math.Abs((long)row.Sum)).Take(Math.Max(LeastInnerSums, csv.Rows.Length / 3))];
        foreach (var rows in new[] { csv.Rows, inner })
        {
            if (rows.Length < LeastSumsOfSlope || SlopeOf(rows) is not (>= LeastLevelSlope and var slope)) continue;
            throw new ImcException(string.Create(CultureInfo.InvariantCulture, $"{csv.Source}: mean rises with s by {slope:F2} per count ")
                + $"(least squares over {rows.Length} sums), as measured levels do. "
                + "Deviations from s, near 0, are expected, because mean is added to s. Subtract s from every mean.");
        }
    }

    private static double SlopeOf(IReadOnlyCollection<PartialSumCsv.Row> rows)
    {
        double meanSum = rows.Average(row => (double)row.Sum), meanMean = rows.Average(row => row.Fields[0]);
        return rows.Sum(row => (row.Sum - meanSum) * (row.Fields[0] - meanMean))
            / rows.Sum(row => (row.Sum - meanSum) * (row.Sum - meanSum));
    }

    private static void Require(PartialSumCsv csv, in PartialSumCsv.Row row)
    {
        if (row.Fields.Length != 2)
            throw new ImcException($"{csv.Name(row)}: {row.Fields.Length + 1} fields; a noise profile has three, s,mean,sigma.");
        if (Math.Abs(row.Fields[0]) > DieRules.MaxShiftSigmaCounts)
            throw new ImcException($"{csv.Name(row)}: mean {row.Fields[0]}; "
                + $"allowed is -{DieRules.MaxShiftSigmaCounts} to {DieRules.MaxShiftSigmaCounts} counts.");
        if (!(row.Fields[1] >= 0 && row.Fields[1] <= DieRules.MaxShiftSigmaCounts))
            throw new ImcException($"{csv.Name(row)}: sigma {row.Fields[1]}; allowed is 0 to {DieRules.MaxShiftSigmaCounts} counts.");
    }
}
