using System.Formats.Tar;
using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

public class TarArchiveTests
{
    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Names_and_data_of_every_format_are_read(TarEntryFormat format)
    {
        string longName = format == TarEntryFormat.V7 ? "long" : $"{new string('a', 90)}/{new string('b', 60)}";
        string unlimited = format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? $"é/{new string('c', 300)}" : "é";
        (string Name, byte[] Data)[] files = 
            [("short", [1, 2, 3]), (longName, new byte[512]), ("empty", []), (unlimited, [.. Enumerable.Repeat((byte)7, 1000)])];
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, format, leaveOpen: true))
        {
            foreach (var (name, data) in files) writer.WriteEntry(New(format, name, data));
            if (format != TarEntryFormat.V7) writer.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "short" });
        }
        archive.Position = 0;
        var tar = new TarArchive(archive, "a.tar", 1 << 20);
        foreach (var (name, data) in files)
        {
            var entry = tar.Next()!.Value;
            Assert.Equal((name, (long)data.Length, true), (entry.Name, entry.Bytes, entry.IsRegular));
            var read = new byte[data.Length];
            tar.ReadData(read);
            Assert.Equal(data, read);
        }
        if (format != TarEntryFormat.V7) Assert.Equal(("link", false), (tar.Next() is { } link ? (link.Name, link.IsRegular) : default));
        Assert.Null(tar.Next());
    }

    [Fact]
    public void Data_that_is_not_read_or_half_read_is_passed_over()
    {
        var tar = Open(TarBytes.Entry("a", new byte[1300]), TarBytes.Entry("b", new byte[700]), TarBytes.Entry("c", [5]), TarBytes.End);
        Assert.Equal("a", tar.Next()!.Value.Name);
        Assert.Equal("b", tar.Next()!.Value.Name);
        tar.ReadData(new byte[100]);
        Assert.Equal("c", tar.Next()!.Value.Name);
        Assert.Throws<ArgumentException>(() => tar.ReadData(new byte[2]));
        Assert.Null(tar.Next());
    }

    public static TheoryData<string, byte[]> Damaged => new()
    {
        { "negative", TarBytes.Entry("a", [], size: [0xFF, .. Enumerable.Repeat((byte)0xFF, 11)]) },
        { "beyond any disk", TarBytes.Entry("a", [], size: [0x80, .. Enumerable.Repeat((byte)0x7F, 11)]) },
        { "beyond any disk", TarBytes.Entry("a", [], size: [0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]) },
        { "unpacks to more than", TarBytes.Entry("a", [], size: [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) },
        { "unpacks to more than", TarBytes.Entry("a", [], size: TarBytes.Octal(1L << 32, 11)) },
        { "an octal number", TarBytes.Entry("a", [], size: [.. "12x4"u8]) },
        { "an octal number", TarBytes.Entry("a", [], size: [.. "-0000000001"u8]) },
        { "checksum", TarBytes.Entry("a", [], checksum: TarBytes.Octal(1, 6)) },
        { "a link, folder or device", TarBytes.Entry("a", [], '1', TarBytes.Octal(5, 11)) },
        { "sparse", TarBytes.Entry("a", [], 'S') },
        { "sparse", [.. TarBytes.Pax('x', ("GNU.sparse.major", "1")), .. TarBytes.Entry("a", [])] },
        { "states the size '-5'", [.. TarBytes.Pax('x', ("size", "-5")), .. TarBytes.Entry("a", [])] },
        { "states the size '99999999999999999999'", [.. TarBytes.Pax('x', ("size", "99999999999999999999")), .. TarBytes.Entry("a", [])] },
        { "unpacks to more than", [.. TarBytes.Pax('x', ("size", "9223372036854775807")), .. TarBytes.Entry("a", [])] },
        { "sets 'size' for all", [.. TarBytes.Pax('g', ("size", "5")), .. TarBytes.Entry("a", [])] },
        { "with a record of a wrong length", [.. TarBytes.Entry("pax", [.. "99 path=a\n"u8], 'x'), .. TarBytes.Entry("a", [])] },
        { "with a record of a wrong length", [.. TarBytes.Entry("pax", [.. "0 path=a\n"u8], 'x'), .. TarBytes.Entry("a", [])] },
        { "without a key", [.. TarBytes.Entry("pax", [.. "7 path\n"u8], 'x'), .. TarBytes.Entry("a", [])] },
        { "extended header of 70000 bytes", [.. TarBytes.Entry("pax", new byte[70000], 'x'), .. TarBytes.Entry("a", [])] },
        { "extended header of 70000 bytes", [.. TarBytes.Entry("name", new byte[70000], 'L'), .. TarBytes.Entry("a", [])] },
        { "ends after an extended header", TarBytes.Pax('x', ("path", "a")) },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_header_that_cannot_be_is_refused_with_what_it_says(string message, byte[] entry) => Refuses(message, entry, TarBytes.End);

    [Fact]
    public void An_archive_that_is_cut_anywhere_is_refused()
    {
        byte[] whole = [.. TarBytes.Pax('x', ("path", "a")), .. TarBytes.Entry("b", [1, 2, 3]), .. TarBytes.End[..512]];
        for (int length = 0; length < whole.Length; length++) Refuses("is cut short", whole[..length]);
    }

    [Fact]
    public void An_archive_without_end_is_read_up_to_the_limit()
    {
        var tar = new TarArchive(new Endless(TarBytes.Entry("a", new byte[5000])), "a.tar", 1 << 20);
        Assert.Contains("unpacks to more than 1048576 bytes", Assert.Throws<ImcException>(() =>
            ReadAll(tar)).Message, StringComparison.Ordinal);
        tar = new TarArchive(new Endless(new byte[512]), "a.tar", 1 << 20);
        Assert.Contains("unpacks to more than", Assert.Throws<ImcException>(() => ReadAll(tar)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_other_headers_say_is_passed_over()
    {
        var tar = Open(
            TarBytes.Pax('g', ("comment", "made by hand")), TarBytes.Entry("long", [.. "link"u8], 'K'),
            TarBytes.Pax('x', ("mtime", "1.5"), ("size", "3")),
            TarBytes.Entry("a", [1, 2, 3], size: TarBytes.Octal(0, 11)), TarBytes.End);
        Assert.Equal(new ArchiveEntry("a", '0', 3, "link"), tar.Next());
        Assert.Null(tar.Next());
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Links_say_what_they_lead_to(TarEntryFormat format)
    {
        // Pax and GNU have a record of its own for a target beyond the 100 bytes of the header.
        string target = format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? new string('t', 150) : "target";
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
            foreach (var type in (TarEntryType[])[TarEntryType.HardLink, TarEntryType.SymbolicLink])
            {
                var link = New(format, type, "a");
                link.LinkName = target;
                writer.WriteEntry(link);
            }
        var tar = Open(stream.ToArray());
        var (hard, symbolic) = (tar.Next()!.Value, tar.Next()!.Value);
        Assert.Equal((true, false, target), (hard.IsHardLink, hard.IsSymbolicLink, hard.Target));
        Assert.Equal((false, true, target), (symbolic.IsHardLink, symbolic.IsSymbolicLink, symbolic.Target));
    }

    private static void Refuses(string message, params byte[][] parts) =>
        Assert.Contains(message, Assert.Throws<ImcException>(() => ReadAll(Open(parts))).Message, StringComparison.Ordinal);

    private static void ReadAll(TarArchive tar)
    {
        while (tar.Next() is { } entry) tar.ReadData(new byte[entry.Bytes]);
    }

    private static TarArchive Open(params byte[][] parts) => new(new MemoryStream([.. parts.SelectMany(part => part)]), "a.tar", 1 << 20);

    private static TarEntry New(TarEntryFormat format, string name, byte[] data)
    {
        var entry = New(format, format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, name);
        entry.DataStream = new MemoryStream(data);
        return entry;
    }

    private static TarEntry New(TarEntryFormat format, TarEntryType type, string name) => format switch
    {
        TarEntryFormat.V7 => new V7TarEntry(type, name),
        TarEntryFormat.Ustar => new UstarTarEntry(type, name),
        TarEntryFormat.Pax => new PaxTarEntry(type, name),
        _ => new GnuTarEntry(type, name),
    };

    /// <summary>The same bytes over and over.</summary>
    private sealed class Endless(byte[] bytes) : MemoryStream
    {
        private int _at;

        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer)
        {
            for (int i = 0; i < buffer.Length; i++) buffer[i] = bytes[_at++ % bytes.Length];
            return buffer.Length;
        }
    }
}
