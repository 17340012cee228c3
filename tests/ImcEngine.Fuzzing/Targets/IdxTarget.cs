using System.Buffers.Binary;
using System.IO.Compression;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.Arrays;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>IDX files, plain and compressed, as images and as the labels of two images.
/// Every image of an accepted file can be read.</summary>
internal sealed class IdxTarget : IFuzzTarget
{
    private static readonly byte[] TwoImages = Idx([2, 1, 1], [1, 2]);

    public string Name => "idx";
    public string Extension => ".idx";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random)
    {
        int[] sizes = random.OneIn(3) ? [2] : [.. Enumerable.Range(0, random.Between(1, 4)).Select(_ => random.OneOf(1, 2, 3, 3, 4, 5))];
        byte[] elements =
            [.. Enumerable.Range(0, sizes.Aggregate(1, (product, size) => product * size)).Select(_ => (byte)random.Between(0, 9))];
        byte[] file = Idx(sizes, elements);
        if (random.OneIn(5))
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * random.Between(1, sizes.Length)), (int)ByteMutations.Number(random));
        if (random.OneIn(4)) file = ByteMutations.Mutate(random, file, file);
        if (!random.OneIn(3)) return file;
        byte[] packed = ArchiveTarget.Compressed(file, CompressionLevel.Fastest);
        return random.OneIn(4) ? ByteMutations.Mutate(random, packed, file) : packed;
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        string images = Path.Combine(Scratch.Folder, "a-images-idx3-ubyte"), labels = Path.Combine(Scratch.Folder, "a-labels-idx1-ubyte");
        File.Delete(labels);
        File.WriteAllBytes(images, input);
        if (Readable.Refusal(() => IdxImages.Read(images, Split.Test)) is null) return Acceptance.Accepted;
        File.WriteAllBytes(images, TwoImages);
        File.WriteAllBytes(labels, input);
        return Readable.Refusal(() => IdxImages.Read(images, Split.Test)) is { } refusal ? throw refusal : Acceptance.Accepted;
    }

    private static byte[] Idx(int[] sizes, byte[] elements)
    {
        byte[] bytes = [0, 0, 8, (byte)sizes.Length, .. new byte[4 * sizes.Length], .. elements];
        for (int axis = 0; axis < sizes.Length; axis++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * axis), sizes[axis]);
        return bytes;
    }
}
