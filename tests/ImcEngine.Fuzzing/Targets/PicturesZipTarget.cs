using System.Buffers.Binary;
using System.IO.Compression;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Zip archives of pictures, with wrong numbers in their records, or damaged as a file.</summary>
internal sealed class PicturesZipTarget : IFuzzTarget
{
    private const int MostEntries = 5;

    public string Name => "pictures-zip";
    public string Extension => ".zip";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random)
    {
        byte[] archive = Archive(random);
        return random.Between(0, 9) switch
        {
            0 or 1 => ByteMutations.Mutate(random, archive, archive),
            2 or 3 or 4 => NpzTarget.WithDamagedRecord(random, archive),
            5 => Wide(random, archive),
            _ => archive,
        };
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        PictureInputs.RequireSamePictures("pictures.zip", input);
        return Acceptance.Accepted;
    }

    private static byte[] Archive(CaseRandom random)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            for (int i = random.Between(0, MostEntries); i > 0; i--)
            {
                // A directory cannot hold a lone surrogate, and an entry has a name.
                string name = TextMutations.Decode(TextMutations.Encode(PictureInputs.PathOf(random)));
                using var content = archive.CreateEntry(name.Length > 0 ? name : "a", random.OneOf(CompressionLevel.NoCompression,
                    CompressionLevel.Fastest)).Open();
                content.Write(PictureInputs.Picture(random));
            }
        return stream.ToArray();
    }

    /// <summary>Gives the end of the directory in 64 bits, mostly as it is.</summary>
    private static byte[] Wide(CaseRandom random, byte[] archive)
    {
        const int EndBytes = 22, WideEndBytes = 56, LocatorBytes = 20;
        int at = archive.Length - EndBytes;
        byte[] end = archive[at..], wide = new byte[WideEndBytes], locator = new byte[LocatorBytes];
        "PK\u0006\u0006"u8.CopyTo(wide);
        Write(wide, 32, BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(10)));
        Write(wide, 40, BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(12)));
        Write(wide, 48, BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(16)));
        "PK\u0006\u0007"u8.CopyTo(locator);
        Write(locator, 8, at);
        end.AsSpan(8, 12).Fill(0xFF);
        return [.. archive[..at], .. wide, .. locator, .. end];

        void Write(byte[] record, int field, long number) =>
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(field), random.OneIn(8) ? ByteMutations.Number(random) : number);
    }
}
