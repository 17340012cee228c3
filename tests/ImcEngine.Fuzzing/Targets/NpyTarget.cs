using System.Buffers.Binary;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Arrays of NumPy. If one is accepted, it has as many elements as its shape says.</summary>
internal sealed class NpyTarget : IFuzzTarget
{
    private static readonly string[] Types = ["<f2", "<f4", "<f8", "|i1", "<i2", "<i4", "<i8", "|u1", "|b1", ">f4", "<u2", "<u4", "<u8",
        "<c8", "|O",
        "|S5", "=f4", "f4", "", "[('a', '<f4')]"];

    public string Name => "npy";
    public string Extension => ".npy";

    /// <summary>The shape decides the number of elements, and no input here has many.</summary>
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random) => Array(random);

    public Acceptance Run(byte[] input, bool thorough)
    {
        RequireElements(NpyFile.Read(new MemoryStream(input), "array"));
        return Acceptance.Accepted;
    }

    /// <summary>Makes an array, mostly valid, else with damage to its header, its elements or any byte.</summary>
    public static byte[] Array(CaseRandom random)
    {
        string type = random.OneIn(3) ? random.OneOf<string>(Types) : random.OneOf("<f4", "|i1", "<i2");
        int[] shape = [.. Enumerable.Range(0, random.Between(0, 4)).Select(_ => random.Between(0, 5))];
        int elements = shape.Aggregate(1, (product, size) => product * size),
            bytes = elements * Math.Max(1, type.Length == 3 ? type[2] - '0' : 1);
        if (random.OneIn(8)) bytes += random.Between(-9, 9);
        byte[] array = Pack(random, Header(random, type, shape),
            [.. Enumerable.Range(0, Math.Max(0, bytes)).Select(_ => (byte)random.Between(0, 255))]);
        return random.OneIn(3) ? ByteMutations.Mutate(random, array, array) : array;
    }

    public static void RequireElements(NpyFile array)
    {
        long elements = array.Shape.Aggregate(1L, (product, size) => product * size);
        BrokenPropertyException.Require(array.Count == elements && array.ToSingle().Length == elements
            && array.ToDouble().Length == elements, "an array has other elements than its shape", () => $"{array.Count}");
        try
        {
            array.ToInt16();
        }
        catch (ImcException)
        {
            // The elements are not small integers.
        }
    }

    /// <summary>Makes an array of version 1.</summary>
    public static byte[] Pack(string header, byte[] elements) =>
        [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. TextMutations.Encode(header), .. elements];

    private static string Header(CaseRandom random, string type, int[] shape)
    {
        string sizes = random.OneIn(6) ? TextMutations.Number(random, oddToo: true)
            : $"{string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")}";
        string header = $"{{'descr': '{type}', 'fortran_order': {(random.OneIn(10) ? "True" : "False")}, 'shape': ({sizes}), }}";
        if (random.OneIn(10)) header += TextMutations.Text(random);
        if (random.OneIn(20)) header += header;
        return header.PadRight(random.OneOf(0, 63, 117)) + "\n";
    }

    private static byte[] Pack(CaseRandom random, string text, byte[] elements)
    {
        byte[] header = TextMutations.Encode(text);
        byte major = (byte)(random.OneIn(6) ? random.Between(0, 4) : 1);
        byte[] length = new byte[major == 1 ? 2 : 4];
        if (length.Length == 2) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        else BinaryPrimitives.WriteInt32LittleEndian(length, random.OneIn(6) ? (int)ByteMutations.Number(random) : header.Length);
        return [0x93, .. "NUMPY"u8, major, 0, .. length, .. header, .. elements];
    }
}
