using System.Buffers.Binary;
using System.IO.Compression;
using ImcEngine.Data;

namespace ImcEngine.Images.Sources;

/// <summary>The pictures of a zip archive, stored or deflated; each is read where it lies.</summary>
internal sealed class ZipPictures : NamedPictures, IDisposable
{
    private const uint HeaderSignature = 0x04034B50;
    private const int HeaderBytes = 30, Stored = 0, Deflated = 8;

    /// <summary>What deflate can make of one byte at most: 258 bytes from two bits.</summary>
    private const long MostRatio = 1032;

    private readonly ArchiveFile _file;

    /// <summary>The pictures' entries, in their order.</summary>
    private readonly ZipEntry[] _entries;

    private ZipPictures(ArchiveFile file, PictureNames names, ZipEntry[] entries)
        : base(names) => (_file, _entries) = (file, entries);

    /// <summary>Reads the archive's directory.</summary>
    /// <exception cref="ImcException">The archive cannot be read, is damaged or holds no pictures; a picture is encrypted, compressed in
    /// another way, or is a link.</exception>
    public static ZipPictures Open(string path)
    {
        var file = new ArchiveFile(path);
        try
        {
            var collector = new PictureCollector(path);
            var entries = new List<ZipEntry>();
            foreach (var entry in ZipDirectory.Read(file, path))
            {
                if (entry.Name.EndsWith('/')) collector.AddFolder(entry.Name);
                else if (entry.IsSpecial && !PictureFiles.IsPicture(entry.Name)) collector.AddLink(entry.Name);
                else if (collector.Add(entry.Name)) entries.Add(Checked(path, entry));
            }
            var (names, places) = collector.Sorted();
            return new(file, names, [.. places.Select(place => entries[place])]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="ImcException">The data is damaged or is not where the directory says.</exception>
    public override byte[] Read(int picture)
    {
        var entry = _entries[picture];
        RequireReadable(picture, Math.Max(entry.Bytes, entry.PackedBytes));
        byte[] header = _file.Read(entry.Offset, HeaderBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != HeaderSignature) throw Damaged(picture, "is not where the directory says");
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)),
            extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        bool canBe = entry.Method == Stored ? entry.Bytes == entry.PackedBytes : entry.Bytes <= MostRatio * entry.PackedBytes;
        if (!canBe) throw Damaged(picture, $"has {entry.PackedBytes} bytes, of which its {entry.Bytes} bytes cannot be made");
        byte[] packed = _file.Read(entry.Offset + HeaderBytes + nameBytes + extraBytes, (int)entry.PackedBytes);
        return Unpacked(picture, entry, packed);
    }

    public void Dispose() => _file.Dispose();

    private static ZipEntry Checked(string path, ZipEntry entry)
    {
        if (entry.IsEncrypted) throw Refused("encrypted", "make the archive without a password");
        if (entry.IsSpecial) throw Refused("as a link or device, not as a regular file", "make the archive from regular files");
        return entry.Method is Stored or Deflated ? entry
            : throw Refused($"compressed by method {entry.Method}", "stored (0) and deflated (8) entries can be read; make the archive so");

        ImcException Refused(string how, string remedy) => new($"'{path}' holds '{PictureFiles.Shown(entry.Name)}' {how}; {remedy}.");
    }

    private byte[] Unpacked(int picture, ZipEntry entry, byte[] packed)
    {
        var bytes = new byte[entry.Bytes];
        try
        {
            using Stream unpacked = entry.Method == Stored ? new MemoryStream(packed)
                : new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var content = new Crc32Stream(unpacked);
            if (content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length || content.ReadByte() >= 0)
                throw Damaged(picture, $"does not unpack to its {entry.Bytes} bytes");
            if (content.Crc32 != entry.Crc32) throw Damaged(picture, "is damaged: its checksum is not the archive's");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Damaged(picture, $"cannot be unpacked ({e.Message.TrimEnd('.')})", e);
        }
        return bytes;
    }

    private ImcException Damaged(int picture, string how, Exception? inner = null) =>
        Unreadable(picture, $"{how}; copy the archive again", inner);
}
