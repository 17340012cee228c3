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

    private static Range MarkedRange(string text, string file) => MarkedPart.RangeOf(text, file, NetworkReport.Begin, NetworkReport.End);
}
