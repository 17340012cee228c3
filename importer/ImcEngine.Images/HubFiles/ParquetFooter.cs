using System.Buffers.Binary;

namespace ImcEngine.Images.HubFiles;

/// <summary>The physical types of Parquet that images and labels are stored as.</summary>
internal enum ParquetType
{
    Int32 = 1,
    Int64 = 2,
    Bytes = 6,
}

/// <summary>The compressions of Parquet that are read.</summary>
internal enum ParquetCodec
{
    None = 0,
    Snappy = 1,
    Gzip = 2,
    Brotli = 4,
    Zstd = 6,
}

/// <summary>A column of a Parquet file that holds one value a row.</summary>
/// <param name="Path">Its names from the outermost struct on, joined by dots.</param>
/// <param name="Type">The number of its physical type.</param>
/// <param name="OptionalLevels">How many of it and the structs around it may be null.</param>
internal sealed record ParquetColumn(string Path, int Type, int OptionalLevels);

/// <summary>The part of a column that a row group has.</summary>
/// <param name="Start">Its first byte in the file.</param>
/// <param name="Bytes">Its length in the file.</param>
/// <param name="Values">Its number of values, nulls included.</param>
/// <param name="Codec">The number of its compression.</param>
internal sealed record ParquetChunk(long Start, long Bytes, long Values, int Codec);

/// <summary>A row group.</summary>
/// <param name="Rows">Its number of rows.</param>
/// <param name="Chunks">Its columns, by path.</param>
internal sealed record ParquetGroup(int Rows, IReadOnlyDictionary<string, ParquetChunk> Chunks);

/// <summary>
/// What the end of a Parquet file says: <c>metadata  its length (u32, little-endian)  "PAR1"</c>. The metadata is Thrift's struct
/// FileMetaData. Every extent lies within the file, and every number is within a limit.
/// </summary>
/// <param name="Columns">The columns that hold one value a row; those in lists are left out.</param>
/// <param name="Groups">The row groups, in the file's order.</param>
/// <param name="Notes">The key-value metadata.</param>
internal sealed record ParquetFooter(
    IReadOnlyList<ParquetColumn> Columns, IReadOnlyList<ParquetGroup> Groups, IReadOnlyDictionary<string, string> Notes)
{
    /// <summary>The longest metadata; a file of ten thousand row groups has half of it.</summary>
    public const int MostBytes = 8 << 20;

    /// <summary>The most rows of a row group, and row groups of a file.</summary>
    public const int MostRows = 1 << 22, MostGroups = 1 << 16;

    private const int EndBytes = 8, MostDepth = 16;
    private const int Optional = 1, Repeated = 2;

    /// <exception cref="InvalidDataException">The file is not a readable Parquet file.</exception>
    public static ParquetFooter Read(FileStream file)
    {
        if (file.Length < EndBytes + 4) throw new InvalidDataException($"it has {file.Length} bytes");
        Span<byte> begin = stackalloc byte[4], end = stackalloc byte[EndBytes];
        file.ReadExactly(begin);
        file.Position = file.Length - EndBytes;
        file.ReadExactly(end);
        if (end[4..].SequenceEqual("PARE"u8)) throw new InvalidDataException("its metadata is encrypted");
        if (!begin.SequenceEqual("PAR1"u8) || !end[4..].SequenceEqual("PAR1"u8))
            throw new InvalidDataException("it does not begin and end with 'PAR1'");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (length > MostBytes || length > file.Length - EndBytes - begin.Length)
            throw new InvalidDataException($"it states {length} bytes of metadata; at most {MostBytes} are read, and no more than it has");
        long dataEnd = file.Length - EndBytes - length;
        file.Position = dataEnd;
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        var metadata = new ThriftReader(bytes).ReadStruct();
        var groups = metadata.Structs(4);
        if (groups.Count > MostGroups) throw new InvalidDataException($"it has {groups.Count} row groups; at most {MostGroups} are read");
        return new(ColumnsOf(metadata.Structs(2)), [.. groups.Select(group => GroupOf(group, dataEnd))], NotesOf(metadata.Structs(5)));
    }

    private static Dictionary<string, string> NotesOf(IReadOnlyList<ThriftStruct> pairs)
    {
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
            if (pair.Text(1) is { } key && pair.Text(2) is { } note)
                notes.TryAdd(key, note);
        return notes;
    }

    private static List<ParquetColumn> ColumnsOf(IReadOnlyList<ThriftStruct> schema)
    {
        var columns = new List<ParquetColumn>();
        int next = 0;
        AddColumns("", 0, isInList: false, depth: 0);
        return next == schema.Count ? columns : throw new InvalidDataException("its schema is not one tree");

        void AddColumns(string path, int optional, bool isInList, int depth)
        {
            if (next == schema.Count || depth > MostDepth) throw new InvalidDataException("its schema is no tree, or is too deep");
            var element = schema[next++];
            if (depth > 0)
            {
                path = path.Length > 0 ? $"{path}.{element.Text(4)}" : element.Text(4) ?? "";
                optional += element.Number(3) == Optional ? 1 : 0;
                isInList |= element.Number(3) == Repeated;
            }
            if (element.Number(5) is { } children and > 0)
                for (long i = 0; i < children; i++) AddColumns(path, optional, isInList, depth + 1);
            else if (!isInList && depth > 0)
                columns.Add(new(path, (int)(element.Number(1) ?? -1), optional));
        }
    }

    private static ParquetGroup GroupOf(ThriftStruct group, long dataEnd)
    {
        long rows = group.RequiredNumber(3);
        if (rows is < 0 or > MostRows) throw new InvalidDataException($"a row group states {rows} rows; at most {MostRows} are read");
        var chunks = new Dictionary<string, ParquetChunk>(StringComparer.Ordinal);
        foreach (var chunk in group.Structs(1))
        {
            if (chunk.Struct(3) is not { } column) throw new InvalidDataException("a column has no metadata, or is encrypted");
            if (chunk.Text(1) is not null) throw new InvalidDataException("a column lies in another file");
            // An offset of 0 is one that an old writer left out.
            long start = new[] { column.Number(9), column.Number(10), column.Number(11) }.Where(offset => offset is not (null or 0)).Min()
                ?? 0;
            long bytes = column.RequiredNumber(7);
            if (start < 4 || bytes < 0 || start > dataEnd || bytes > dataEnd - start)
                throw new InvalidDataException($"a column states {bytes} bytes from byte {start} on, where the file has not as many");
            string path = string.Join('.', column.Texts(3));
            if (!chunks.TryAdd(path, new(start, bytes, column.RequiredNumber(5), (int)column.RequiredNumber(4))))
                throw new InvalidDataException($"it holds '{path}' twice");
        }
        return new((int)rows, chunks);
    }
}
