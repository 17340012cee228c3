using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ImcEngine.Images.Sources;

/// <summary>
/// What the folders of pictures say about classes, as torchvision's ImageFolder has it:
/// <code>
/// class folders:  TOP/CLASS/.../picture     classes are the folders in TOP, in ordinal order of their names; a label is a class's place
/// flat:           TOP/picture               no labels
/// </code>
/// TOP is every folder that holds all the rest, such as <c>imagenet/val/</c>; there may be none.
/// </summary>
/// <param name="ClassNames">The classes; none if the pictures are flat.</param>
/// <param name="Labels">The label of each picture; null if they are flat.</param>
internal sealed record PictureLayout(ImmutableArray<string> ClassNames, int[]? Labels)
{
    private const int MostShown = 3;

    private static readonly FrozenSet<string> Splits = FrozenSet.ToFrozenSet(
        ["train", "training", "val", "valid", "validation", "test", "testing"], StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ImcException">Pictures lie beside class folders, a class has no pictures, or the folders are splits.</exception>
    public static PictureLayout Of(PictureNames pictures)
    {
        string top = TopOf(pictures);
        string? flat = FlatIn(pictures, top);
        ImmutableArray<string> classes = [.. pictures.Folders.Where(folder => folder.StartsWith(top, StringComparison.Ordinal))
            .Select(folder => FirstPart(folder, top)).Distinct().Order(StringComparer.Ordinal)];
        if (classes.IsEmpty) return new([], null);

        if (flat is not null)
            throw new ImcException($"'{pictures.Source}' holds pictures ('{flat}') beside folders ({Shown(classes)}); put every picture in "
                + "the folder of its class, or all in one folder and give --labels.");
        if (classes.Length > 1 && classes.All(Splits.Contains))
            throw new ImcException($"'{pictures.Source}' holds the folders {Shown(classes)}, which are parts of a data set, not classes; "
                + "give one of them.");
        var placeOf = classes.Select((name, place) => (name, place)).ToFrozenDictionary(each => each.name, each => each.place);
        int[] labels = [.. pictures.Names.Select(name => placeOf[FirstPart(name, top)])];
        var used = labels.ToHashSet();
        string[] empty = [.. classes.Where((_, place) => !used.Contains(place))];
        if (empty.Length > 0)
            throw new ImcException($"'{pictures.Source}' holds {empty.Length} folder(s) without pictures ({Shown(empty)}) beside folders "
                + "with pictures. Whether such a folder counts as a class decides the labels of the folders after it, so it is refused, as "
                + "torchvision does; remove it, or give the folder that holds the classes.");
        return new(classes, labels);
    }

    /// <summary>Returns the folders that hold all else, with a slash at the end.</summary>
    public static string TopOf(PictureNames pictures)
    {
        string top = "";
        while (pictures.Names[0].IndexOf('/', top.Length) is >= 0 and var end)
        {
            string next = pictures.Names[0][..(end + 1)];
            if (!pictures.Names.All(name => name.StartsWith(next, StringComparison.Ordinal))
                || !pictures.Folders.All(folder => next.StartsWith($"{folder}/", StringComparison.Ordinal)
                    || folder.StartsWith(next, StringComparison.Ordinal))) break;
            top = next;
        }
        return top;
    }

    /// <summary>Returns a picture that is in no class folder; null if there is none.</summary>
    public static string? FlatIn(PictureNames pictures, string top) =>
        pictures.Names.FirstOrDefault(name => !name.AsSpan(top.Length).Contains('/'));

    private static string FirstPart(string path, string top)
    {
        int end = path.IndexOf('/', top.Length);
        return end < 0 ? path[top.Length..] : path[top.Length..end];
    }

    private static string Shown(IReadOnlyList<string> folders) =>
        $"{string.Join(", ", folders.Take(MostShown).Select(PictureFiles.Shown))}{(folders.Count > MostShown ? ", ..." : "")}";
}
