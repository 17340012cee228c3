using System.Collections.Immutable;

namespace ImcEngine.Images.Sources;

/// <summary>The pictures of a folder and its subfolders, or those of a folder that a list names.</summary>
/// <param name="folder">The folder that names are relative to.</param>
/// <param name="names">The names.</param>
internal sealed class FolderPictures(string folder, PictureNames names) : NamedPictures(names)
{
    /// <summary>The most files and folders without a picture that are walked through in a row, so that a folder which is none of pictures,
    /// such as the root of a disk, is refused early. It is more than the files that a data set has beside its pictures.</summary>
    private const int MostWithoutPicture = 50_000;

    /// <summary>Finds all pictures. Links are followed, as torchvision does.</summary>
    /// <exception cref="ImcException">The folder cannot be read, holds no pictures or much else, or its links lead in a circle.</exception>
    public static FolderPictures Open(string folder, int mostWithoutPicture = MostWithoutPicture) =>
        new(folder, Walked(folder, mostWithoutPicture, entries => Collected(folder, entries)));

    /// <summary>Whether a picture is anywhere in the folder.</summary>
    /// <exception cref="ImcException">The folder cannot be read, holds much else, or its links lead in a circle.</exception>
    public static bool HoldsPicture(string folder, int mostWithoutPicture = MostWithoutPicture) =>
        Walked(folder, mostWithoutPicture, entries => entries.Any(IsPicture));

    public override byte[] Read(int picture) =>
        InputFile.ReadAllBytes(Path.Combine(folder, NameOf(picture)), "picture", PictureFiles.MostBytes);

    private static PictureNames Collected(string folder, IEnumerable<Entry> entries)
    {
        var collector = new PictureCollector(folder);
        foreach (var (name, isFolder) in entries)
        {
            if (isFolder) collector.AddFolder(name);
            else collector.Add(name);
        }
        return collector.Sorted().Names;
    }

    private static bool IsPicture(Entry entry) =>
        !entry.IsFolder && !PictureFiles.IsHidden(Path.GetFileName(entry.Name)) && PictureFiles.IsPicture(entry.Name);

    /// <summary>Gives all files and folders to <paramref name="use"/>.</summary>
    private static T Walked<T>(string folder, int mostWithoutPicture, Func<IEnumerable<Entry>, T> use)
    {
        try
        {
            return use(Bounded(folder, mostWithoutPicture, Walk(new(folder), "", [RealPath.Resolve(folder)])));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{folder}' cannot be read: {e.Message}", e);
        }
    }

    private static IEnumerable<Entry> Bounded(string folder, int mostWithoutPicture, IEnumerable<Entry> entries)
    {
        int others = 0;
        foreach (var entry in entries)
        {
            others = IsPicture(entry) ? 0 : others + 1;
            if (others > mostWithoutPicture)
                throw new ImcException($"'{folder}' holds {mostWithoutPicture} files and folders in a row that are no pictures, such as "
                    + $"'{PictureFiles.Shown(entry.Name)}'. Name the folder of the pictures itself.");
            yield return entry;
        }
    }

    /// <param name="entered">The real paths of the folder at the root and of those that links led to on the way here.</param>
    private static IEnumerable<Entry> Walk(DirectoryInfo folder, string prefix, ImmutableList<string> entered)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            string name = prefix + entry.Name;
            var inner = entry as DirectoryInfo;
            if (inner is not null && PictureFiles.IsHidden(entry.Name)) continue;
            yield return new(name, inner is not null);
            if (inner is null) continue;
            string? target = inner.LinkTarget is null ? null : RealPath.Resolve(inner.FullName);
            if (target is not null && entered.Contains(target)) throw new IOException($"the link '{name}' leads in a circle");
            foreach (var each in Walk(inner, $"{name}/", target is null ? entered : entered.Add(target))) yield return each;
        }
    }

    /// <summary>A file or folder in the folder.</summary>
    private readonly record struct Entry(string Name, bool IsFolder);
}
