using System.Globalization;
using System.Text;

namespace ImcEngine.Data;

/// <summary>One entry of an archive.</summary>
/// <param name="Name">The path in the archive.</param>
/// <param name="Type">'0' for a regular file, '1' and '2' for links, '5' for a folder, ...</param>
/// <param name="Bytes">The size that the header states; the data may be shorter.</param>
/// <param name="Target">What a link leads to: the path of an entry before it if it is hard, else a path from the link's folder.</param>
internal readonly record struct ArchiveEntry(string Name, char Type, long Bytes, string Target)
{
    public bool IsRegular => Type is '0' or '\0' or '7';

    public bool IsHardLink => Type == '1';

    public bool IsSymbolicLink => Type == '2';
}

/// <summary>
/// Reads a tar archive (ustar, pax, GNU's long names) entry by entry. Blocks of 512 bytes:
/// <code>
/// header: name 100 | mode, uid, gid | size 12 at 124 | time | checksum 8 at 148 | type at 156 | linked name | "ustar" at 257 | ...
///         prefix 155 at 345
/// data:   size bytes, padded to whole blocks
/// end:    a block of zeros
/// </code>
/// No allocation depends on a size in a header: names and pax records are bounded, and the caller reads the data. (System.Formats.Tar
/// allocates whatever size a header claims.) Sparse entries, whose data is not the file's content, are refused.
/// </summary>
/// <param name="stream">The archive; it is only read forward. Data is passed over by seeking where the stream can.</param>
/// <param name="source">The archive's name, for messages.</param>
/// <param name="mostBytes">The maximum size of the unpacked archive; a longer one is refused, however little of it is needed.</param>
internal sealed class TarArchive(Stream stream, string source, long mostBytes)
{
    private const int BlockBytes = 512, MostRecordBytes = 1 << 16;

    private readonly byte[] _block = new byte[BlockBytes];
    private long _read, _dataLeft, _padding;

    /// <summary>The offset in the archive of what is read next; after <see cref="Next"/> that of the entry's data.</summary>
    public long Position => _read;

    /// <summary>Returns the next file, link or folder; null at the end of the archive. Unread data of the previous entry is
    /// skipped.</summary>
    /// <exception cref="ImcException">The archive is damaged, cut short or too long.</exception>
    public ArchiveEntry? Next()
    {
        string? longName = null, longTarget = null;
        long? paxBytes = null;
        while (true)
        {
            SkipData();
            ReadBlock();
            if (!_block.AsSpan().ContainsAnyExcept((byte)0))
            {
                if (longName is not null || longTarget is not null || paxBytes is not null) throw Damaged("ends after an extended header");
                ReadToEnd();
                return null;
            }
            RequireChecksum();
            char type = (char)_block[156];
            long bytes = Number(124, 12);
            switch (type)
            {
                case 'x' or 'g':
                    BeginData(bytes);
                    foreach (var (key, value) in PaxRecords(ReadRecord(bytes)))
                        ReadPax(key, value, ref longName, ref longTarget, ref paxBytes, isGlobal: type == 'g');
                    break;
                case 'L' or 'K':
                    BeginData(bytes);
                    string text = Encoding.UTF8.GetString(ReadRecord(bytes)).TrimEnd('\0');
                    if (type == 'L') longName = text;
                    else longTarget = text;
                    break;
                default:
                    string name = longName ?? ShortName();
                    if (type == 'S') throw Sparse(name);
                    long size = paxBytes ?? bytes;
                    if (type is >= '1' and <= '6' && size != 0)
                        throw Damaged($"gives '{name}', a link, folder or device, {size} bytes of data");
                    BeginData(size);
                    return new(name, type, size, longTarget ?? Text(157, 100));
            }
        }
    }

    /// <summary>Fills <paramref name="destination"/> from the entry's data.</summary>
    /// <exception cref="ImcException">The archive ends within the data.</exception>
    /// <exception cref="ArgumentException">The entry has less data left.</exception>
    public void ReadData(Span<byte> destination)
    {
        if (destination.Length > _dataLeft)
            throw new ArgumentException($"{destination.Length} bytes were requested; the entry has {_dataLeft} left.");
        Fill(destination);
        _dataLeft -= destination.Length;
    }

    private void BeginData(long bytes)
    {
        if (bytes > mostBytes - _read) throw TooLong();
        _dataLeft = bytes;
        _padding = -bytes & (BlockBytes - 1);
    }

