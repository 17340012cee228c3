using ImcEngine.Data;

namespace ImcEngine.Images.Sources;

/// <summary>A picture's data in a tar archive.</summary>
/// <param name="Offset">Where it begins in the archive, unpacked.</param>
/// <param name="Bytes">Its size.</param>
internal readonly record struct TarPart(long Offset, long Bytes);

/// <summary>The pictures of a tar archive and where they lie.</summary>
/// <param name="Names">Their names.</param>
/// <param name="Parts">Their data, in the order of the archive.</param>
/// <param name="Places">For each picture the place of its data in <paramref name="Parts"/>.</param>
internal sealed record TarIndex(PictureNames Names, TarPart[] Parts, int[] Places)
{
    private const char Folder = '5';

    /// <summary>Reads the headers of an archive.</summary>
    /// <param name="source">The archive's path, for messages.</param>
    /// <exception cref="ImcException">The archive is damaged, or holds no pictures; a path cannot be used, or a picture is no regular
    /// file.</exception>
    public static TarIndex Read(string source, TarArchive tar)
    {
        var collector = new PictureCollector(source);
        var parts = new List<TarPart>();
        while (tar.Next() is { } entry)
        {
            if (entry.Type == Folder || entry.Name.EndsWith('/')) collector.AddFolder(entry.Name);
            else if (collector.Add(entry.Name)) parts.Add(PartOf(source, entry, tar.Position));
        }
        var (names, places) = collector.Sorted();
        return new(names, [.. parts], places);
    }

    private static TarPart PartOf(string source, ArchiveEntry entry, long offset) => entry.IsRegular ? new(offset, entry.Bytes)
        : throw new ImcException($"'{source}' holds '{PictureFiles.Shown(entry.Name)}' as a link or device, not as a regular file; make "
            + "the archive with tar --dereference --hard-dereference.");
}
