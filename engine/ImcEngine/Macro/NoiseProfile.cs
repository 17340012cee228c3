namespace ImcEngine.Macro;

/// <summary>
/// Measured noise of the bitline per ideal partial sum (ARITHMETIC §4): CSV lines <c>s,mean,sigma</c>, counts. An s without a line is interpolated linearly,
/// beyond the ends the end line holds.
/// </summary>
public sealed class NoiseProfile
{
    private readonly int _least;
    private readonly double[] _meansCounts;
    private readonly double[] _sigmasCounts;

    private NoiseProfile(PartialSumCsv csv)
    {
        foreach (var row in csv.Rows) Require(csv, row);
        _least = csv.Rows[0].Sum;
        int count = csv.Rows[^1].Sum - _least + 1;
        (_meansCounts, _sigmasCounts) = (new double[count], new double[count]);
        InterpolatedSums = csv.Interpolate((s, fields) => (_meansCounts[s - _least], _sigmasCounts[s - _least]) = (fields[0], fields[1]));
    }

    /// <summary>The s between the first and the last line that have none of their own.</summary>
    public IReadOnlyList<int> InterpolatedSums { get; }

    /// <exception cref="ImcException">The file cannot be read, or a line cannot be used; the message names it.</exception>
    public static NoiseProfile Read(string path) => new(PartialSumCsv.Read(path));

    /// <exception cref="ImcException">A line cannot be used; the message names it.</exception>
    public static NoiseProfile Parse(IEnumerable<string> lines, string source) => new(PartialSumCsv.Parse(lines, source));

    public double MeanCounts(int s) => _meansCounts[Index(s)];

    public double SigmaCounts(int s) => _sigmasCounts[Index(s)];

    private int Index(int s) => Math.Clamp(s - _least, 0, _meansCounts.Length - 1);

    private static void Require(PartialSumCsv csv, in PartialSumCsv.Row row)
    {
        if (row.Fields.Length != 2)
            throw new ImcException($"{csv.Name(row)}: {row.Fields.Length + 1} fields; a noise profile has three, s,mean,sigma.");
        if (Math.Abs(row.Fields[0]) > DieRules.MaxShiftSigmaCounts)
            throw new ImcException($"{csv.Name(row)}: mean {row.Fields[0]}; allowed is -{DieRules.MaxShiftSigmaCounts} to {DieRules.MaxShiftSigmaCounts} counts.");
        if (!(row.Fields[1] >= 0 && row.Fields[1] <= DieRules.MaxShiftSigmaCounts))
            throw new ImcException($"{csv.Name(row)}: sigma {row.Fields[1]}; allowed is 0 to {DieRules.MaxShiftSigmaCounts} counts.");
    }
}
