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

    /// <summary>For outputs of long work: refuses before it what could not be written after it.</summary>
    /// <exception cref="ImcException">A file cannot be written there.</exception>
    public static void RequireWritable(string path)
    {
        InputFile.RequirePath(path, "output");
        if (Directory.Exists(path)) throw new ImcException($"'{path}' cannot be written: it is a folder; name a file.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new ImcException($"'{path}' cannot be written: there is no folder '{folder}'; make it, or name another.");
        string probe = Path.Combine(folder, $".{Guid.NewGuid():N}.part");
        try
        {
            using var stream = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
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
