namespace ImcEngine.Tests.Architecture;

/// <summary>The checked-out repository: its root and the files that belong to it (what .gitignore names does not).</summary>
internal static class Repository
{
    private static readonly string[] Ignored =
        [.. File.ReadLines(Path.Combine(FindRoot(), ".gitignore")).Select(line => line.Trim()).Where(line => line.Length > 0),
            ".git", ".git/"];

    public static string Root { get; } = FindRoot();

    /// <summary>Files and folders of the top level, by name.</summary>
    public static IEnumerable<string> TopLevel => Entries(Root).Select(path => Path.GetFileName(path));

    /// <summary>All files, as paths relative to the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. FilesUnder(Root).Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>A file's text, its lines ended by \n whatever the checkout made of them.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ImcEngine.sln"))) return folder.FullName;
        throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' holds ImcEngine.sln; "
            + "run the tests from a checkout.");
    }

    private static IEnumerable<string> FilesUnder(string folder) =>
        Entries(folder).SelectMany(path => Directory.Exists(path) ? FilesUnder(path) : [path]);

    private static IEnumerable<string> Entries(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Where(path => !IsIgnored(Path.GetFileName(path), Directory.Exists(path)));

    private static bool IsIgnored(string name, bool isFolder) => Ignored.Any(pattern =>
        pattern.EndsWith('/') ? isFolder && name == pattern[..^1]
        : pattern.StartsWith('*') ? name.EndsWith(pattern[1..], StringComparison.Ordinal)
        : name == pattern);
}
