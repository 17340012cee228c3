using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.HubFiles;
using Parquet;
using Parquet.Schema;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Parquet files of images, made page by page, or damaged in their metadata, whose stated length stays right, in their pages, or
/// anywhere. The pictures of an accepted file can be read.</summary>
internal sealed class ParquetTarget : IFuzzTarget
{
    private const int EndBytes = 8, BeginBytes = 4;

    private static readonly Lazy<byte[][]> Files = new(() =>
    [
        .. new[] { CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Zstd,
            CompressionMethod.Brotli }
            .Select(compression => WriteAsync(compression).GetAwaiter().GetResult()),
    ]);

    public string Name => "parquet";
    public string Extension => ".parquet";

    /// <summary>A page may state that it unpacks to much more than it has.</summary>
    public long MostAllocatedBytes => 512L << 20;

    public byte[] Make(CaseRandom random)
    {
        if (random.OneIn(2)) return new ParquetCase(random).Make();
        byte[] file = random.OneOf<byte[]>(Files.Value);
        int footerBytes = BitConverter.ToInt32(file, file.Length - EndBytes), dataEnd = file.Length - EndBytes - footerBytes;
        byte[] data = file[BeginBytes..dataEnd], footer = file[dataEnd..^EndBytes];
        switch (random.Between(0, 9))
        {
            case 0:
                return file;
            case 1:
                return ByteMutations.Mutate(random, file, file);
            case < 6:
                footer = Damage(random, footer);
                break;
            default:
                // The length stays, so that the metadata still says where the columns are.
                byte[] damaged = Damage(random, data);
                damaged.AsSpan(0, Math.Min(data.Length, damaged.Length)).CopyTo(data);
                break;
        }
        return [.. "PAR1"u8, .. data, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        string path = Path.Combine(Scratch.Folder, "a.parquet");
        File.WriteAllBytes(path, input);
        Readable.Require(HubImages.Read(path, Split.Test));
        return Acceptance.Accepted;
    }

    /// <summary>Changes some bytes in place, often to the ends of what a varint of one byte holds, or mutates in every way.</summary>
    private static byte[] Damage(CaseRandom random, byte[] bytes)
    {
        if (random.OneIn(3)) return ByteMutations.Mutate(random, bytes, bytes);
        byte[] damaged = [.. bytes];
        for (int times = random.Between(1, 3); times > 0; times--)
            damaged[random.Between(0, damaged.Length - 1)] = (byte)random.OneOf(0, 1, 2, 0x7F, 0x80, 0xFF, random.Between(0, 255));
        return damaged;
    }

    private static async Task<byte[]> WriteAsync(CompressionMethod compression)
    {
        var schema = new ParquetSchema(new StructField("image", new DataField<byte[]>("bytes"), new DataField<string>("path")),
            compression == CompressionMethod.Gzip ? new DataField<string>("label") : new DataField<long?>("label"));
        using var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = compression }))
        {
            writer.CustomMetadata = new Dictionary<string, string>
            {
                ["huggingface"] = """{"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}""",
            };
            for (int i = 0; i < 2; i++)
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(schema.DataFields[0], new byte[][] { [1, 2, 3], [4], [.. new byte[40]] });
                await group.WriteAsync(schema.DataFields[1], new string?[] { "a", null, "c" });
                if (compression == CompressionMethod.Gzip) await group.WriteAsync(schema.DataFields[2], new[] { "dog", "cat", "dog" });
                else await group.WriteAsync<long>(schema.DataFields[2], (ReadOnlyMemory<long?>)new long?[] { 1, 0, 1 });
            }
        }
        return stream.ToArray();
    }
}
