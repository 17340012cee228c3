using System.Collections.Immutable;
using ImcEngine.Data;

namespace ImcEngine.Images.Sources;

/// <summary>A picture's data in a tar archive.</summary>
/// <param name="Offset">Where it begins in the archive, unpacked.</param>
/// <param name="Bytes">Its size.</param>
internal readonly record struct TarPart(long Offset, long Bytes);

/// <summary>The pictures of a tar archive and where they lie.</summary>
/// <param name="Names">Their names.</param>
/// <param name="Parts">Their data, in the order of the archive.</param>
/// <param name="Places">For each picture the place of its data in <paramref name="Parts"/>; a hard link has that of its file.</param>
internal sealed record TarIndex(PictureNames Names, TarPart[] Parts, int[] Places)
{
    private const char Folder = '5';

    /// <summary>Reads the headers of an archive.</summary>
    /// <param name="source">The archive's path, for messages.</param>
    /// <exception cref="ImcException">The archive is damaged, or holds no pictures; a path cannot be used, or pictures are neither regular
    /// files nor hard links to pictures before them.</exception>
    public static TarIndex Read(string source, TarArchive tar)
    {
        var collector = new PictureCollector(source);
        var parts = new List<TarPart>();
        var partOf = new List<int>();
        var hardLinks = new List<HardLink>();
        var unusable = new List<string>();
        while (tar.Next() is { } entry)
        {
            if (entry.Type == Folder || entry.Name.EndsWith('/')) collector.AddFolder(entry.Name);
            else if (entry.IsSymbolicLink && !PictureFiles.IsPicture(entry.Name)) collector.AddLink(entry.Name);
            else if (collector.Add(entry.Name))
            {
                if (entry.IsHardLink) hardLinks.Add(new(partOf.Count, entry.Name, entry.Target));
                else if (!entry.IsRegular) unusable.Add(entry.Name);
                partOf.Add(parts.Count);
                if (entry.IsRegular) parts.Add(new(tar.Position, entry.Bytes));
            }
        }
        RequireFiles(source, unusable);
        var (names, places) = collector.Sorted();
        ResolveLinks(names, places, hardLinks, partOf);
        return new(names, [.. parts], [.. places.Select(place => partOf[place])]);
    }

    private static void RequireFiles(string source, List<string> unusable)
    {
        if (unusable.Count > 0)
            throw new ImcException($"'{source}' holds {unusable.Count} picture(s) as symbolic links or devices, the first is "
                + $"'{PictureFiles.Shown(unusable[0])}'; make the archive with tar --dereference.");
    }

    /// <summary>Gives each hard link the data of the picture that it leads to.</summary>
    private static void ResolveLinks(PictureNames names, int[] places, List<HardLink> links, List<int> partOf)
    {
        foreach (var link in links)
        {
            int target = names.Names.BinarySearch(PictureFiles.Normalised(link.Target), StringComparer.Ordinal);
            if (target < 0 || places[target] >= link.Place)
                throw new ImcException($"'{names.Source}' holds '{PictureFiles.Shown(link.Name)}' as a hard link to "
                    + $"'{PictureFiles.Shown(link.Target)}', which is no picture before it; make the archive with tar --hard-dereference.");
            partOf[link.Place] = partOf[places[target]];
        }
    }

    /// <summary>A picture that is a hard link.</summary>
    /// <param name="Place">Its place among the pictures of the archive.</param>
    private readonly record struct HardLink(int Place, string Name, string Target);
}
