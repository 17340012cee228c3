using System.Buffers.Binary;
using System.Text;
using ImcEngine.Data;

namespace ImcEngine.Images.Tests.Sources;

/// <summary>Zip archives byte by byte, so that they can say what no library writes.</summary>
public sealed class ZipPicturesTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sizes_of_32_and_of_64_bits_are_read(bool wide)
    {
        var opened = _folder.Open(_folder.Bytes("a.zip", Zip(new Parts { Wide = wide }, "b/1.ppm", "a/2.ppm")));
        Assert.Equal(["a/2.ppm", "b/1.ppm"], SourceFolder.NamesOf(opened));
        Assert.Equal(SourceFolder.Picture(1), opened.Pictures.Pictures.Read(0));
        Assert.Equal(SourceFolder.Picture(0), opened.Pictures.Pictures.Read(1));
    }

    [Fact]
    public void A_note_may_follow_and_look_like_an_archives_end()
    {
        byte[] note = [.. "PK\u0005\u0006"u8, .. new byte[30]];
        // The note's own length is beyond the file, so that it is no end.
        note[20] = 200;
        Assert.Equal(["a.png"], SourceFolder.NamesOf(_folder.Open(_folder.Bytes("a.zip", Zip(new Parts { Note = note }, "a.png")))));
    }

    [Theory]
    [InlineData("a\\b.png", 0, "a/b.png")]
    [InlineData("a\\b.png", 3, "a\\b.png")]
    public void Archives_of_old_Windows_programs_separate_folders_by_backslashes(string name, byte host, string expected) =>
        Assert.Equal([expected], SourceFolder.NamesOf(_folder.Open(_folder.Bytes("a.zip", Zip(new Parts { Host = host }, name)))));

    [Fact]
    public void Names_that_are_not_UTF8_are_in_code_page_437() => Assert.Equal(["é.png"], SourceFolder.NamesOf(_folder.Open(
        _folder.Bytes("a.zip", Zip(new Parts { Encode = name => [.. Encoding.Latin1.GetBytes(name).Select(each => each == 0xE9
            ? (byte)0x82 : each)] }, "é.png")))));

    [Theory]
    [InlineData("encrypted", 1, 0, 0u)]
    [InlineData("compressed by method 12", 0, 12, 0u)]
    [InlineData("as a link or device", 0, 0, 0xA1FFu)]
    public void What_cannot_be_read_is_refused_at_once_if_it_is_a_picture(string message, byte flags, byte method, uint mode)
    {
        var parts = new Parts { Flags = flags, Method = method, Mode = mode };
        Assert.Contains(message, _folder.Refusal(_folder.Bytes("a.zip", Zip(parts, "a.png"))), StringComparison.Ordinal);
        Assert.Contains("holds no pictures", _folder.Refusal(_folder.Bytes("b.zip", Zip(parts, "a.txt"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_that_are_not_named_as_pictures_are_named_as_left_out() => Assert.Contains(
        "2 symbolic link(s) of", _folder.Refusal(_folder.Bytes("a.zip", Zip(new Parts { Mode = 0xA1FF }, "a", "b"))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("its checksum is not the archive's", 0, 14, 14, 1u)]
    [InlineData("cannot be made", 0, 1 << 20, 14, 0u)]
    [InlineData("cannot be made", 8, 1 << 20, 14, 0u)]
    [InlineData("a picture has at most", 8, 1 << 29, 1 << 20, 0u)]
    [InlineData("cannot be unpacked", 8, 14, 14, 0u)]
    [InlineData("does not have", 0, 5000, 5000, 0u)]
    public void What_a_directory_states_wrongly_is_refused_when_it_is_read(string message, byte method, int bytes, int packed,
        uint crcChange)
    {
        var parts = new Parts { Method = method, Bytes = bytes, PackedBytes = packed, CrcChange = crcChange };
        var pictures = _folder.Open(_folder.Bytes("a.zip", Zip(parts, "a.png"))).Pictures.Pictures;
        Assert.Contains(message, Assert.Throws<ImcException>(() => pictures.Read(0)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("states 3 entries and lists 1", 8, 3u)]
    [InlineData("states 3 entries and lists 1", 10, 3u)]
    [InlineData("states a part that it does not have", 12, 1u << 20)]
    [InlineData("a directory that is cut short", 16, 0u)]
    [InlineData("over several files", 4, 1u)]
    public void An_end_that_is_wrong_is_refused(string message, int field, uint number)
    {
        byte[] zip = Zip(new(), "a.png");
        // The number of entries is stated for this file and for all; only the latter counts.
        if (field == 8) field = 10;
        var at = zip.AsSpan(zip.Length - 22 + field);
        if (field < 12) BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)number);
        else BinaryPrimitives.WriteUInt32LittleEndian(at, number);
        Assert.Contains(message, _folder.Refusal(_folder.Bytes("a.zip", zip)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_archive_is_refused() =>
        Assert.Contains("has no directory", _folder.Refusal(_folder.Bytes("a.zip", new byte[100])), StringComparison.Ordinal);

    private static byte[] Zip(Parts parts, params string[] names)
    {
        var zip = new MemoryStream();
        var directory = new MemoryStream();
        using var to = new BinaryWriter(zip);
        using var list = new BinaryWriter(directory);
        for (int i = 0; i < names.Length; i++)
        {
            byte[] data = SourceFolder.Picture(i), name = parts.Encode(names[i]);
            uint offset = (uint)zip.Position, wide = uint.MaxValue;
            long bytes = parts.Bytes ?? data.Length, packed = parts.PackedBytes ?? data.Length;
            to.Write("PK\u0003\u0004"u8);
            to.Write(new byte[22]);
            to.Write((ushort)name.Length);
            to.Write((ushort)0);
            to.Write([.. name, .. data]);

            list.Write("PK\u0001\u0002"u8);
            list.Write([20, parts.Host, 20, 0, parts.Flags, 0, parts.Method, 0, 0, 0, 0, 0]);
            list.Write(Crc32Of(data) ^ parts.CrcChange);
            list.Write(parts.Wide ? wide : (uint)packed);
            list.Write(parts.Wide ? wide : (uint)bytes);
            list.Write((ushort)name.Length);
            list.Write((ushort)(parts.Wide ? 33 : 0));
            list.Write(new byte[6]);
            list.Write(parts.Mode << 16);
            list.Write(parts.Wide ? wide : offset);
            list.Write(name);
            if (!parts.Wide) continue;
            // Another extra field comes first.
            list.Write([9, 9, 1, 0, 77, 1, 0, 24, 0]);
            foreach (long number in new[] { bytes, packed, offset }) list.Write(number);
        }
        long start = zip.Position;
        to.Write(directory.ToArray());
        if (parts.Wide)
        {
            long end = zip.Position;
            to.Write("PK\u0006\u0006"u8);
            to.Write(new byte[28]);
            foreach (long number in new[] { names.Length, directory.Length, start }) to.Write(number);
            to.Write("PK\u0006\u0007"u8);
            to.Write(0);
            to.Write(end);
            to.Write(1);
        }
        to.Write("PK\u0005\u0006"u8);
        to.Write(0);
        to.Write((ushort)names.Length);
        to.Write((ushort)(parts.Wide ? ushort.MaxValue : names.Length));
        to.Write(parts.Wide ? uint.MaxValue : (uint)directory.Length);
        to.Write(parts.Wide ? uint.MaxValue : (uint)start);
        to.Write((ushort)parts.Note.Length);
        to.Write(parts.Note);
        return zip.ToArray();
    }

    private static uint Crc32Of(byte[] data)
    {
        using var content = new Crc32Stream(new MemoryStream(data));
        content.ReadExactly(new byte[data.Length]);
        return content.Crc32;
    }

    /// <summary>What the directory states of every entry.</summary>
    private sealed record Parts
    {
        public bool Wide { get; init; }
        public byte Host { get; init; } = 3;
        public byte Flags { get; init; }
        public byte Method { get; init; }
        public uint Mode { get; init; }
        public uint CrcChange { get; init; }
        public long? Bytes { get; init; }
        public long? PackedBytes { get; init; }
        public byte[] Note { get; init; } = [];
        public Func<string, byte[]> Encode { get; init; } = Encoding.UTF8.GetBytes;
    }
}
