namespace ImcEngine.Importer.Onnx;

/// <summary>Where a path really leads: every symbolic link on the way, of folders and of the file, followed.</summary>
internal static class LinkFollower
{
    /// <summary>Far above what any system has; the systems' own limits are lower.</summary>
    private const int MostLinks = 64;

    /// <param name="path">Full. What of it does not exist stays as it is.</param>
    /// <exception cref="ModelException">The links lead in a circle.</exception>
    public static string Follow(string path)
    {
        int links = 0;
        var rest = new Stack<string>(Parts(path).Reverse());
        string reached = Path.GetPathRoot(path)!;
        while (rest.TryPop(out string? part))
        {
            if (part == "..")
            {
                reached = Path.GetDirectoryName(reached) ?? reached;
                continue;
            }
            string next = Path.Combine(reached, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                reached = next;
                continue;
            }
            if (++links > MostLinks) throw new ModelException($"'{path}' leads through more than {MostLinks} symbolic links.");
            if (Path.IsPathRooted(target)) reached = Path.GetPathRoot(target)!;
            foreach (string step in Parts(target).Reverse()) rest.Push(step);
        }
        return reached;
    }

    private static IEnumerable<string> Parts(string path) =>
        path[Path.GetPathRoot(path)!.Length..].Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Where(part => part.Length > 0 && part != ".");
}
