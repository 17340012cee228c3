using System.Runtime.InteropServices;
using System.Text;
using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

public class NpyFileTests
{
    private const string Header = "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_version_is_read(byte version)
    {
        var file = Read(Bytes(Header, [1, 2, 3, 0xFF, 0x80, 0x7F], version));
        Assert.Equal([2, 3], file.Shape);
        Assert.False(file.IsFloat);
        Assert.Equal([1, 2, 3, -1, -128, 127], file.ToInt16());
    }

    [Fact]
    public void Every_element_type_is_read_little_endian()
    {
        Assert.Equal([1, 0], Read(Typed<byte>("|b1", [1, 0])).ToInt16());
        Assert.Equal([200, 255], Read(Typed<byte>("|u1", [200, 255])).ToInt16());
        Assert.Equal([-300, 300], Read(Typed<short>("<i2", [-300, 300])).ToInt16());
        Assert.Equal([-70000, 70000], Read(Typed<int>("<i4", [-70000, 70000])).ToDouble());
        Assert.Equal([-5, 1L << 40], Read(Typed<long>("<i8", [-5, 1L << 40])).ToDouble());
        Assert.Equal([5, 65535], Read(Typed<ushort>("<u2", [5, 65535])).ToInt32());
        Assert.Equal([7, uint.MaxValue], Read(Typed<uint>("<u4", [7, uint.MaxValue])).ToDouble());
        Assert.Equal([9, 1L << 40], Read(Typed<ulong>("<u8", [9, 1UL << 40])).ToDouble());
        Assert.Equal([-0.5f, 1.25f], Read(Typed<Half>("<f2", [(Half)(-0.5), (Half)1.25])).ToSingle());
        Assert.Equal([0.1f, -2f], Read(Typed<float>("<f4", [0.1f, -2])).ToSingle());
        Assert.Equal([0.1, -2], Read(Typed<double>("<f8", [0.1, -2])).ToDouble());
        Assert.True(Read(Typed<float>("<f4", [0, 0])).IsFloat);
    }

    [Theory]
    [InlineData("()", 1, new int[0])]
    [InlineData("(3,)", 3, new[] { 3 })]
    [InlineData("(0, 4)", 0, new[] { 0, 4 })]
    public void Scalars_vectors_and_empty_arrays_have_their_shapes(string shape, int count, int[] sizes)
    {
        var file = Read(Bytes($"{{'descr': '|i1', 'fortran_order': False, 'shape': {shape}, }}", new byte[count]));
        Assert.Equal(sizes, file.Shape);
        Assert.Equal(count, file.Count);
    }

    [Theory]
    [InlineData("'|i1'", "'<c8'", "type 'c8'")]
    [InlineData("'|i1'", "'>i2'", "type '>i2'")]
    [InlineData("'|i1'", "[('a', '|i1')]", "without descr")]
    [InlineData("'|i1'", "''", "type ''")]
    [InlineData("False", "True", "Fortran order")]
    [InlineData("False", "0", "without descr")]
    [InlineData("(2, 3)", "(2, -3)", "shape (2, -3)")]
    [InlineData("(2, 3)", "(2, 3e0)", "shape (2, 3e0)")]
    [InlineData("(2, 3)", "(2147483648,)", "shape (2147483648,)")]
    [InlineData("(2, 3)", "(2147483647, 2147483647, 2147483647)", "at most 2 GiB")]
    [InlineData("(2, 3)", "(0, 2147483647, 2147483647, 2)", "at most 2 GiB")]
    [InlineData("(2, 3)", "(2, , 3)", "shape (2, , 3)")]
    [InlineData("(2, 3)", "(,)", "shape (,)")]
    [InlineData("'|i1'", "'|O'", "type '|O'")]
    [InlineData("'shape'", "'form'", "without descr")]
    [InlineData("'descr'", "'shape': (1,), 'descr'", "without descr")]
    [InlineData("(2, 3)", "(2, 4)", "ends after 6 of 8")]
    [InlineData("(2, 3)", "(2000000000,)", "ends after 6 of 2000000000")]
    [InlineData("(2, 3)", "(5,)", "has more bytes after its 5")]
    public void A_header_that_does_not_fit_is_refused_with_what_was_found(string field, string damaged, string message)
    {
        Assert.Contains(field, Header, StringComparison.Ordinal);
        AssertRefused(Bytes(Header.Replace(field, damaged, StringComparison.Ordinal), new byte[6]), message);
    }

    [Fact]
    public void A_file_that_is_cut_anywhere_is_refused()
    {
        byte[] whole = Bytes(Header, new byte[6]);
        for (int length = 0; length < whole.Length; length++) AssertRefused(whole[..length], "array.npy");
    }

    [Fact]
    public void Other_files_versions_and_header_lengths_are_refused()
    {
        AssertRefused([.. "PK\x3\x4 an archive, not an array"u8], "is not a .npy file");
        AssertRefused(Bytes(Header, new byte[6], version: 4), "version 4");
        byte[] huge = Bytes(Header, new byte[6], version: 2);
        (huge[8], huge[9], huge[10], huge[11]) = (0xFF, 0xFF, 0xFF, 0xFF);
        AssertRefused(huge, "header of 4294967295 bytes");
        byte[] longer = Bytes(Header, new byte[6], version: 2);
        longer[9] = 0x11;
        AssertRefused(longer, "at most 4096");
        string axes = $"({string.Concat(Enumerable.Repeat("1, ", 65))})";
        AssertRefused(Bytes(Header.Replace("(2, 3)", axes, StringComparison.Ordinal), new byte[6]), "65 axes; at most 64");
    }

    [Fact]
    public void A_header_that_announces_what_is_not_there_allocates_next_to_nothing()
    {
        byte[] liar = Bytes(Header.Replace("(2, 3)", "(2000000000,)", StringComparison.Ordinal), new byte[6]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(liar, "ends after 6 of 2000000000");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void A_pipe_is_refused_without_being_opened()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TemporaryFolder();
        folder.MakePipe("array.npy");
        Assert.Contains("not a regular file", Assert.Throws<ImcException>(() =>
            NpyFile.Read(folder["array.npy"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, "0.5 at flat index 1")]
    [InlineData(40000, "40000 at flat index 1")]
    [InlineData(double.NaN, "NaN at flat index 1")]
    public void What_is_no_short_integer_is_refused_where_integers_are_wanted(double element, string message)
    {
        var file = Read(Typed<double>("<f8", [1, element]));
        Assert.Contains(message, Assert.Throws<ImcException>(file.ToInt16).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_file_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder["absent.npy"], Assert.Throws<ImcException>(() => NpyFile.Read(folder["absent.npy"])).Message,
            StringComparison.Ordinal);
    }

    private static void AssertRefused(byte[] bytes, string message) =>
        Assert.Contains(message, Assert.Throws<ImcException>(() => Read(bytes)).Message, StringComparison.Ordinal);

    private static NpyFile Read(byte[] bytes) => NpyFile.Read(new MemoryStream(bytes), "array.npy");

    private static byte[] Typed<T>(string type, T[] two) where T : unmanaged =>
        Bytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': (2,), }}", MemoryMarshal.AsBytes(two.AsSpan()).ToArray());

    private static byte[] Bytes(string header, byte[] elements, byte version = 1)
    {
        byte[] text = Encoding.ASCII.GetBytes(header + "\n");
        byte[] length = version == 1 ? [(byte)text.Length, 0] : [(byte)text.Length, 0, 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. elements];
    }
}
