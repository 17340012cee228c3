using System.Collections.Immutable;

namespace ImcEngine.Images.Sources;

/// <summary>The pictures of a folder and its subfolders, or those of a folder that a list names.</summary>
/// <param name="folder">The folder that names are relative to.</param>
/// <param name="names">The names.</param>
internal sealed class FolderPictures(string folder, PictureNames names) : NamedPictures(names)
{
    /// <summary>Finds all pictures. Links are followed, as torchvision does.</summary>
    /// <exception cref="ImcException">The folder cannot be read, holds no pictures, or its links lead in a circle.</exception>
    public static FolderPictures Open(string folder)
    {
        var collector = new PictureCollector(folder);
        try
        {
            Walk(new(folder), "", [RealPath.Resolve(folder)], collector);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{folder}' cannot be read: {e.Message}", e);
        }
        return new(folder, collector.Sorted().Names);
    }

    /// <summary>Whether a picture is anywhere in the folder; false too where the folder cannot be read.</summary>
    public static bool HoldsPicture(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 16 };
        try
        {
            return Directory.EnumerateFiles(folder, "*", options).Any(PictureFiles.IsPicture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public override byte[] Read(int picture) =>
        InputFile.ReadAllBytes(Path.Combine(folder, NameOf(picture)), "picture", PictureFiles.MostBytes);

    /// <param name="entered">The real paths of the folder at the root and of those that links led to on the way here.</param>
    private static void Walk(DirectoryInfo folder, string prefix, ImmutableList<string> entered, PictureCollector collector)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            string name = prefix + entry.Name;
            if (entry is not DirectoryInfo inner)
            {
                collector.Add(name);
                continue;
            }
            if (PictureFiles.IsHidden(entry.Name)) continue;
            collector.AddFolder(name);
            string? target = inner.LinkTarget is null ? null : RealPath.Resolve(inner.FullName);
            if (target is not null && entered.Contains(target)) throw new IOException($"the link '{name}' leads in a circle");
            Walk(inner, $"{name}/", target is null ? entered : entered.Add(target), collector);
        }
    }
}
