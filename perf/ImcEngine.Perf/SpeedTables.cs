using System.Text.RegularExpressions;

namespace ImcEngine.Perf;

/// <summary>
/// The speed tables that documents show. Between the marks <c>&lt;!-- speed FILE --&gt;</c> and <c>&lt;!-- /speed --&gt;</c> is the table
/// of
/// the marked part of FILE, which <c>perf -- networks</c> wrote.
/// </summary>
internal static partial class SpeedTables
{
    /// <summary>The marks of the part of a results file whose table documents show.</summary>
    public const string Begin = "<!-- speed -->", End = "<!-- /speed -->";

    /// <summary>The documents that show such tables, from the repository's root.</summary>
    public static IReadOnlyList<string> Documents { get; } = ["README.md", "perf/results/README.md"];

    /// <summary>The files whose tables a document shows.</summary>
    public static IEnumerable<string> FilesIn(string document) => Shown().Matches(document).Select(match => match.Groups["file"].Value);

    /// <summary>Returns a document with each table as its file has it.</summary>
    /// <param name="read">Returns a file's text with lines that end in \n.</param>
    /// <exception cref="ImcException">A file has no marked part.</exception>
    public static string InsertInto(string document, Func<string, string> read) => Shown().Replace(document, match =>
        $"<!-- speed {match.Groups["file"].Value} -->\n{TableOf(read(match.Groups["file"].Value), match.Groups["file"].Value)}{End}");

    private static string TableOf(string results, string file) =>
        string.Concat(results[MarkedPart.RangeOf(results, file, Begin, End)].Split('\n')
            .Where(line => line.StartsWith('|')).Select(line => line + "\n"));

    [GeneratedRegex("<!-- speed (?<file>[^ ]+) -->\n.*?<!-- /speed -->", RegexOptions.Singleline)]
    private static partial Regex Shown();
}
