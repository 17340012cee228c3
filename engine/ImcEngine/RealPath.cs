namespace ImcEngine;

/// <summary>
/// Where a path leads once every symbolic link in it is followed, those of its folders included, as the operating system follows them.
/// (<see cref="File.ResolveLinkTarget"/> follows the last one only and cancels <c>..</c> against the link's name instead of its target.)
/// </summary>
internal static class RealPath
{
    /// <summary>As many as Linux follows.</summary>
    private const int MostLinks = 40;

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <returns>Absolute. A part that does not exist stays as it is written,
    /// so that a dangling link leads to the place of its target.</returns>
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
    /// <c>/proc/PID/fd/N</c>: a link by its kind, but what it shows may name nothing (<c>pipe:[123]</c>)
    /// and it stands for the open file itself.
    /// </summary>
    public static bool NamesOpenFile(string realPath) =>
        OperatingSystem.IsLinux() && realPath.StartsWith("/proc/", StringComparison.Ordinal)
            && Path.GetDirectoryName(realPath)!.EndsWith("/fd", StringComparison.Ordinal);

    private static void PushParts(Stack<string> ahead, string path)
    {
        foreach (string part in path.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Reverse()) ahead.Push(part);
    }
}
