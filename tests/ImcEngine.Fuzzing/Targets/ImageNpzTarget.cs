using System.IO.Compression;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.Arrays;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Archives of arrays as images with labels: damaged inside and packed again with right checksums,
/// or damaged as archives.</summary>
internal sealed class ImageNpzTarget : IFuzzTarget
{
    private static readonly string[] Names = ["x_test.npy", "y_test.npy", "x.npy", "y.npy", "images.npy", "labels.npy", "X.npy",
        "other.npy", "b"];

    public string Name => "image-npz";
    public string Extension => ".npz";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            for (int i = 0, entries = random.Between(1, 3); i < entries; i++)
            {
                string name = i < 2 && !random.OneIn(8) ? Names[i] : random.OneOf<string>(Names);
                using var content = archive.CreateEntry(name, random.OneOf(CompressionLevel.NoCompression, CompressionLevel.Fastest))
                    .Open();
                content.Write(i == 1 ? ImageNpyTarget.Labels(random) : ImageNpyTarget.Images(random));
            }
        byte[] bytes = stream.ToArray();
        return random.Between(0, 9) switch
        {
            0 or 1 => ByteMutations.Mutate(random, bytes, bytes),
            2 or 3 => NpzTarget.WithDamagedRecord(random, bytes),
            _ => bytes,
        };
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        string path = Path.Combine(Scratch.Folder, "a.npz");
        File.WriteAllBytes(path, input);
        Readable.Require(NpzImages.Read(path, Split.Test));
        return Acceptance.Accepted;
    }
}
