using System.Text;
using ImcEngine.Importer.Packing;

namespace ImcEngine.Tests.Importer.Packing;

public class NpyFileTests
{
    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 3 })]
    [InlineData(new[] { 2, 3 })]
    [InlineData(new[] { 2, 0, 3 })]
    [InlineData(new[] { 2, 1, 3, 2 })]
    public void An_array_reads_back_as_it_was_written(int[] shape)
    {
        int count = shape.Aggregate(1, (a, b) => a * b);
        var singles = Enumerable.Range(0, count).Select(i => i * 0.3f - 1).ToArray();
        var back = Written(NpyArray.Of(singles, shape));
        Assert.Equal(NpyType.Float32, back.Type);
        Assert.Equal(shape, back.Shape);
        Assert.Equal(singles, back.ToSingles());

        var codes = Enumerable.Range(0, count).Select(i => (sbyte)(i * 37 - 100)).ToArray();
        Assert.Equal(codes.Select(c => (int)c), Written(NpyArray.Of(codes, shape)).ToInts());
    }

    // Bytes by hand: float16 1.5 is 0x3E00, -2 is 0xC000; float64 -0.5 is 0xBFE0...; int64 -3 is 0xFF..FD.
    [Theory]
    [InlineData("<f2", new byte[] { 0x00, 0x3E, 0x00, 0xC0 }, new[] { 1.5f, -2f })]
    [InlineData("<f8", new byte[] { 0, 0, 0, 0, 0, 0, 0xE0, 0xBF }, new[] { -0.5f })]
    [InlineData("<i8", new byte[] { 0xFD, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, new[] { -3f })]
    [InlineData("<i4", new byte[] { 0x00, 0x01, 0x00, 0x00 }, new[] { 256f })]
    [InlineData("|i1", new byte[] { 0xFF, 0x7F }, new[] { -1f, 127f })]
    [InlineData("|u1", new byte[] { 0xFF, 0x7F }, new[] { 255f, 127f })]
    [InlineData("<i1", new byte[] { 0xFE }, new[] { -2f })]
    [InlineData("|b1", new byte[] { 1, 0 }, new[] { 1f, 0f })]
    public void Every_element_type_is_read(string description, byte[] elements, float[] expected)
    {
        var array = Parse(File(description, "False", $"({expected.Length},)", elements));
        Assert.Equal(expected, array.ToSingles());
    }

    [Fact]
    public void Version_2_has_a_header_length_of_four_bytes() =>
        Assert.Equal([7f], Parse(File("|i1", "False", "(1,)", [7], version: 2)).ToSingles());

    [Fact]
    public void The_elements_of_a_written_file_start_at_a_multiple_of_64_bytes()
    {
        var stream = new MemoryStream();
        NpyFile.Write(stream, NpyArray.Of((sbyte[])[1, 2, 3], 3));
        Assert.Equal(128 + 3, stream.Length);
        Assert.Equal((byte)'\n', stream.ToArray()[127]);
    }

    [Theory]
    [InlineData(">f4", "False", "(1,)", 4, "'>f4'")]
    [InlineData("<c8", "False", "(1,)", 8, "'<c8'")]
    [InlineData("<f4", "True", "(2, 2)", 16, "Fortran order")]
    [InlineData("<f4", "Maybe", "(1,)", 4, "fortran_order")]
    [InlineData("<f4", "False", "(1,), 'shape': (1,)", 4, "shape")]
    [InlineData("<f4", "False", "(-1,)", 4, "(-1,)")]
    [InlineData("<f4", "False", "(x,)", 4, "(x,)")]
    [InlineData("<f4", "False", "(99999999999,)", 4, "99999999999")]
    [InlineData("<f4", "False", "(2147483647, 2147483647, 2147483647)", 4, "more than")]
    [InlineData("<f4", "False", "(200000000,)", 4, "cut off")]
    [InlineData("<f4", "False", "(1,)", 3, "cut off")]
    [InlineData("<f4", "False", "(1,)", 5, "goes on")]
    public void A_bad_header_or_length_is_named(string description, string order, string shape, int elementBytes, string expected)
    {
        var e = Assert.Throws<ImcException>(() => Parse(File(description, order, shape, new byte[elementBytes])));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_an_error_of_the_importer()
    {
        byte[] whole = File("<f4", "False", "(2,)", new byte[8]);
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<ImcException>(() => Parse(whole[..length]));
    }

    [Fact]
    public void Floats_are_no_codes() => Assert.Throws<ImcException>(() => NpyArray.Of((float[])[1f], 1).ToInts());

    private static NpyArray Written(NpyArray array)
    {
        var stream = new MemoryStream();
        NpyFile.Write(stream, array);
        stream.Position = 0;
        return NpyFile.Read(stream, "test");
    }

    private static NpyArray Parse(byte[] file) => NpyFile.Read(new MemoryStream(file), "test");

    private static byte[] File(string description, string order, string shape, byte[] elements, byte version = 1)
    {
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{description}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        byte[] length = version == 1 ? [(byte)header.Length, 0] : [(byte)header.Length, 0, 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. elements];
    }
}
