using Parquet;
using Parquet.Schema;

namespace ImcEngine.Images.Tests.HubFiles;

/// <summary>A folder for Parquet files, written by Parquet.Net as the hub stores images.</summary>
internal sealed class ParquetFiles : IDisposable
{
    /// <summary>The metadata of a set with the classes cat, dog and emu.</summary>
    public const string CatDogEmu = """
        {"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog", "emu"], "_type": "ClassLabel"}}}}
        """;

    public string Folder { get; } = Directory.CreateTempSubdirectory("imc-parquet-").FullName;

    public string this[string file] => Path.Combine(Folder, file);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Writes pictures and labels, some rows to a row group.</summary>
    /// <returns>The file's path.</returns>
    public string Write(string file, byte[]?[] pictures, long?[]? labels, string? metadata = null, int groupRows = 100,
        string image = "image",
        string label = "label", CompressionMethod compression = CompressionMethod.Snappy)
    {
        File.WriteAllBytes(this[file], Bytes(pictures, labels, metadata, groupRows, image, label, compression));
        return this[file];
    }

    public static byte[] Bytes(byte[]?[] pictures, long?[]? labels, string? metadata = null, int groupRows = 100, string image = "image",
        string label = "label", CompressionMethod compression = CompressionMethod.Snappy) =>
        Bytes(pictures, labels is null ? null : new DataField<long?>(label), metadata, groupRows, image, compression,
            (group, field, start, count) => group.WriteAsync<long>(field, (ReadOnlyMemory<long?>)labels.AsMemory(start, count)));

    public string WriteTexts(string file, byte[]?[] pictures, string?[] labels, int groupRows = 100)
    {
        File.WriteAllBytes(this[file], Bytes(pictures, new DataField<string>("label"), null, groupRows, "image", CompressionMethod.Snappy,
            (group, field, start, count) => group.WriteAsync(field, labels[start..(start + count)]!)));
        return this[file];
    }

    private static byte[] Bytes(byte[]?[] pictures, DataField? label, string? metadata, int groupRows, string image,
        CompressionMethod compression, Func<ParquetRowGroupWriter, DataField, int, int, Task> writeLabels)
    {
        var names = new StructField(image, new DataField<byte[]>("bytes"), new DataField<string>("path"));
        var schema = new ParquetSchema(label is null ? [names] : [names, label]);
        using var stream = new MemoryStream();
        WriteAsync().GetAwaiter().GetResult();
        return stream.ToArray();

        async Task WriteAsync()
        {
            await using var writer =
                await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = compression });
            if (metadata is not null) writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = metadata };
            for (int start = 0; start < pictures.Length; start += groupRows)
            {
                int count = Math.Min(groupRows, pictures.Length - start);
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(schema.DataFields[0], pictures[start..(start + count)]!);
                await group.WriteAsync(schema.DataFields[1], Enumerable.Range(start, count).Select(row => (string?)$"{row}.png").ToArray());
                if (label is not null) await writeLabels(group, schema.DataFields[2], start, count);
            }
        }
    }
}
