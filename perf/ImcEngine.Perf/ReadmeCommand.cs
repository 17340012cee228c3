using System.Text;
using ImcEngine.Perf.Networks;

namespace ImcEngine.Perf;

/// <summary><c>readme</c>: brings the marked parts of all <c>perf/results/*/networks-*.md</c> into the README, between the same marks.</summary>
internal static class ReadmeCommand
{
    private const string Readme = "README.md";

    public static int Run()
    {
        string readme = File.ReadAllText(Readme).ReplaceLineEndings("\n");
        var text = new StringBuilder();
        foreach (string file in Directory.GetFiles(Path.Combine("perf", "results"), "networks-*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            text.Append(Marked(File.ReadAllText(file).ReplaceLineEndings("\n"), file));
        var shown = MarkedRange(readme, Readme);
        AtomicFile.Write(Readme, readme[..shown.Start] + text + readme[shown.End..]);
        return 0;
    }

    private static string Marked(string text, string file) => text[MarkedRange(text, file)];

    /// <summary>Between the marks, without them.</summary>
    private static Range MarkedRange(string text, string file)
    {
        int begin = text.IndexOf(NetworkReport.Begin, StringComparison.Ordinal), end = text.IndexOf(NetworkReport.End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new ImcException($"'{file}' has no part between {NetworkReport.Begin} and {NetworkReport.End}.");
        return (begin + NetworkReport.Begin.Length)..end;
    }
}
