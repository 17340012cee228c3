using System.IO.Compression;

namespace ImcEngine.Importer.Packing;

/// <summary>NumPy's .npz format: a zip archive of .npy files, stored or deflated; the array NAME is the entry NAME.npy.</summary>
public static class NpzFile
{
    private const string Extension = ".npy";

    /// <summary>All arrays of an archive, together at most this many bytes.</summary>
    public const long MaxTotalBytes = 4L << 30;

    /// <exception cref="ImcException">The file is no such archive, or one of its arrays cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static IReadOnlyDictionary<string, NpyArray> Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <param name="stream">Seekable.</param>
    /// <param name="what">Names the archive in errors.</param>
    /// <exception cref="ImcException">The stream holds no such archive, or one of its arrays cannot be read.</exception>
    public static IReadOnlyDictionary<string, NpyArray> Read(Stream stream, string what)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var arrays = new Dictionary<string, NpyArray>(StringComparer.Ordinal);
            long total = 0;
            foreach (var entry in archive.Entries)
            {
                if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
                    throw new ImcException($"'{what}' holds '{entry.FullName}'; an .npz archive holds only .npy files.");
                string name = entry.FullName[..^Extension.Length];
                using var content = entry.Open();
                var array = NpyFile.Read(content, $"{what}: {name}");
                total += array.Bytes.Length;
                if (total > MaxTotalBytes) throw new ImcException($"'{what}' unpacks to more than {MaxTotalBytes} bytes, which is the most that is read.");
                if (!arrays.TryAdd(name, array)) throw new ImcException($"'{what}' holds '{name}' twice.");
            }
            return arrays;
        }
        catch (InvalidDataException e)
        {
            throw new ImcException($"'{what}' is no readable .npz archive: {e.Message}", e);
        }
    }

    /// <summary>Deflated, in the order given, with a fixed date, so that equal arrays make equal files; to a temporary file, then renamed.</summary>
    public static void Write(string path, IEnumerable<KeyValuePair<string, NpyArray>> arrays)
    {
        string part = path + ".part";
        using (var stream = File.Create(part))
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
            foreach (var (name, array) in arrays)
            {
                var entry = archive.CreateEntry(name + Extension, CompressionLevel.Optimal);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var content = entry.Open();
                NpyFile.Write(content, array);
            }
        File.Move(part, path, overwrite: true);
    }
}
