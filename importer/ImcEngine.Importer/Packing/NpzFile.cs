using System.IO.Compression;
using ImcEngine.Evaluation;

namespace ImcEngine.Importer.Packing;

/// <summary>NumPy's .npz format: a zip archive of .npy files, stored or deflated; the array NAME is the entry NAME.npy.</summary>
public static class NpzFile
{
    /// <summary>All arrays of an archive together may have this many elements: some ten times a ResNet50.</summary>
    public const long MaxElements = 1L << 28;

    private const string Extension = ".npy";

    /// <exception cref="ImcException">The file is absent, is no such archive, or one of its arrays cannot be read.</exception>
    public static IReadOnlyDictionary<string, NpyFile> Read(string path)
    {
        try
        {
            using var stream = InputFile.OpenRead(path, "archive");
            return Read(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"Cannot read '{path}': {e.Message}", e);
        }
    }

    /// <param name="stream">Seekable.</param>
    /// <param name="name">Of the archive, for messages.</param>
    /// <exception cref="ImcException">The stream holds no such archive, or one of its arrays cannot be read.</exception>
    public static IReadOnlyDictionary<string, NpyFile> Read(Stream stream, string name)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var arrays = new Dictionary<string, NpyFile>(StringComparer.Ordinal);
            long elements = 0;
            foreach (var entry in archive.Entries)
            {
                if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
                    throw new ImcException($"'{name}' holds '{entry.FullName}'; an .npz archive holds only .npy files.");
                string arrayName = entry.FullName[..^Extension.Length];
                using var content = entry.Open();
                var array = NpyFile.Read(content, $"{name}: {arrayName}");
                elements += array.Count;
                if (elements > MaxElements) throw new ImcException($"'{name}' holds more than {MaxElements} elements, the most that is read.");
                if (!arrays.TryAdd(arrayName, array)) throw new ImcException($"'{name}' holds '{arrayName}' twice.");
            }
            return arrays;
        }
        catch (InvalidDataException e)
        {
            throw new ImcException($"'{name}' is no readable .npz archive: {e.Message}", e);
        }
    }
}
