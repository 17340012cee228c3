using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.Arrays;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Arrays of NumPy as images and as the labels of two images. Every image of an accepted array can be read.</summary>
internal sealed class ImageNpyTarget : IFuzzTarget
{
    private static readonly byte[] TwoImages = NpyTarget.Pack("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 1), }\n", [1, 2]);

    public string Name => "image-npy";
    public string Extension => ".npy";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random) => random.OneIn(3) ? Labels(random) : Images(random);

    public Acceptance Run(byte[] input, bool thorough)
    {
        string images = Path.Combine(Scratch.Folder, "a.npy"), labels = Path.Combine(Scratch.Folder, "labels.npy");
        File.Delete(labels);
        File.WriteAllBytes(images, input);
        ArrayLayout? layout = input.Length % 2 == 0 ? null : ArrayLayout.Nhwc;
        if (Readable.Refusal(() => NpyImages.Read(images, layout)) is null) return Acceptance.Accepted;
        File.WriteAllBytes(images, TwoImages);
        File.WriteAllBytes(labels, input);
        return Readable.Refusal(() => NpyImages.Read(images, layout)) is { } refusal ? throw refusal : Acceptance.Accepted;
    }

    /// <summary>Makes an array of two images, mostly valid, or any array.</summary>
    public static byte[] Images(CaseRandom random) => Array(random, random.OneOf("|u1", "|u1", "<f4", "<f2", "<f8"),
        random.OneOf("2, 2, 3", "2, 3, 2, 2", "2, 2, 2, 3", "2, 1, 2, 5", "3, 3, 1, 3"));

    /// <summary>Makes an array of two labels, mostly valid, or any array.</summary>
    public static byte[] Labels(CaseRandom random) => Array(random, random.OneOf("<i8", "|u1", "<i2"), random.OneOf("2,", "2, 1"));

    private static byte[] Array(CaseRandom random, string type, string shape)
    {
        if (random.OneIn(6)) return NpyTarget.Array(random);
        int elements = shape.Split(',', StringSplitOptions.RemoveEmptyEntries).Aggregate(1, (product, size) => product * int.Parse(size)),
            elementBytes = type[2] - '0';
        // Small integers, and floats that are finite.
        byte[] bytes = [.. Enumerable.Range(0, elements * elementBytes)
            .Select(i => (byte)(type[1] == 'i' && i % elementBytes > 0 ? 0 : random.Between(0, 99)))];
        if (random.OneIn(8)) shape = shape.Replace("2", TextMutations.Number(random, oddToo: true), StringComparison.Ordinal);
        byte[] array = NpyTarget.Pack($"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}\n", bytes);
        return random.OneIn(6) ? ByteMutations.Mutate(random, array, array) : array;
    }
}
