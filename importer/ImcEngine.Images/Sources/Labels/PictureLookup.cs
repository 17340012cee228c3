using System.Collections.Immutable;

namespace ImcEngine.Images.Sources.Labels;

/// <summary>Finds the picture that a list names: relative to the data's root or to the folder that holds all pictures, with its extension
/// or without.</summary>
/// <param name="pictures">The pictures.</param>
/// <param name="top">The folder that holds all of them, with a slash at its end, or nothing.</param>
internal sealed class PictureLookup(PictureNames pictures, string top)
{
    private const int Several = -1;

    private readonly Lazy<Dictionary<string, int>> _withoutExtension = new(() => WithoutExtension(pictures.Names));

    /// <summary>Returns the picture's index.</summary>
    /// <param name="table">The list, for messages.</param>
    /// <param name="row">The line, for messages.</param>
    /// <param name="file">The file as the list writes it.</param>
    /// <exception cref="ImcException">There is no such picture, or there are several.</exception>
    public int Find(TextTable table, TextRow row, string file)
    {
        string name = PictureFiles.Normalised(file);
        foreach (string candidate in (string[])[name, top + name])
            if (pictures.Names.BinarySearch(candidate, StringComparer.Ordinal) is >= 0 and var picture) return picture;
        foreach (string candidate in (string[])[name, top + name])
            if (_withoutExtension.Value.TryGetValue(candidate, out int picture))
                return picture != Several ? picture
                    : throw table.Wrong(row, $"several pictures of '{pictures.Source}' are named '{PictureFiles.Shown(file)}', with "
                        + "different extensions; write the extension");
        throw table.Wrong(row, $"there is no picture '{PictureFiles.Shown(file)}' in '{pictures.Source}', which holds "
            + $"{pictures.Names.Length}, such as '{pictures.Names[0]}'");
    }

    private static Dictionary<string, int> WithoutExtension(ImmutableArray<string> names)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            string name = names[i][..^Path.GetExtension(names[i]).Length];
            found[name] = found.ContainsKey(name) ? Several : i;
        }
        return found;
    }
}
