namespace ImcEngine.Cli.Cluster;

/// <summary>Writes words so that bash reads them as they are.</summary>
internal static class BashText
{
    private const string Plain = "-_./:=,+@%";

    /// <summary>Returns a word for a command line: itself if nothing in it means anything to bash, else in single quotes.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)) ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
