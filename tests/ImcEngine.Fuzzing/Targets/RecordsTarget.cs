using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>CIFAR-10's records in one file. If it is accepted, every record is an image with the label of a class.</summary>
internal sealed class RecordsTarget : IFuzzTarget
{
    private const int MostRecords = 3;

    public string Name => "bin";
    public string Extension => ".bin";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random)
    {
        byte[] records = Records(random);
        return random.OneIn(4) ? ByteMutations.Mutate(random, records, Records(random)) : records;
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        string path = Path.Combine(Scratch.Folder, "images.bin");
        File.WriteAllBytes(path, input);
        var images = CifarFormat.Read(path);
        BrokenPropertyException.Require(images.Count * CifarFormat.RecordBytes == input.Length,
            "an image set has other images than its file", () => $"{images.Count} of {input.Length} bytes");
        RequireImages(images);
        return Acceptance.Accepted;
    }

    /// <summary>Makes mostly valid records; one pixel of each is drawn, the others are equal.</summary>
    public static byte[] Records(CaseRandom random)
    {
        byte[] records = new byte[random.Between(0, MostRecords) * CifarFormat.RecordBytes];
        for (int at = 0; at < records.Length; at += CifarFormat.RecordBytes)
        {
            records.AsSpan(at, CifarFormat.RecordBytes).Fill((byte)random.Between(0, 255));
            records[at] = (byte)(random.OneIn(12) ? random.Between(0, 255) : random.Between(0, 9));
            records[at + random.Between(1, CifarFormat.ImageBytes)] = (byte)random.Between(0, 255);
        }
        return records;
    }

    public static void RequireImages(ImageSet images)
    {
        for (int i = 0; i < images.Count; i++)
            BrokenPropertyException.Require(images.Label(i) >= 0 && images.Label(i) < images.ClassNames.Length
                && images.Image(i).Length == CifarFormat.ImageBytes, "an image has no class", () => $"image {i}");
    }
}
