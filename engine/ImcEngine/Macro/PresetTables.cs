namespace ImcEngine.Macro;

/// <summary>Measured tables that come with the product, embedded beside the presets. A specification names one as <c>preset:NAME</c> in
/// place of a file.</summary>
internal static class PresetTables
{
    private const string Prefix = "preset:", Folder = "Presets.", Extension = ".csv";

    public static bool IsName(string path) => path.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Returns the CSV text of a table, unchanged.</summary>
    /// <exception cref="ImcException">There is no such table.</exception>
    public static string Read(string name)
    {
        string file = Folder + name[Prefix.Length..] + Extension;
        return EmbeddedText.Names.Contains(file) ? EmbeddedText.Read(file)
            : throw new ImcException($"{name}: the product has no such table; it has {string.Join(", ", Names)}. "
                + "Use one of them or a CSV file.");
    }

    private static IEnumerable<string> Names => EmbeddedText.Names
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
        .Select(name => Prefix + name[Folder.Length..^Extension.Length]).Order(StringComparer.Ordinal);
}
