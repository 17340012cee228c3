using System.Buffers.Binary;
using System.Text;

namespace ImcEngine.Images.Sources;

/// <summary>One file or folder of a zip archive, as the directory states it.</summary>
/// <param name="Name">The path in the archive.</param>
/// <param name="Method">0: stored; 8: deflated; others are refused.</param>
/// <param name="IsEncrypted">Whether a password is needed.</param>
/// <param name="IsSpecial">Whether it is a link or the like by its Unix mode.</param>
/// <param name="Crc32">The checksum of the unpacked data.</param>
/// <param name="PackedBytes">The size in the archive.</param>
/// <param name="Bytes">The unpacked size.</param>
/// <param name="Offset">Where the entry's own header lies.</param>
internal sealed record ZipEntry(string Name, int Method, bool IsEncrypted, bool IsSpecial, uint Crc32, long PackedBytes, long Bytes,
    long Offset);

/// <summary>
/// Reads the directory of a zip archive (PKWARE's APPNOTE 4.3), so that entries can be read at any place and by several threads, which
/// <see cref="System.IO.Compression.ZipArchive"/> does not allow. Little-endian:
/// <code>
/// directory: PK 1 2 | made by, host at 5 | flags at 8 | method 10 | CRC 16 | packed 20 | size 24 | lengths of name 28, extra 30, note 32
///            | attributes 38 | offset 42 | name at 46 | extra: (id 2, length 2, data) ...   id 1: 64-bit size, packed, offset, where above
///            is FFFFFFFF
/// its end:   PK 5 6 | disks at 4, 6 | entries 10 | directory's size 12, offset 16 | length of note 20 | note
/// 64 bits:   PK 6 7 | offset at 8     in the 20 bytes before the end;     PK 6 6 | entries at 32 | size 40 | offset 48
/// </code>
/// </summary>
internal sealed class ZipDirectory
{
    private const uint EntrySignature = 0x02014B50, EndSignature = 0x06054B50, WideEndSignature = 0x06064B50, LocatorSignature = 0x07064B50;
    private const int EntryBytes = 46, EndBytes = 22, WideEndBytes = 56, LocatorBytes = 20, MostNoteBytes = ushort.MaxValue;
    private const int MostDirectoryBytes = 1 << 30;
    private const byte DosHost = 0, UnixHost = 3;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The encoding of names that are not UTF-8, as the format has it.</summary>
    private static readonly Encoding Cp437 = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    private readonly ArchiveFile _file;
    private readonly string _path;

    private ZipDirectory(ArchiveFile file, string path) => (_file, _path) = (file, path);

    /// <exception cref="ImcException">The file is not a zip archive, is damaged, or is a part of an archive over several files.</exception>
    public static IEnumerable<ZipEntry> Read(ArchiveFile file, string path) => new ZipDirectory(file, path).Entries();

    private IEnumerable<ZipEntry> Entries()
    {
        var (entries, size, offset) = Place();
        if (size > MostDirectoryBytes) throw Damaged($"states a directory of {size} bytes; at most {MostDirectoryBytes} are allowed");
        byte[] directory = _file.Read(offset, (int)size);
        long count = 0;
        for (int at = 0; at < directory.Length; count++)
        {
            var (entry, bytes) = Entry(directory.AsSpan(at));
            yield return entry;
            at += bytes;
        }
        if (count != entries) throw Damaged($"states {entries} entries and lists {count}");
    }

    /// <summary>Finds the directory from the end of the file, which a note of any text may follow.</summary>
    private (long Entries, long Size, long Offset) Place()
    {
        long start = Math.Max(0, _file.Bytes - EndBytes - MostNoteBytes);
        byte[] tail = _file.Read(start, (int)(_file.Bytes - start));
        int at = tail.Length - EndBytes;
        while (at >= 0 && !(UInt32(tail, at) == EndSignature && at + EndBytes + UInt16(tail, at + 20) <= tail.Length)) at--;
        if (at < 0) throw Damaged("has no directory");
        if (UInt16(tail, at + 4) is not (0 or ushort.MaxValue)) throw Damaged("is a part of an archive over several files");
        long entries = UInt16(tail, at + 10), size = UInt32(tail, at + 12), offset = UInt32(tail, at + 16);
        if (entries < ushort.MaxValue && size < uint.MaxValue && offset < uint.MaxValue) return (entries, size, offset);

        long locatorAt = start + at - LocatorBytes;
        if (locatorAt < 0 || _file.Read(locatorAt, LocatorBytes) is var locator && UInt32(locator, 0) != LocatorSignature)
            return (entries, size, offset);
        byte[] wide = _file.Read(Int64(locator, 8), WideEndBytes);
        if (UInt32(wide, 0) != WideEndSignature) throw Damaged("has no directory where it says");
        return (Int64(wide, 32), Int64(wide, 40), Int64(wide, 48));
    }

    private (ZipEntry Entry, int Bytes) Entry(ReadOnlySpan<byte> directory)
    {
        if (directory.Length < EntryBytes || UInt32(directory, 0) != EntrySignature) throw Damaged("has a directory that is cut short");
        int nameBytes = UInt16(directory, 28), extraBytes = UInt16(directory, 30);
        int all = EntryBytes + nameBytes + extraBytes + UInt16(directory, 32);
        if (all > directory.Length) throw Damaged("has a directory that is cut short");

        byte host = directory[5];
        string name = Decoded(directory.Slice(EntryBytes, nameBytes));
        if (host == DosHost) name = name.Replace('\\', '/');
        long packed = UInt32(directory, 20), bytes = UInt32(directory, 24), offset = UInt32(directory, 42);
        var wide = WideFields(directory.Slice(EntryBytes + nameBytes, extraBytes));
        if (bytes == uint.MaxValue) bytes = Take(ref wide, bytes);
        if (packed == uint.MaxValue) packed = Take(ref wide, packed);
        if (offset == uint.MaxValue) offset = Take(ref wide, offset);

        const int Kind = 0xF000, RegularFile = 0x8000, Folder = 0x4000;
        int kind = host == UnixHost ? UInt16(directory, 40) & Kind : 0;
        return (new(name, UInt16(directory, 10), (directory[8] & 1) != 0, kind is not (0 or RegularFile or Folder), UInt32(directory, 16),
            packed, bytes, offset), all);
    }

    private static string Decoded(ReadOnlySpan<byte> name)
    {
        try
        {
            return StrictUtf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return Cp437.GetString(name);
        }
    }

    /// <summary>Returns the data of the extra field with 64-bit numbers; empty if there is none.</summary>
    private static ReadOnlySpan<byte> WideFields(ReadOnlySpan<byte> extra)
    {
        const int Header = 4, WideId = 1;
        while (extra.Length >= Header)
        {
            int length = Math.Min(UInt16(extra, 2), extra.Length - Header);
            if (UInt16(extra, 0) == WideId) return extra.Slice(Header, length);
            extra = extra[(Header + length)..];
        }
        return [];
    }

    private long Take(ref ReadOnlySpan<byte> wide, long otherwise)
    {
        if (wide.Length < sizeof(long)) return otherwise;
        long number = Int64(wide, 0);
        wide = wide[sizeof(long)..];
        return number;
    }

    private long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]) is >= 0 and var number
        ? number : throw Damaged("states a size beyond any disk");

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private ImcException Damaged(string how) =>
        new($"'{_path}' {how}: it is not a zip archive that can be read, or it is damaged. Download or copy it again.");
}
