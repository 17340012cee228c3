using System.Text;

namespace ImcEngine;

/// <summary>Writes a file beside its place and renames it, so that a reader sees all of it or nothing, whenever the writer dies.</summary>
public static class AtomicFile
{
    /// <exception cref="ImcException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            try
            {
                using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16)) write(stream);
                File.Move(part, path, overwrite: true);
            }
            finally
            {
                File.Delete(part);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"'{path}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>As UTF-8 without a byte order mark.</summary>
    /// <exception cref="ImcException">The file cannot be written.</exception>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
