namespace ImcEngine.Cli.Reports;

/// <summary>Files that are part of the program's assembly: the style, the script and the font of reports.</summary>
internal static class EmbeddedText
{
    public static Stream Open(string file) => typeof(EmbeddedText).Assembly.GetManifestResourceStream($"Reports/{file}")
        ?? throw new InvalidOperationException($"The program has no part '{file}'.");

    public static string Read(string file)
    {
        using var reader = new StreamReader(Open(file));
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
