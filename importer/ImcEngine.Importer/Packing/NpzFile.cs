using System.IO.Compression;
using ImcEngine.Data;
using ImcEngine.Images.Arrays;

namespace ImcEngine.Importer.Packing;

/// <summary>NumPy's .npz format: a zip archive of .npy files, stored or deflated; the array NAME is the entry NAME.npy.</summary>
internal static class NpzFile
{
    /// <summary>The most elements of all arrays of an archive: about ten times those of a ResNet50.</summary>
    public const long MaxElements = 1L << 28;

    /// <summary>The most arrays of an archive: about fifty times those of a ResNet50.</summary>
    public const int MaxArrays = 10_000;

    /// <exception cref="ImcException">The file is absent, is not such an archive, or one of its arrays cannot be read.</exception>
    public static IReadOnlyDictionary<string, NpyFile> Read(string path) =>
        InputFile.Read(path, "archive of arrays", stream => Read(stream, path));

    /// <param name="stream">The archive, seekable.</param>
    /// <param name="name">Name of the archive, for messages.</param>
    /// <exception cref="ImcException">The stream holds no such archive, or one of its arrays cannot be read.</exception>
    public static IReadOnlyDictionary<string, NpyFile> Read(Stream stream, string name)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Count > MaxArrays)
                throw new ImcException($"'{name}' holds {archive.Entries.Count} entries; at most {MaxArrays} arrays are read.");
            var arrays = new Dictionary<string, NpyFile>(StringComparer.Ordinal);
            long elements = 0;
            foreach (var entry in archive.Entries)
            {
                string arrayName = NpzArrays.NameOf(entry, name);
                var array = NpzArrays.Unpack(entry, name, content => NpyFile.Read(content, $"{name}: {arrayName}", MaxElements - elements));
                elements += array.Count;
                if (!arrays.TryAdd(arrayName, array)) throw new ImcException($"'{name}' holds '{arrayName}' twice.");
            }
            return arrays;
        }
        catch (InvalidDataException e)
        {
            throw new ImcException($"'{name}' is not a readable .npz archive: {e.Message}", e);
        }
    }
}
