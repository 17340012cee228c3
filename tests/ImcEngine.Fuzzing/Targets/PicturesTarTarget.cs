using System.IO.Compression;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Tar archives of pictures, compressed or not, damaged in an entry, as an archive, or as a compressed file.</summary>
internal sealed class PicturesTarTarget : IFuzzTarget
{
    private const int MostEntries = 6, EndBytes = 1024, LinkAt = 157, LinkBytes = 100;
    private const string Types = "000000000000\0\051257gxLKS";

    public string Name => "pictures-tar";
    public string Extension => ".tar";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random)
    {
        byte[] tar = [.. Enumerable.Range(0, random.Between(0, MostEntries)).SelectMany(_ => Entry(random).ToBytes()),
            .. new byte[random.OneIn(10) ? 0 : EndBytes]];
        if (random.OneIn(8)) tar = ByteMutations.Mutate(random, tar, tar);
        if (random.OneIn(2)) return tar;
        byte[] compressed = Compressed(tar);
        return random.OneIn(8) ? ByteMutations.Mutate(random, compressed, tar) : compressed;
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        PictureInputs.RequireSamePictures("pictures.tar", input);
        return Acceptance.Accepted;
    }

    private static TarEntry Entry(CaseRandom random)
    {
        char type = Types[random.Between(0, Types.Length - 1)];
        byte[] contents = type is 'x' or 'g' ? TextMutations.Encode(PaxRecord(random))
            : type is 'L' or 'K' ? TextMutations.Encode($"{PictureInputs.PathOf(random)}\0")
            : type is >= '1' and <= '5' ? []
            : PictureInputs.Picture(random);
        byte[] target = type is '1' or '2' ? TextMutations.Encode(PictureInputs.PathOf(random)) : [];
        return new(PictureInputs.PathOf(random), type, contents)
        {
            Size = random.OneIn(12) ? TarEntry.Octal(Math.Max(0, ByteMutations.Number(random)) & ((1L << 33) - 1)) : null,
            Damage = header =>
            {
                target.AsSpan(0, Math.Min(target.Length, LinkBytes)).CopyTo(header.AsSpan(LinkAt));
                if (random.OneIn(10)) header[random.Between(0, header.Length - 1)] = (byte)random.Between(0, 255);
            },
        };
    }

    private static string PaxRecord(CaseRandom random) =>
        $"{random.Between(10, 34)} {(random.OneIn(3) ? "linkpath" : "path")}={PictureInputs.PathOf(random)}\n";

    private static byte[] Compressed(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return stream.ToArray();
    }
}
