using System.IO.Compression;
using ImcEngine.Data;

namespace ImcEngine.Importer.Packing;

/// <summary>NumPy's .npz format: a zip archive of .npy files, stored or deflated; the array NAME is the entry NAME.npy.</summary>
internal static class NpzFile
{
    /// <summary>The most elements of all arrays of an archive: about ten times those of a ResNet50.</summary>
    public const long MaxElements = 1L << 28;

    /// <summary>The most arrays of an archive: about fifty times those of a ResNet50.</summary>
    public const int MaxArrays = 10_000;

    private const string Extension = ".npy";

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
                string arrayName = ArrayName(entry, name);
                using var content = new Crc32Stream(entry.Open());
                var array = NpyFile.Read(content, $"{name}: {arrayName}", MaxElements - elements);
                if (content.Crc32 != entry.Crc32)
                    throw new ImcException($"'{name}' holds '{arrayName}', which is damaged: its checksum is not the archive's. Copy the "
                        + "archive again.");
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

    private static string ArrayName(ZipArchiveEntry entry, string archive)
    {
        if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal) || entry.FullName.Any(char.IsControl))
            throw new ImcException($"'{archive}' holds '{entry.FullName}'; an .npz archive holds only .npy files, their names without "
                + "control characters.");
        if (entry.IsEncrypted)
            throw new ImcException($"'{archive}' holds '{entry.FullName}' encrypted; make the archive without a password.");
        return entry.FullName[..^Extension.Length];
    }
}
