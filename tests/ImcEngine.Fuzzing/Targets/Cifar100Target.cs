using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.Arrays;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>CIFAR-100's records in a file or in a compressed archive with class names.
/// Every image of an accepted set can be read.</summary>
internal sealed class Cifar100Target : IFuzzTarget
{
    private const int MostRecords = 2;

    private static readonly byte[] GzipBegin = [0x1F, 0x8B];

    public string Name => "cifar100";
    public string Extension => ".bin";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random)
    {
        if (random.OneIn(2)) return random.OneIn(4) ? ByteMutations.Mutate(random, Records(random), Records(random)) : Records(random);
        byte[] names = [.. string.Join('\n', random.OneIn(4) ? ["a"] : Cifar100Names.Fine).Select(letter => (byte)letter)];
        byte[] tar = [.. new TarEntry("x/fine_label_names.txt", '0', names).ToBytes(),
            .. new TarEntry("x/test.bin", '0', Records(random)).ToBytes(),
            .. random.OneIn(4) ? new TarEntry("test.bin", random.OneOf('0', '5', '2'), []).ToBytes() : [], .. new byte[1024]];
        if (random.OneIn(4)) tar = ByteMutations.Mutate(random, tar, tar);
        byte[] packed = ArchiveTarget.Compressed(tar, System.IO.Compression.CompressionLevel.Fastest);
        return random.OneIn(6) ? ByteMutations.Mutate(random, packed, tar) : packed;
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        string path = Path.Combine(Scratch.Folder, input.AsSpan().StartsWith(GzipBegin) ? "a.tar.gz" : "test.bin");
        File.WriteAllBytes(path, input);
        Readable.Require(Cifar100Format.Read(path, Split.Test, isCoarse: input.Length % 2 == 1));
        return Acceptance.Accepted;
    }

    private static byte[] Records(CaseRandom random)
    {
        byte[] records = new byte[random.Between(0, MostRecords) * Cifar100Format.RecordBytes];
        for (int at = 0; at < records.Length; at += Cifar100Format.RecordBytes)
            (records[at], records[at + 1]) = ((byte)random.Between(0, 20), (byte)random.Between(0, 101));
        return records;
    }
}
