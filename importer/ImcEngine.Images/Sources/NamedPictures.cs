namespace ImcEngine.Images.Sources;

/// <summary>Pictures of a folder, an archive or a list, in ordinal order of their names.</summary>
/// <param name="names">The names.</param>
internal abstract class NamedPictures(PictureNames names) : IPictures
{
    public PictureNames Names { get; } = names;

    public int Count => Names.Names.Length;

    public string NameOf(int picture) => Names.Names[picture];

    public abstract byte[] Read(int picture);

    /// <summary>Checks the size that an archive states for a picture.</summary>
    /// <exception cref="ImcException">It is beyond the limit.</exception>
    protected void RequireReadable(int picture, long bytes)
    {
        if (bytes > PictureFiles.MostBytes)
            throw Unreadable(picture, $"has {bytes} bytes; a picture has at most {PictureFiles.MostBytes}");
    }

    protected ImcException Unreadable(int picture, string why, Exception? inner = null) =>
        new($"'{Names.Source}' holds '{NameOf(picture)}', which {why}.", inner);
}
