using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.HubFiles;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>
/// Makes Parquet files of three images with labels page by page: dictionaries, several pages, pages of version 2. Most numbers are right;
/// the levels and indices of a page have runs of any length and width.
/// </summary>
/// <param name="random">Draws every choice.</param>
internal sealed class ParquetCase(CaseRandom random)
{
    private const int Rows = 3, Int64 = 2, Bytes = 6;

    public byte[] Make()
    {
        byte[] images = Column(2, [1, 0, 0, 0, 7, 2, 0, 0, 0, 8, 8], 2),
            labels = Column(1, [.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(0L)], 2);
        byte[] footer = Struct(writer => writer.Number(1, 1)
            .Structs(2, (string[])["root", "image", "bytes", "label"], (element, name) =>
            {
                if (name is "bytes" or "label") element.Number(1, name == "label" ? Int64 : Bytes);
                if (name is not "root") element.Number(3, 1);
                element.Text(4, name);
                if (name is "root" or "image") element.Number(5, name == "root" ? 2 : 1);
            })
            .Number(3, (long)Rows)
            .Structs(4, (int[])[Rows], (group, rows) => group.Structs(1, (string[])["image.bytes", "label"], (chunk, name) =>
                chunk.Number(2, 4L)
                    .Struct(3, column => column.Number(1, name == "label" ? Int64 : Bytes).Numbers(2, 0).Texts(3, name.Split('.'))
                    .Number(4, 0).Number(5, Near(rows)).Number(6, 0L).Number(7, Near(name == "label" ? labels.Length : images.Length))
                    .Number(9, Near(name == "label" ? 4 + images.Length : 4))))
                .Number(2, 0L).Number(3, Near(rows))));
        return [.. "PAR1"u8, .. images, .. labels, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
    }

    /// <summary>A dictionary, and data pages of the column's rows.</summary>
    private byte[] Column(int level, byte[] dictionary, int entries)
    {
        var pages = new List<byte>(Page(2, entries, dictionary, encoding: 0, levels: 0));
        for (int left = Rows; left > 0;)
        {
            int values = random.Between(1, left);
            byte[] levels = Run(level, values), indices = [(byte)(random.OneIn(12) ? random.Between(0, 255) : 1),
                .. Run(random.Between(0, 1), values)];
            bool isSecond = random.OneIn(3);
            pages.AddRange(Page(isSecond ? 3 : 0, values,
                [.. isSecond ? [] : BitConverter.GetBytes((int)Near(levels.Length)), .. levels, .. indices],
                encoding: random.OneOf(8, 2), levels: levels.Length));
            left -= values;
        }
        return [.. pages];
    }

    /// <summary>Levels or indices: a run of one number, or the bits of several, each with its length before it.</summary>
    private byte[] Run(int number, int values)
    {
        if (random.OneIn(20)) return ByteMutations.Mutate(random, [6, 1], [0xFF, 0xFF, 0xFF, 0xFF, 7, 1]);
        return [(byte)(values << 1), (byte)number];
    }

    private byte[] Page(int kind, int values, byte[] content, int encoding, int levels) => [.. Struct(writer =>
    {
        writer.Number(1, kind).Number(2, (int)Near(content.Length)).Number(3, (int)Near(content.Length));
        if (kind == 3)
            writer.Struct(8, data => data.Number(1, (int)Near(values)).Number(2, (int)Near(0)).Number(3, values).Number(4, encoding)
                .Number(5, (int)Near(levels)).Number(6, 0).Flag(7, random.OneIn(2)));
        else writer.Struct(kind == 2 ? 7 : 5, data => data.Number(1, (int)Near(values)).Number(2, (int)Near(encoding)));
    }), .. content];

    private long Near(long number) =>
        random.OneIn(60) ? random.OneIn(2) ? number + random.Between(-2, 2) : ByteMutations.Number(random) : number;

    private static byte[] Struct(Action<ThriftWriter> write)
    {
        using var stream = new MemoryStream();
        var writer = new ThriftWriter(stream);
        write(writer);
        writer.End();
        return stream.ToArray();
    }
}