    private void SkipData()
    {
        long left = _dataLeft + _padding;
        (_dataLeft, _padding) = (0, 0);
        if (left > 0 && stream.CanSeek)
        {
            // A seek beyond the end succeeds; the read of the header that has to follow does not.
            Count(left);
            stream.Seek(left, SeekOrigin.Current);
            return;
        }
        Span<byte> passed = stackalloc byte[1 << 13];
        for (; left > 0; left -= Math.Min(left, passed.Length)) Fill(passed[..(int)Math.Min(left, passed.Length)]);
    }

    private byte[] ReadRecord(long bytes)
    {
        if (bytes > MostRecordBytes)
            throw Damaged($"has a name or extended header of {bytes} bytes; at most {MostRecordBytes} are allowed");
        var record = new byte[bytes];
        ReadData(record);
        return record;
    }

    /// <summary>Returns the records of a pax header. Each is <c>LENGTH key=value\n</c>, where LENGTH is the size of the
    /// whole record in bytes, in decimal.</summary>
    private IEnumerable<(string Key, string Value)> PaxRecords(byte[] text)
    {
        for (int at = 0; at < text.Length && text[at] != 0;)
        {
            int space = Array.IndexOf(text, (byte)' ', at);
            if (space < 0 || !int.TryParse(text.AsSpan(at, space - at), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length > text.Length - at || at + length <= space + 1 || text[at + length - 1] != '\n')
                throw Damaged("has an extended header with a record of a wrong length");
            string record = Encoding.UTF8.GetString(text.AsSpan((space + 1)..(at + length - 1)));
            int equals = record.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw Damaged("has a record without a key in an extended header");
            yield return (record[..equals], record[(equals + 1)..]);
            at += length;
        }
    }

    private void ReadPax(string key, string value, ref string? name, ref string? target, ref long? bytes, bool isGlobal)
    {
        if (key.StartsWith("GNU.sparse.", StringComparison.Ordinal)) throw Sparse(name ?? value);
        if (key is not ("path" or "linkpath" or "size")) return;
        if (isGlobal) throw Damaged($"sets '{key}' for all of its entries");
        if (key == "path") name = value;
        else if (key == "linkpath") target = value;
        else bytes = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size
            : throw Damaged($"states the size '{value}', which is not a number");
    }

    private string ShortName()
    {
        string name = Text(0, 100), prefix = _block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(345, 155) : "";
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private string Text(int offset, int length)
    {
        var field = _block.AsSpan(offset, length);
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>
    /// Returns a number of the header: octal digits padded with spaces or NULs or, if the first bit is set, a big-endian two's complement
    /// number in the other bits.
    /// </summary>
    private long Number(int offset, int length)
    {
        var field = _block.AsSpan(offset, length);
        if ((field[0] & 0x80) == 0)
        {
            string digits = Encoding.Latin1.GetString(field).Trim('\0', ' ');
            long octal = 0;
            foreach (char digit in digits)
                octal = digit is >= '0' and <= '7' ? octal * 8 + (digit - '0')
                    : throw Damaged($"has '{digits}' where a header has an octal number");
            return octal;
        }
        // A size is not negative and fits into 63 bits.
        if (field[0] != 0x80 || field[1..^8].ContainsAnyExcept((byte)0) || field[^8] >= 0x80)
            throw Damaged("has a size in a header that is negative or beyond any disk");
        long number = 0;
        foreach (byte each in field[^8..]) number = number << 8 | each;
        return number;
    }

    /// <summary>Checks the header's checksum: the sum of its bytes, with those of the checksum itself taken as spaces.</summary>
    private void RequireChecksum()
    {
        long stated = Number(148, 8);
        int sum = 0;
        for (int i = 0; i < BlockBytes; i++) sum += i is >= 148 and < 156 ? ' ' : _block[i];
        if (sum != stated) throw Damaged($"has a header with checksum {stated} that sums to {sum}");
    }

    private void ReadBlock() => Fill(_block);

    /// <summary>Reads the rest of the stream: a compressed stream, which cannot seek, checks its checksum only at its end.</summary>
    private void ReadToEnd()
    {
        if (stream.CanSeek) return;
        while (stream.Read(_block) is var count && count > 0) Count(count);
    }

    private void Fill(Span<byte> destination)
    {
        Count(destination.Length);
        if (stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            throw Damaged("is cut short");
    }

    private void Count(long bytes)
    {
        _read += bytes;
        if (_read > mostBytes) throw TooLong();
    }

    private ImcException Damaged(string how) =>
        new($"'{source}' {how}: it is not a tar archive, or it is damaged. Download or copy it again.");

    private ImcException Sparse(string name) => new($"'{source}' stores '{name}' as a sparse file; make the archive without --sparse.");

    private ImcException TooLong() =>
        new($"'{source}' unpacks to more than {mostBytes} bytes, the maximum for an archive; unpack it and give the folder.");
}
