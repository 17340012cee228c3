using System.Collections.Frozen;

namespace ImcEngine.Images.Sources;

/// <summary>Which files of a folder, an archive or a list are pictures, the name by which a picture goes, and the limits.</summary>
internal static class PictureFiles
{
    /// <summary>The maximum size of one picture's file.</summary>
    public const int MostBytes = 256 << 20;

    /// <summary>The maximum number of files and folders of a source, three times those of ImageNet's training pictures.</summary>
    public const int MostEntries = 1 << 22;

    /// <summary>The maximum length of a path, as Linux has it.</summary>
    private const int MostPathLength = 4096;

    private static readonly FrozenSet<string> Extensions = FrozenSet.ToFrozenSet(
        [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".ppm", ".pgm", ".pnm"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The known extensions, for messages.</summary>
    public static string Known => string.Join(", ", Extensions.Order(StringComparer.Ordinal));

    public static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path));

    /// <summary>Whether a file or folder is left out: its name begins with a dot, or it is the folder of macOS' extra files.</summary>
    public static bool IsHidden(string name) => name.StartsWith('.') || name == "__MACOSX";

    /// <summary>Returns a path without its empty and <c>.</c> parts, so that a file has one name.</summary>
    public static string Normalised(string path)
    {
        bool isNormal = !path.StartsWith('/') && !path.StartsWith("./", StringComparison.Ordinal) && !path.EndsWith('/')
            && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal);
        return isNormal ? path
            : string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
    }

    /// <summary>Returns the name by which a file of a folder or an archive goes; null if it is hidden.</summary>
    /// <exception cref="ImcException">The path leaves its source, is too long or holds control characters.</exception>
    public static string? NameOf(string source, string path)
    {
        if (path.Length > MostPathLength)
            throw new ImcException($"'{source}' holds a path of {path.Length} characters; at most {MostPathLength} are allowed.");
        string name = Normalised(path);
        string[] parts = name.Split('/');
        if (parts.Contains("..")) throw Unusable("leaves the archive ('..'); make the archive within the folder of the pictures");
        if (parts.Any(IsHidden)) return null;
        return name.Any(char.IsControl) ? throw Unusable("has a control character in its name; rename it") : name;

        ImcException Unusable(string how) => new($"'{source}' holds '{Shown(path)}', which {how}.");
    }

    /// <summary>Returns a text of a file for a message: short and without control characters.</summary>
    public static string Shown(string text)
    {
        const int Most = 100;
        string shown = text.Length > Most ? $"{text[..Most]}..." : text;
        return string.Concat(shown.Select(each => char.IsControl(each) ? '?' : each));
    }
}
