using System.IO.Compression;
using ImcEngine.Data;

namespace ImcEngine.Images.Arrays;

/// <summary>The entries of NumPy's .npz format, a zip archive of .npy files: the array NAME is the entry NAME.npy.</summary>
internal static class NpzArrays
{
    private const string Extension = ".npy";

    /// <summary>Returns the name of the array that an entry holds.</summary>
    /// <exception cref="ImcException">The entry is no array, or is encrypted.</exception>
    public static string NameOf(ZipArchiveEntry entry, string archive)
    {
        if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal) || entry.FullName.Any(char.IsControl))
            throw new ImcException($"'{archive}' holds '{entry.FullName}'; an .npz archive holds only .npy files, their names without "
                + "control characters.");
        if (entry.IsEncrypted)
            throw new ImcException($"'{archive}' holds '{entry.FullName}' encrypted; make the archive without a password.");
        return entry.FullName[..^Extension.Length];
    }

    /// <summary>Unpacks an entry to its end and checks its checksum.</summary>
    /// <param name="read">Reads the content to its end.</param>
    /// <exception cref="ImcException">The content is not that of the archive's checksum.</exception>
    public static T Unpack<T>(ZipArchiveEntry entry, string archive, Func<Stream, T> read)
    {
        using var content = new Crc32Stream(entry.Open());
        var result = read(content);
        if (content.Crc32 != entry.Crc32)
            throw new ImcException($"'{archive}' holds '{NameOf(entry, archive)}', which is damaged: "
                + "its checksum is not the archive's. Copy "
                + "the archive again.");
        return result;
    }
}
