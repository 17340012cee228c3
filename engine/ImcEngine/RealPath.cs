namespace ImcEngine;

/// <summary>
/// Resolves every symbolic link in a path, those of its folders included, as the operating system does. (<see
/// cref="File.ResolveLinkTarget"/> follows only the last one and applies <c>..</c> to the link's name instead of its target.)
/// </summary>
internal static class RealPath
{
    /// <summary>The number of links that Linux follows in one path.</summary>
    private const int MostLinks = 40;

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <returns>The absolute path. A part that does not exist stays as written, so a dangling link resolves to the path of its missing
    /// target.</returns>
    /// <exception cref="IOException">More links than Linux follows: a loop.</exception>
    public static string Resolve(string path)
    {
        string start = OperatingSystem.IsWindows() ? Path.GetFullPath(path) : Path.Combine(Environment.CurrentDirectory, path);
        string place = Path.GetPathRoot(start)!;
        var ahead = new Stack<string>();
        PushParts(ahead, start[place.Length..]);
        int links = 0;
        while (ahead.TryPop(out string? name))
        {
            if (name == ".") continue;
            string next = name == ".." ? Path.GetDirectoryName(place) ?? place : Path.Combine(place, name);
            if (name == ".." || NamesOpenFile(next) || new FileInfo(next).LinkTarget is not { } target)
            {
                place = next;
                continue;
            }
            if (++links > MostLinks) throw new IOException($"its symbolic links lead in a circle (more than {MostLinks} were followed)");
            string root = Path.GetPathRoot(target)!;
            if (root.Length > 0) place = root;
            PushParts(ahead, target[root.Length..]);
        }
        return place;
    }

    /// <summary>
    /// Whether the path is <c>/proc/PID/fd/N</c>. That is a link, but it stands for the open file itself, and its target may not be a path
    /// (<c>pipe:[123]</c>).
    /// </summary>
    public static bool NamesOpenFile(string realPath) =>
        OperatingSystem.IsLinux() && realPath.StartsWith("/proc/", StringComparison.Ordinal)
            && Path.GetDirectoryName(realPath)!.EndsWith("/fd", StringComparison.Ordinal);

    private static void PushParts(Stack<string> ahead, string path)
    {
        foreach (string part in path.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Reverse()) ahead.Push(part);
    }
}
