using System.Buffers.Binary;
using System.IO.Compression;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Importer.Packing;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Archives of arrays: damaged inside and packed again with right checksums, or damaged as archives.</summary>
internal sealed class NpzTarget : IFuzzTarget
{
    private const int MostEntries = 3;

    private static readonly string[] Names = ["a.npy", "layer.weight.npy", "b", ".npy", "a.npy/", "../a.npy", "A.NPY", "é.npy", "a\n.npy"];

    /// <summary>The signatures with which entries, the directory and its end begin.</summary>
    private static readonly byte[][] Signatures = ["PK\u0003\u0004"u8.ToArray(), "PK\u0001\u0002"u8.ToArray(),
        "PK\u0005\u0006"u8.ToArray()];

    private const int LongestRecord = 46;

    public string Name => "npz";
    public string Extension => ".npz";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random)
    {
        byte[] archive = Archive(random);
        return random.Between(0, 9) switch
        {
            0 or 1 => ByteMutations.Mutate(random, archive, archive),
            2 or 3 => WithDamagedRecord(random, archive),
            _ => archive,
        };
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        foreach (var array in NpzFile.Read(new MemoryStream(input), "archive").Values) NpyTarget.RequireElements(array);
        return Acceptance.Accepted;
    }

    private static byte[] Archive(CaseRandom random)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            for (int i = random.Between(0, MostEntries); i > 0; i--)
            {
                string name = random.OneIn(4) ? random.OneOf<string>(Names) : $"array{i}.npy";
                using var content = archive.CreateEntry(name, random.OneOf(CompressionLevel.NoCompression, CompressionLevel.Fastest))
                    .Open();
                content.Write(NpyTarget.Array(random));
            }
        return stream.ToArray();
    }

    /// <summary>Puts numbers near limits into the fields of an entry, of the directory or of its end.</summary>
    public static byte[] WithDamagedRecord(CaseRandom random, byte[] archive)
    {
        int record = archive.AsSpan().LastIndexOf(random.OneOf<byte[]>(Signatures));
        Span<byte> number = stackalloc byte[8];
        for (int times = random.Between(1, 3); record >= 0 && times > 0; times--)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, ByteMutations.Number(random));
            int at = record + random.Between(4, LongestRecord), bytes = Math.Min(random.OneOf(2, 4), archive.Length - at);
            if (bytes > 0) number[..bytes].CopyTo(archive.AsSpan(at));
        }
        return archive;
    }
}
