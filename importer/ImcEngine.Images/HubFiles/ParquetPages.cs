using System.IO.Compression;

namespace ImcEngine.Images.HubFiles;

/// <summary>
/// Copies the pages of a column out of a file, each with a header written anew from what was checked:
/// <code>
/// page: header (Thrift's struct PageHeader)  content, compressed      kinds: 0 data  2 dictionary  3 data, version 2
/// </code>
/// The pages lie within their column and hold as many values as it states; what they unpack to is within a limit and within what their
/// compression can make of their bytes. Encodings are plain and dictionary.
/// </summary>
internal static class ParquetPages
{
    /// <summary>The longest column of a row group, packed and unpacked: twice a thousand photographs of ImageNet.</summary>
    public const long MostChunkBytes = 1L << 28;

    private const int MostHeaderBytes = 1 << 16;
    private const int Plain = 0, PlainDictionary = 2, Rle = 3, RleDictionary = 8;

    private sealed record Page(int Kind, int Unpacked, int Packed, int Values, int Encoding, ThriftStruct Header);

    /// <exception cref="InvalidDataException">The pages are not what the column states, or are not supported.</exception>
    public static void Copy(FileStream file, ParquetChunk chunk, ParquetType type, MemoryStream destination)
    {
        if (chunk.Bytes > MostChunkBytes)
            throw new InvalidDataException($"a row group has {chunk.Bytes} bytes in a column; at most {MostChunkBytes} are read. "
                + "Write the file "
                + "with smaller row groups");
        long at = chunk.Start, end = chunk.Start + chunk.Bytes, values = 0, unpacked = 0;
        bool hasDictionary = false;
        while (values < chunk.Values)
        {
            var page = ReadHeader(file, at, end, out int headerBytes);
            unpacked += page.Unpacked;
            if (unpacked > MostChunkBytes)
                throw new InvalidDataException($"a row group unpacks to more than {MostChunkBytes} bytes in a column");
            RequirePage(page, type, ref hasDictionary);
            if (page.Kind != 2) values += page.Values;
            WriteHeader(page, destination);
            CopyContent(file, at + headerBytes, page, chunk.Codec, destination);
            at += headerBytes + page.Packed;
        }
        if (values != chunk.Values) throw new InvalidDataException($"pages hold {values} values where their column states {chunk.Values}");
    }

    private static Page ReadHeader(FileStream file, long at, long end, out int bytes)
    {
        if (at >= end) throw new InvalidDataException("a column has fewer values than it states");
        var window = new byte[Math.Min(MostHeaderBytes, end - at)];
        Fill(file, at, window);
        var reader = new ThriftReader(window);
        var header = reader.ReadStruct();
        bytes = reader.Position;
        int kind = Number(header, 1), unpacked = Number(header, 2), packed = Number(header, 3);
        var data = header.Struct(kind switch { 0 => 5, 2 => 7, 3 => 8, _ => throw new InvalidDataException($"a page is of kind {kind}") })
            ?? throw new InvalidDataException("a page has no header of its kind");
        int values = Number(data, 1), encoding = Number(data, kind == 3 ? 4 : 2);
        if (packed > end - at - bytes)
            throw new InvalidDataException($"a page states {packed} bytes where its column has {end - at - bytes} left");
        return new(kind, unpacked, packed, values, encoding, data);
    }

    private static int Number(ThriftStruct header, int field)
    {
        long number = header.RequiredNumber(field);
        return number is >= 0 and <= int.MaxValue ? (int)number
            : throw new InvalidDataException($"a page states {number} for field {field}");
    }

    private static void RequirePage(Page page, ParquetType type, ref bool hasDictionary)
    {
        bool isDictionary = page.Kind == 2;
        if (isDictionary && hasDictionary) throw new InvalidDataException("a column has two dictionaries");
        if (!isDictionary && page.Values == 0) throw new InvalidDataException("a page has no values");
        if (page.Encoding is not (Plain or PlainDictionary or RleDictionary) || isDictionary && page.Encoding == RleDictionary)
            throw new InvalidDataException($"a page has encoding {page.Encoding}; plain ({Plain}) and dictionary ({PlainDictionary}, "
                + $"{RleDictionary}) are read. Write the file with one of these");
        if (!isDictionary && page.Encoding != Plain && !hasDictionary) throw new InvalidDataException("a page has no dictionary");
        hasDictionary |= isDictionary;
        int least = type == ParquetType.Int64 ? sizeof(long) : sizeof(int);
        // In a data page, nulls have no bytes.
        if ((isDictionary || page.Encoding == Plain && type != ParquetType.Bytes) && page.Values > page.Unpacked / least)
            throw new InvalidDataException($"a page of {page.Unpacked} bytes states {page.Values} values, or some of them are null");
    }

