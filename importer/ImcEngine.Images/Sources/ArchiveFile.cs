namespace ImcEngine.Images.Sources;

/// <summary>A file of which parts are read at any place, by several threads.</summary>
/// <param name="path">Its path.</param>
internal sealed class ArchiveFile(string path) : IDisposable
{
    public const string What = "archive";

    private readonly FileStream _stream = InputFile.OpenRead(path, What);

    public long Bytes => _stream.Length;

    /// <exception cref="ImcException">The file has no such part, or it cannot be read.</exception>
    public byte[] Read(long offset, int count)
    {
        if (offset < 0 || offset > Bytes - count) throw CutShort();
        var part = new byte[count];
        try
        {
            for (int read = 0; read < count;)
            {
                int more = RandomAccess.Read(_stream.SafeFileHandle, part.AsSpan(read), offset + read);
                if (more == 0) throw CutShort();
                read += more;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The {What} '{path}' cannot be read: {e.Message}", e);
        }
        return part;
    }

    public void Dispose() => _stream.Dispose();

    private ImcException CutShort() =>
        new($"'{path}' states a part that it does not have: it is cut short or damaged, or it was changed while it was read. "
            + "Download or copy it again.");
}
