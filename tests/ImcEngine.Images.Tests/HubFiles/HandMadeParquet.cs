using ImcEngine.Images.HubFiles;

namespace ImcEngine.Images.Tests.HubFiles;

/// <summary>
/// A Parquet file of one row group, byte by byte: the struct <c>image</c> with its <c>bytes</c>, and the column <c>label</c>, so that its
/// metadata and pages can say what no library writes.
/// </summary>
internal sealed record HandMadeParquet
{
    private const int Int64 = 2, Bytes = 6, Optional = 1;

    public long Rows { get; init; } = 3;

    /// <summary>The pages of each column, headers included.</summary>
    public byte[] ImagePages { get; init; } = [.. Page(3, Plain([1], [2, 2], [3]))];
    public byte[] LabelPages { get; init; } = [.. Page(3, Plain(2, 0, 1))];

    public int Codec { get; init; }
    public int LabelType { get; init; } = Int64;
    public int LabelRepetition { get; init; } = Optional;
    public long LabelOffset { get; init; }
    public long? LabelBytes { get; init; }
    public long LabelValues { get; init; } = 3;

    /// <summary>Structs around the schema's columns beyond the one that is needed.</summary>
    public int Nesting { get; init; }

    /// <summary>Three definition levels of 1 or 2: their length, and a run of three.</summary>
    public static byte[] Levels(byte level) => [2, 0, 0, 0, 3 << 1, level];

    public static byte[] Plain(params byte[][] rows) =>
        [.. Levels(2), .. rows.SelectMany(row => (byte[])[.. BitConverter.GetBytes(row.Length), .. row])];

    public static byte[] Plain(params long[] rows) => [.. Levels(1), .. rows.SelectMany(BitConverter.GetBytes)];

    /// <summary>A page of three indices of two bits into a dictionary.</summary>
    public static byte[] Indices(byte level, int first, int second, int third) =>
        [.. Levels(level), 2, 1 << 1 | 1, (byte)(first | second << 2 | third << 4), 0];

    /// <summary>A data page; the sizes are those of the content where they are not stated.</summary>
    public static byte[] Page(int values, byte[] content, int encoding = 0, int? unpacked = null, int? packed = null, int kind = 0) =>
        WithHeader(content, writer => writer.Number(1, kind).Number(2, unpacked ?? content.Length).Number(3, packed ?? content.Length)
            .Struct(kind == 2 ? 7 : 5, data => data.Number(1, values).Number(2, encoding)));

    public static byte[] Dictionary(int values, byte[] content) => Page(values, content, kind: 2);

    /// <summary>A data page of version 2; its levels are not compressed.</summary>
    public static byte[] Page2(int values, byte[] levels, byte[] content, int unpacked, bool isCompressed) =>
        WithHeader([.. levels, .. content], writer => writer.Number(1, 3).Number(2, unpacked).Number(3, levels.Length + content.Length)
            .Struct(8, data => data.Number(1, values).Number(2, 0).Number(3, values).Number(4, 0).Number(5, levels.Length).Number(6, 0)
                .Flag(7, isCompressed)));

    public static byte[] WithHeader(byte[] content, Action<ThriftWriter> write)
    {
        using var stream = new MemoryStream();
        var writer = new ThriftWriter(stream);
        write(writer);
        writer.End();
        return [.. stream.ToArray(), .. content];
    }

    public byte[] ToBytes()
    {
        long labelsAt = 4 + ImagePages.Length;
        string[] nested = [.. Enumerable.Range(0, Nesting).Select(i => $"n{i}")];
        byte[] footer = WithHeader([], writer => writer.Number(1, 1)
            .Structs(2, (string[])["root", .. nested, "image", "bytes", "label"], (element, name) =>
            {
                if (name is "bytes") element.Number(1, Bytes);
                if (name is "label") element.Number(1, LabelType);
                if (name is not "root") element.Number(3, name is "label" ? LabelRepetition : Optional);
                element.Text(4, name);
                if (name is not ("bytes" or "label")) element.Number(5, name == "image" || nested.Contains(name) ? 1 : 2);
            })
            .Number(3, Rows)
            .Structs(4, (long[])[Rows], (group, rows) => group.Structs(1, (string[])["image.bytes", "label"], (chunk, name) =>
                chunk.Number(2, 4L).Struct(3, column => column.Number(1, name == "label" ? LabelType : Bytes).Numbers(2, 0)
                    .Texts(3, name.Split('.')).Number(4, Codec).Number(5, name == "label" ? LabelValues : rows).Number(6, 0L)
                    .Number(7, name == "label" ? LabelBytes ?? LabelPages.Length : ImagePages.Length)
                    .Number(9, name == "label" ? labelsAt + LabelOffset : 4)))
                .Number(2, 0L).Number(3, rows)));
        return Closed([.. "PAR1"u8, .. ImagePages, .. LabelPages], footer);
    }

    /// <summary>Ends a file with its metadata.</summary>
    public static byte[] Closed(byte[] data, byte[] footer) => [.. data, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
}