    private static void WriteHeader(Page page, Stream destination)
    {
        var writer = new ThriftWriter(destination).Number(1, page.Kind).Number(2, page.Unpacked).Number(3, page.Packed);
        switch (page.Kind)
        {
            case 0:
                writer.Struct(5, data => data.Number(1, page.Values).Number(2, page.Encoding).Number(3, Rle).Number(4, Rle));
                break;
            case 2:
                writer.Struct(7, data => data.Number(1, page.Values).Number(2, page.Encoding));
                break;
            default:
                int levels = Number(page.Header, 5);
                if (Number(page.Header, 6) != 0 || levels > Math.Min(page.Packed, page.Unpacked) || Number(page.Header, 2) > page.Values)
                    throw new InvalidDataException("a page has levels or nulls beyond its size");
                writer.Struct(8, data => data.Number(1, page.Values).Number(2, Number(page.Header, 2)).Number(3, page.Values)
                    .Number(4, page.Encoding).Number(5, levels).Number(6, 0).Flag(7, page.Header.Number(7) != 0));
                break;
        }
        writer.End();
    }

    private static void CopyContent(FileStream file, long at, Page page, int codec, MemoryStream destination)
    {
        int start = (int)destination.Length;
        destination.SetLength(start + page.Packed);
        destination.Position = destination.Length;
        var content = destination.GetBuffer().AsSpan(start, page.Packed);
        Fill(file, at, content);
        // The levels of version 2 are not compressed.
        int levels = page.Kind == 3 ? Number(page.Header, 5) : 0;
        bool isPacked = page.Kind != 3 || page.Header.Number(7) != 0;
        RequireUnpacked(content[levels..], page.Unpacked - levels, isPacked ? (ParquetCodec)codec : ParquetCodec.None);
    }

    /// <summary>Checks that bytes can unpack to as many as their page states, and state no other number themselves.</summary>
    private static void RequireUnpacked(ReadOnlySpan<byte> packed, int unpacked, ParquetCodec codec)
    {
        // What the densest content of each compression makes of one byte, rounded up.
        int mostRatio = codec switch
        {
            ParquetCodec.None => 1,
            ParquetCodec.Snappy => 32,
            ParquetCodec.Gzip => 1040,
            _ => 1 << 17,
        };
        bool fits = unpacked <= (long)packed.Length * mostRatio && codec switch
        {
            ParquetCodec.None => unpacked == packed.Length,
            ParquetCodec.Snappy => SnappySize(packed) == unpacked,
            ParquetCodec.Zstd => ZstdFrames.MostUnpacked(packed) <= 2L * unpacked + (1 << 18),
            ParquetCodec.Brotli => BrotliFills(packed, unpacked),
            _ => true,
        };
        if (!fits) throw new InvalidDataException($"a page of {packed.Length} bytes states that it unpacks to {unpacked}");
    }

    /// <summary>Returns the size with which Snappy's content begins, a varint of 32 bits; -1 where there is none.</summary>
    private static long SnappySize(ReadOnlySpan<byte> packed)
    {
        long size = 0;
        for (int i = 0; i < Math.Min(5, packed.Length); i++)
        {
            size |= (long)(packed[i] & 0x7F) << (7 * i);
            if (packed[i] < 0x80) return size;
        }
        return -1;
    }

    /// <summary>Whether Brotli's content has as many bytes as are stated; the library would leave the rest of a page as it found
    /// it.</summary>
    private static bool BrotliFills(ReadOnlySpan<byte> packed, int unpacked) =>
        BrotliDecoder.TryDecompress(packed, new byte[unpacked], out int written) && written == unpacked;

    private static void Fill(FileStream file, long at, Span<byte> destination)
    {
        file.Position = at;
        file.ReadExactly(destination);
    }
}
