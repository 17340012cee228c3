using System.IO.Compression;
using System.Text;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>
/// Compressed archives of CIFAR-10's files. They are damaged in an entry and packed again with right checksums, as an archive, or as a
/// compressed file. Others have entries of every kind with extended headers, or are much larger than their file.
/// </summary>
internal sealed class ArchiveTarget : IFuzzTarget
{
    private const int MostEntries = 4, BombBytes = 48 << 20, EndBytes = 1024;
    private const string Types = "0000000000\0\0515234678gxLKSVMDNAX";

    private static readonly string[] Names =
        ["cifar-10-batches-bin/test_batch.bin", "cifar-10-batches-bin/data_batch_1.bin", "data_batch_2.bin",
            "cifar-10-batches-bin/batches.meta.txt", "test_batch.bin", "readme.html", "", "/", "a/b/"];

    private static readonly string[] Extended =
        ["size", "path", "linkpath", "mtime", "GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.size", "GNU.sparse.realsize",
            "GNU.sparse.map", "GNU.sparse.name", "uid", "hdrcharset", "comment", ""];

    /// <summary>A names file and a batch of zeros, compressed once.</summary>
    private static readonly Lazy<byte[][]> Bombs =
        new(
            () =>
                [
                    .. new[] { 3, 4 }.Select(
                        name => Compressed(new TarEntry(Names[name], '0', new byte[BombBytes]).ToBytes(), CompressionLevel.Optimal))]);

    public string Name => "archive";
    public string Extension => ".tar.gz";

    /// <summary>No archive here holds more than a few images; the large ones hold none.</summary>
    public long MostAllocatedBytes => 40L << 20;

    public byte[] Make(CaseRandom random)
    {
        if (random.OneIn(4000)) return random.OneOf<byte[]>(Bombs.Value);
        byte[] tar = [.. Enumerable.Range(0, random.Between(0, MostEntries)).SelectMany(_ => Entry(random).ToBytes()),
            .. new byte[random.OneIn(10) ? 0 : EndBytes]];
        if (random.OneIn(10)) tar = ByteMutations.Mutate(random, tar, tar);
        byte[] compressed = Compressed(tar, random.OneIn(2) ? CompressionLevel.NoCompression : CompressionLevel.Fastest);
        return random.OneIn(8) ? ByteMutations.Mutate(random, compressed, tar) : random.OneIn(20) ? [.. compressed, .. compressed]
            : compressed;
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        string path = Path.Combine(Scratch.Folder, "images.tar.gz");
        File.WriteAllBytes(path, input);
        // An archive may hold images of only one split. It is refused if it has neither.
        if (Refusal(path, Split.Train) is not null && Refusal(path, Split.Test) is { } refusal) throw refusal;
        return Acceptance.Accepted;
    }

    private static ImcException? Refusal(string path, Split split)
    {
        try
        {
            RecordsTarget.RequireImages(CifarFormat.Read(path, split));
            return null;
        }
        catch (ImcException refused)
        {
            return refused;
        }
    }

    private static TarEntry Entry(CaseRandom random)
    {
        char type = Types[random.Between(0, Types.Length - 1)];
        string name = random.OneIn(3) ? random.OneOf<string>(Names) : Names[random.Between(0, 1)];
        byte[] contents = type is 'x' or 'g' ? ExtendedHeader(random)
            : type is 'L' or 'K' ? TextMutations.Encode(random.OneOf<string>(Names) + "\0")
            : name.EndsWith(".txt", StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(string.Join('\n', CifarFormat.Cifar10ClassNames))
            : RecordsTarget.Records(random);
        return new(name, type, contents)
        {
            Size = random.OneIn(8) ? Size(random, contents.Length) : null,
            Damage = header =>
            {
                if (!random.OneIn(6)) return;
                byte[] damaged = ByteMutations.Mutate(random, header, header);
                damaged.AsSpan(0, Math.Min(damaged.Length, header.Length)).CopyTo(header);
            },
        };
    }

    private static byte[] Size(CaseRandom random, int length) => random.Between(0, 3) switch
    {
        0 => TarEntry.Octal(Math.Max(0, length + random.Between(-3, 600))),
        1 => TarEntry.Octal(Math.Max(0, ByteMutations.Number(random)) & ((1L << 33) - 1)),
        2 => TarEntry.Binary(ByteMutations.Number(random)),
        _ => TextMutations.Encode(TextMutations.Number(random, oddToo: true)),
    };

    /// <summary>Makes lines <c>LENGTH key=value</c>, the length mostly right.</summary>
    private static byte[] ExtendedHeader(CaseRandom random) => [.. Enumerable.Range(0, random.Between(0, 4)).SelectMany(_ =>
    {
        string key = random.OneOf<string>(Extended),
            text = random.OneOf(TextMutations.Number(random, oddToo: true), TextMutations.Text(random), Names[0]);
        byte[] rest = TextMutations.Encode($" {key}={text}\n");
        int length = rest.Length + 1;
        while (rest.Length + $"{length}".Length != length) length++;
        return (byte[])[.. Encoding.ASCII.GetBytes(random.OneIn(8) ? TextMutations.Number(random, oddToo: false) : $"{length}"), .. rest];
    })];

    public static byte[] Compressed(byte[] bytes, CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, level, leaveOpen: true)) gzip.Write(bytes);
        return stream.ToArray();
    }
}
