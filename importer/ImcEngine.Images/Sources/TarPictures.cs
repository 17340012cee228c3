namespace ImcEngine.Images.Sources;

/// <summary>The pictures of a tar archive that is not compressed; each is read where it lies.</summary>
internal sealed class TarPictures : NamedPictures, IDisposable
{
    /// <summary>Beyond any disk, and so far from the largest number that sums of sizes do not overflow.</summary>
    private const long MostArchiveBytes = 1L << 60;

    private readonly ArchiveFile _file;
    private readonly TarIndex _index;

    private TarPictures(ArchiveFile file, TarIndex index)
        : base(index.Names) => (_file, _index) = (file, index);

    /// <summary>Reads the archive's headers.</summary>
    /// <exception cref="ImcException">The archive cannot be read, is damaged or holds no pictures.</exception>
    public static TarPictures Open(string path)
    {
        var index = InputFile.Read(path, ArchiveFile.What, stream => TarIndex.Read(path, new(stream, path, MostArchiveBytes)));
        return new(new(path), index);
    }

    public override byte[] Read(int picture)
    {
        var part = _index.Parts[_index.Places[picture]];
        RequireReadable(picture, part.Bytes);
        return _file.Read(part.Offset, (int)part.Bytes);
    }

    public void Dispose() => _file.Dispose();
}
