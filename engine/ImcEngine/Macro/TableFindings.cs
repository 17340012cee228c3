using System.Globalization;

namespace ImcEngine.Macro;

/// <summary>The findings about measured tables (<see cref="MeasuredTableReport"/>), in words.</summary>
internal static class TableFindings
{
    /// <summary>The smallest number of equally spaced numbers that are written as a range.</summary>
    private const int LeastRun = 3;

    /// <summary>Returns a sentence for every table of these runs that has findings.</summary>
    public static IEnumerable<string> Hints(IEnumerable<RunSpec> runs)
    {
        var adcs = runs.SelectMany(run => run.Macros).Select(macro => macro.Adc);
        var tables =
            adcs.SelectMany(adc => new (string? File, double[]? Levels)[] { (adc.Table, adc.LevelsCounts), (adc.SecondTable, null) })
                .Where(table => table.File is not null).DistinctBy(table => table.File);
        foreach (var (file, levels) in tables)
            if (InWords(MeasuredTableReport.Create(MeasuredTable.Read(file!, levels))) is { Count: > 0 } findings)
                yield return $"Look at table '{file}' before use: {string.Join("; ", findings)}. 'imc adc' shows it.";
    }

    /// <summary>Returns the findings that suggest a faulty chip or a faulty table; empty if there are none.</summary>
    public static IReadOnlyList<string> InWords(MeasuredTableReport findings)
    {
        var words = new List<string>();
        if (findings.DecreasingSums.Count > 0) words.Add($"the mean level falls at {Ranges(findings.DecreasingSums)}");
        if (findings.BimodalSums.Count > 0) words.Add($"the codes have two peaks at {Ranges(findings.BimodalSums)}");
        if (findings.UnusedCodes.Count > 0) words.Add($"no partial sum gives the codes {Ranges(findings.UnusedCodes)}");
        if (findings.IsSingleStep) words.Add("nearly every conversion gives one of the two end codes, as of a comparator, not an ADC");
        if (findings.WideGap is var (below, above))
            words.Add($"there is no line between {below} and {above}, which are more than two code steps apart: "
                + "interpolation there is a guess");
        if (findings.OddGain is { } gain)
            words.Add(string.Create(CultureInfo.InvariantCulture,
                $"the mean level rises by {gain:F2} per count; levels in counts rise by 1"));
        return words;
    }

    /// <summary>Returns ascending numbers as text, with runs shortened: <c>-3, 0 to 4, 10 to 20 in steps of 2</c>.</summary>
    public static string Ranges(IReadOnlyList<int> numbers)
    {
        var parts = new List<string>();
        for (int first = 0; first < numbers.Count;)
        {
            int last = Math.Min(first + 1, numbers.Count - 1), step = numbers[last] - numbers[first];
            while (last + 1 < numbers.Count && numbers[last + 1] - numbers[last] == step) last++;
            if (last - first + 1 < LeastRun) last = first;
            parts.Add(last == first ? $"{numbers[first]}"
                : $"{numbers[first]} to {numbers[last]}{(step == 1 ? "" : $" in steps of {step}")}");
            first = last + 1;
        }
        return string.Join(", ", parts);
    }
}
