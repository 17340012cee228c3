using Parquet;

namespace ImcEngine.Images.HubFiles;

/// <summary>
/// The values of one column of one row group. The column is copied to a Parquet file of its own in memory, all of whose metadata is written
/// here, and Parquet.Net reads that: so nothing that a file states reaches the library unchecked.
/// </summary>
internal static class ParquetValues
{
    private const int MostOptionalLevels = 8;

    /// <summary>Returns the bytes of each row; null where there are none. Equal values may share their bytes.</summary>
    /// <exception cref="InvalidDataException">The column is damaged or not supported.</exception>
    public static ReadOnlyMemory<byte>?[] ReadBytes(FileStream file, ParquetColumn column, ParquetGroup group) =>
        Read<ReadOnlyMemory<byte>>(file, column, group, ParquetType.Bytes);

    /// <summary>Returns the integer of each row; null where there is none.</summary>
    /// <inheritdoc cref="ReadBytes"/>
    public static long?[] ReadIntegers(FileStream file, ParquetColumn column, ParquetGroup group) =>
        column.Type == (int)ParquetType.Int64 ? Read<long>(file, column, group, ParquetType.Int64)
            : [.. Read<int>(file, column, group, ParquetType.Int32).Select(number => (long?)number)];

    private static T?[] Read<T>(FileStream file, ParquetColumn column, ParquetGroup group, ParquetType type)
        where T : struct
    {
        if (!group.Chunks.TryGetValue(column.Path, out var chunk))
            throw new InvalidDataException($"a row group has no column '{column.Path}'");
        if (chunk.Values != group.Rows)
            throw new InvalidDataException($"'{column.Path}' has {chunk.Values} values in a row group of {group.Rows} rows");
        if (!Enum.IsDefined((ParquetCodec)chunk.Codec))
            throw new InvalidDataException($"'{column.Path}' has compression {chunk.Codec}; "
                + "none, Snappy, gzip, Brotli and Zstandard are read");
        if (column.OptionalLevels > MostOptionalLevels) throw new InvalidDataException($"'{column.Path}' is nested too deep");
        if (group.Rows == 0) return [];
        using var alone = new MemoryStream((int)Math.Min(chunk.Bytes, ParquetPages.MostChunkBytes) + (1 << 12));
        alone.Write("PAR1"u8);
        ParquetPages.Copy(file, chunk, type, alone);
        WriteFooter(alone, column.OptionalLevels, chunk, type);
        return ReadAsync<T>(alone, group.Rows, mayBeNull: column.OptionalLevels > 0).GetAwaiter().GetResult();
    }

    private static async Task<T?[]> ReadAsync<T>(Stream alone, int rows, bool mayBeNull)
        where T : struct
    {
        await using var reader = await ParquetReader.CreateAsync(alone).ConfigureAwait(false);
        using var group = reader.OpenRowGroupReader(0);
        var field = reader.Schema.DataFields[0];
        if (mayBeNull)
        {
            var values = new T?[rows];
            await group.ReadAsync<T>(field, values.AsMemory()).ConfigureAwait(false);
            return values;
        }
        // Of a column without nulls, the library's reading into nullable values takes the levels from memory that it has not written.
        var present = new T[rows];
        await group.ReadAsync<T>(field, present.AsMemory()).ConfigureAwait(false);
        return Array.ConvertAll(present, value => (T?)value);
    }

    /// <summary>Ends a file of one column in one row group, as <see cref="ParquetFooter"/> reads it.</summary>
    private static void WriteFooter(Stream alone, int optionalLevels, ParquetChunk chunk, ParquetType type)
    {
        const int Required = 0, Optional = 1;
        long end = alone.Position;
        // The root; a struct for each level that may be null but the last; the column.
        string[] names = ["root", .. Enumerable.Range(1, Math.Max(1, optionalLevels)).Select(level => $"level{level}")];
        var footer = new ThriftWriter(alone).Number(1, 1);
        footer.Structs(2, names, (element, name) =>
        {
            bool isColumn = name == names[^1];
            if (isColumn) element.Number(1, (int)type);
            if (name != names[0]) element.Number(3, optionalLevels == 0 ? Required : Optional);
            element.Text(4, name);
            if (!isColumn) element.Number(5, 1);
        });
        footer.Number(3, chunk.Values).Structs(4, [chunk], (group, _) => group.Structs(1, [chunk], (column, _) =>
            column.Number(2, 4L)
                .Struct(3, metadata => metadata.Number(1, (int)type).Numbers(2, 0).Texts(3, names[1..]).Number(4, chunk.Codec)
                .Number(5, chunk.Values).Number(6, end - 4).Number(7, end - 4).Number(9, 4L)))
            .Number(2, end - 4).Number(3, chunk.Values)).End();
        alone.Write(BitConverter.GetBytes((int)(alone.Position - end)));
        alone.Write("PAR1"u8);
        alone.Position = 0;
    }
}
