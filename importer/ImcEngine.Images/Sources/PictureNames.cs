using System.Collections.Immutable;

namespace ImcEngine.Images.Sources;

/// <summary>The pictures of a folder, an archive or a list by name, in ordinal order of their names. The order is the same in every kind of
/// source, so that the same pictures are the same records.</summary>
/// <param name="Source">The path of the source, for messages.</param>
/// <param name="Names">The pictures' paths in the source, with <c>/</c> between folders.</param>
/// <param name="Folders">The folders that the source names and those that its pictures are in.</param>
internal sealed record PictureNames(string Source, ImmutableArray<string> Names, IReadOnlySet<string> Folders)
{
    /// <summary>The symbolic links of an archive that were left out, as a sentence; null if there are none.</summary>
    public string? LeftOut { get; init; }
}

/// <summary>Collects the files of a source as it is walked through.</summary>
/// <param name="source">The path of the source, for messages.</param>
internal sealed class PictureCollector(string source)
{
    /// <summary>Extensions that are counted apart for a message.</summary>
    private const int MostExtensions = 100, ShownExtensions = 5;

    private readonly List<string> _names = [];
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _others = new(StringComparer.OrdinalIgnoreCase);
    private int _entries, _links;
    private string? _firstLink;

    /// <summary>Adds a file.</summary>
    /// <returns>Whether it is a picture; any other file is left out.</returns>
    /// <exception cref="ImcException">Its path cannot be used, or there are too many files.</exception>
    public bool Add(string path)
    {
        CountEntry();
        if (PictureFiles.NameOf(source, path) is not { } name) return false;
        if (!PictureFiles.IsPicture(name))
        {
            string extension = Path.GetExtension(name);
            if (_others.Count < MostExtensions || _others.ContainsKey(extension))
                _others[extension] = _others.GetValueOrDefault(extension) + 1;
            return false;
        }
        _names.Add(name);
        if (name.LastIndexOf('/') is > 0 and var end) _folders.Add(name[..end]);
        return true;
    }

    /// <summary>Adds a folder, which may hold nothing.</summary>
    /// <exception cref="ImcException">Its path cannot be used, or there are too many files.</exception>
    public void AddFolder(string path)
    {
        CountEntry();
        if (PictureFiles.NameOf(source, path) is { Length: > 0 } name) _folders.Add(name);
    }

    /// <summary>Adds a symbolic link that is not named as a picture. It may lead to a folder of pictures, so that leaving it out is said.
    /// </summary>
    /// <exception cref="ImcException">Its path cannot be used, or there are too many files.</exception>
    public void AddLink(string path)
    {
        CountEntry();
        if (PictureFiles.NameOf(source, path) is not { } name) return;
        _links++;
        _firstLink ??= name;
    }

    /// <summary>Returns the pictures in ordinal order, and for each of them its place among the pictures as they were added.</summary>
    /// <exception cref="ImcException">There is no picture, or one is there twice.</exception>
    public (PictureNames Names, int[] Places) Sorted()
    {
        if (_names.Count == 0)
            throw new ImcException($"'{source}' holds no pictures, but {Found()}; pictures are known by their extensions "
                + $"{PictureFiles.Known}.{(LeftOut() is { } links ? $" {links}" : "")}");
        string[] names = [.. _names];
        int[] places = [.. Enumerable.Range(0, names.Length)];
        Array.Sort(names, places, StringComparer.Ordinal);
        for (int i = 1; i < names.Length; i++)
            if (names[i] == names[i - 1]) throw new ImcException($"'{source}' holds the picture '{names[i]}' twice; leave one of them.");
        return (new(source, ImmutableArray.Create(names), _folders) { LeftOut = LeftOut() }, places);
    }

    private string? LeftOut() => _links == 0 ? null
        : $"{_links} symbolic link(s) of '{source}' are left out, the first is '{PictureFiles.Shown(_firstLink!)}': links in archives are "
            + "not followed.";

    private string Found()
    {
        var parts = _others.OrderByDescending(each => each.Value).ThenBy(each => each.Key, StringComparer.Ordinal).Take(ShownExtensions)
            .Select(each => $"{each.Value} {(each.Key.Length > 0 ? PictureFiles.Shown(each.Key) : "file(s) without extension")}");
        string others = string.Join(", ", parts);
        return $"{_folders.Count} folder(s) and {(others.Length > 0 ? $"other files ({others})" : "no other files")}";
    }

    private void CountEntry()
    {
        if (++_entries > PictureFiles.MostEntries)
            throw new ImcException($"'{source}' holds more than {PictureFiles.MostEntries} files and folders; split it.");
    }
}
