using System.Collections.Immutable;
using ImcEngine.Images.Sources.Labels;

namespace ImcEngine.Images.Sources.Opening;

/// <summary>A text file that names pictures, relative to its own folder, with their labels or without.</summary>
/// <param name="Table">The lines.</param>
/// <param name="Pictures">The pictures, in ordinal order of their names.</param>
/// <param name="Files">The line of each picture.</param>
internal sealed record PictureList(TextTable Table, FolderPictures Pictures, ImmutableArray<FileLabel> Files)
{
    /// <exception cref="ImcException">The list cannot be read, or a file is not there, is no picture, or is named twice.</exception>
    public static PictureList Open(string path)
    {
        var table = TextTable.Read(path, "list of pictures");
        var files = FileLabels.Read(table).ToArray();
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string[] names = [.. files.Select(file => NameOf(table, file, folder))];
        Array.Sort(names, files, StringComparer.Ordinal);
        for (int i = 1; i < names.Length; i++)
            if (names[i] == names[i - 1]) throw Twice(table, files[i - 1], files[i]);
        if (names.Length == 0) throw new ImcException($"'{path}' names no pictures; write lines 'file label'.");
        var pictures = new FolderPictures(folder, new(path, [.. names], ImmutableHashSet<string>.Empty));
        return new(table, pictures, [.. files]);
    }

    private static ImcException Twice(TextTable table, FileLabel one, FileLabel other)
    {
        var (first, second) = one.Row.Line < other.Row.Line ? (one, other) : (other, one);
        return table.Wrong(second.Row, $"'{PictureFiles.Shown(second.File)}' is the picture of line {first.Row.Line} "
            + $"('{PictureFiles.Shown(first.File)}'); every picture has one line");
    }

    private static string NameOf(TextTable table, FileLabel file, string folder)
    {
        if (Path.IsPathRooted(file.File)) throw Unusable("is an absolute path; write it relative to the list");
        string name = WithoutSteps(PictureFiles.Normalised(file.File));
        if (!PictureFiles.IsPicture(name)) throw Unusable($"is no picture; pictures are known by their extensions {PictureFiles.Known}");
        return File.Exists(Path.Combine(folder, name)) ? name : throw Unusable($"is not in '{folder}'");

        ImcException Unusable(string how) => table.Wrong(file.Row, $"'{PictureFiles.Shown(file.File)}' {how}");
    }

    /// <summary>Returns a path in which no folder is entered and left again, so that a picture has one name.</summary>
    private static string WithoutSteps(string path)
    {
        var parts = new Stack<string>();
        foreach (string part in path.Split('/'))
            if (part != ".." || !parts.TryPeek(out string? last) || last == "..") parts.Push(part);
            else parts.Pop();
        return string.Join('/', parts.Reverse());
    }
}
