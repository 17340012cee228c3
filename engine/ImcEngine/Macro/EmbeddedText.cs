namespace ImcEngine.Macro;

/// <summary>Text files that are embedded in the library: presets and the schema.</summary>
internal static class EmbeddedText
{
    private const string Folder = "ImcEngine.Macro.";

    /// <summary>Names of the embedded files, without the folder.</summary>
    public static IEnumerable<string> Names => typeof(EmbeddedText).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => name[Folder.Length..]);

    public static string Read(string name)
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(Folder + name)
            ?? throw new InvalidOperationException($"Resource '{Folder}{name}' is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
