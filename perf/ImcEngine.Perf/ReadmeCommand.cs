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
        AtomicFile.Write(Readme, readme.Replace(Marked(readme, Readme), text.ToString(), StringComparison.Ordinal));
        return 0;
    }

    /// <summary>What stands between the marks, without them.</summary>
    private static string Marked(string text, string file)
    {
        int begin = text.IndexOf(NetworkReport.Begin, StringComparison.Ordinal), end = text.IndexOf(NetworkReport.End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new ImcException($"'{file}' has no part between {NetworkReport.Begin} and {NetworkReport.End}.");
        return text[(begin + NetworkReport.Begin.Length)..end];
    }
}
