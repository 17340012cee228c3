using System.Globalization;

namespace ImcEngine.Macro;

/// <summary>
/// A CSV file of measurements: an optional header line, then one line per partial sum, <c>s,x,x,...</c>. The decimal point is '.'; blank
/// lines and lines that begin with '#' are skipped. Lines may be in any order; each s occurs once.
/// </summary>
/// <param name="Source">The file's name, for messages.</param>
/// <param name="Header">The fields of the header, that of s first; null without a header.</param>
/// <param name="Rows">The lines, by ascending s.</param>
internal sealed record PartialSumCsv(string Source, string[]? Header, PartialSumCsv.Row[] Rows)
{
    internal const int MaxMagnitude = 1 << 20;
    private const int MaxFields = 4096;
    private const string What = "CSV file of partial sums";

    /// <summary>One line.</summary>
    /// <param name="Line">Its number in the file, from 1.</param>
    /// <param name="Sum">The partial sum s, counts.</param>
    /// <param name="Fields">The numbers after s.</param>
    internal readonly record struct Row(int Line, int Sum, double[] Fields);

    /// <param name="path">A file, or one of <see cref="PresetTables"/>.</param>
    public static PartialSumCsv Read(string path)
    {
        if (PresetTables.IsName(path)) return Parse(PresetTables.Read(path).Split('\n'), path);
        using var stream = InputFile.OpenRead(path, What, InputFile.MostTextBytes);
        try
        {
            using var reader = new StreamReader(stream);
            return Parse(LinesOf(reader), path);
        }
        catch (IOException error)
        {
            throw new ImcException($"The {What} '{path}' cannot be read: {error.Message}", error);
        }
    }

    public static PartialSumCsv Parse(IEnumerable<string> lines, string source)
    {
        string[]? header = null;
        var rows = new List<Row>();
        var linesOfSums = new Dictionary<int, int>();
        int number = 0, fields = 0;
        foreach (string line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#')) continue;
            string[] parts = line.Split(',', MaxFields + 1, StringSplitOptions.TrimEntries);
            if (fields == 0) fields = RequireWidth(parts.Length, source, number);
            if (parts.Length != fields)
                throw new ImcException($"{source} line {number}: {parts.Length} fields; the first line has {fields}, "
                    + "and all lines must have as many.");
            if (header is null && rows.Count == 0 && !double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                header = parts;
            else
            {
                int sum = ParseSum(parts[0], source, number);
                if (!linesOfSums.TryAdd(sum, number))
                    throw new ImcException($"{source} line {number}: s = {sum} is already in line {linesOfSums[sum]}; "
                        + "each partial sum may occur only once.");
                rows.Add(new(number, sum, ParseFields(parts, source, number)));
            }
        }
        if (rows.Count == 0)
            throw new ImcException($"{source}: the file has no rows; "
                + "each line must hold a partial sum and its numbers, separated by commas.");
        return new(source, header, [.. rows.OrderBy(row => row.Sum)]);
    }

    /// <summary>Returns the name of a row in messages, e.g. <c>table.csv line 17 (s = -224)</c>.</summary>
    public string Name(in Row row) => $"{Source} line {row.Line} (s = {row.Sum})";

    /// <summary>
    /// Calls <paramref name="write"/> for every s from the first row to the last, with the fields of its row or with those interpolated
    /// linearly between its neighbours. Returns the s that have no row.
    /// </summary>
    public int[] Interpolate(Action<int, double[]> write)
    {
        var missing = new List<int>();
        double[] between = new double[Rows[0].Fields.Length];
        write(Rows[0].Sum, Rows[0].Fields);
        for (int i = 1; i < Rows.Length; i++)
        {
            Row below = Rows[i - 1], above = Rows[i];
            for (int s = below.Sum + 1; s < above.Sum; s++)
            {
                double share = (double)(s - below.Sum) / (above.Sum - below.Sum);
                for (int k = 0; k < between.Length; k++) between[k] = below.Fields[k] + (above.Fields[k] - below.Fields[k]) * share;
                write(s, between);
                missing.Add(s);
            }
            write(above.Sum, above.Fields);
        }
        return [.. missing];
    }

    private static IEnumerable<string> LinesOf(StreamReader reader)
    {
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static int RequireWidth(int fields, string source, int line) =>
        fields is >= 2 and <= MaxFields ? fields
            : throw new ImcException($"{source} line {line}: {(fields > MaxFields ? "more than " + MaxFields : fields)} fields; "
                + $"allowed are 2 to {MaxFields}, separated by commas.");

    private static int ParseSum(string text, string source, int line) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double sum) && sum == Math.Floor(sum)
            && Math.Abs(sum) <= MaxMagnitude
            ? (int)sum
            : throw new ImcException($"{source} line {line}: partial sum '{SpecValue.Shortened(text)}'; "
                + $"allowed are integers from -{MaxMagnitude} to {MaxMagnitude}.");

    private static double[] ParseFields(string[] parts, string source, int line)
    {
        double[] fields = new double[parts.Length - 1];
        for (int k = 0; k < fields.Length; k++)
            if (!double.TryParse(parts[k + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out fields[k])
                || !double.IsFinite(fields[k]))
                throw new ImcException($"{source} line {line} (s = {parts[0]}): field {k + 2} is '{SpecValue.Shortened(parts[k + 1])}'; "
                    + "a finite number with '.' as decimal point is needed.");
        return fields;
    }
}
