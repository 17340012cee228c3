using System.IO.Compression;
using ImcEngine.Importer.Packing;

namespace ImcEngine.Tests.Importer.Packing;

public sealed class NpzFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("imc-npz").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Arrays_read_back_by_name_and_equal_arrays_make_equal_files()
    {
        var arrays = new Dictionary<string, NpyArray>
        {
            ["a.weight"] = NpyArray.Of((float[])[1, 2, 3], 3),
            ["b.codes"] = NpyArray.Of((sbyte[])[-1, 1], 1, 2),
            ["c"] = NpyArray.Of((Half[])[(Half)0.5f]),
        };
        string one = Path.Combine(_folder, "one.npz"), two = Path.Combine(_folder, "two.npz");
        NpzFile.Write(one, arrays);
        NpzFile.Write(two, arrays);

        var back = NpzFile.Read(one);
        Assert.Equal(["a.weight", "b.codes", "c"], back.Keys);
        Assert.Equal([1f, 2f, 3f], back["a.weight"].ToSingles());
        Assert.Equal([-1, 1], back["b.codes"].ToInts());
        Assert.Equal([0.5f], back["c"].ToSingles());
        Assert.Empty(back["c"].Shape);
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(two));
        Assert.Equal(["one.npz", "two.npz"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Stored_entries_are_read()
    {
        var stream = Archive(("x.npy", Npy(), CompressionLevel.NoCompression));
        Assert.Equal([5], NpzFile.Read(stream, "test")["x"].ToInts());
    }

    [Fact]
    public void An_entry_that_is_no_array_is_named()
    {
        var e = Assert.Throws<ImcException>(() => NpzFile.Read(Archive(("readme.txt", Npy(), CompressionLevel.Fastest)), "test"));
        Assert.Contains("readme.txt", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_that_is_there_twice_is_named()
    {
        var e = Assert.Throws<ImcException>(
            () => NpzFile.Read(Archive(("x.npy", Npy(), CompressionLevel.Fastest), ("x.npy", Npy(), CompressionLevel.Fastest)), "test"));
        Assert.Contains("'x' twice", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_and_every_overwritten_byte_is_read_or_an_error_of_the_importer()
    {
        byte[] whole = Archive(("x.npy", Npy(), CompressionLevel.Fastest)).ToArray();
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<ImcException>(() => NpzFile.Read(new MemoryStream(whole[..length]), "test"));
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0xFF;
            var e = Record.Exception(() => NpzFile.Read(new MemoryStream(damaged), "test"));
            Assert.True(e is null or ImcException, $"byte {at}: {e}");
        }
    }

    private static byte[] Npy()
    {
        var stream = new MemoryStream();
        NpyFile.Write(stream, NpyArray.Of((sbyte[])[5], 1));
        return stream.ToArray();
    }

    private static MemoryStream Archive(params (string Name, byte[] Content, CompressionLevel Level)[] entries)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content, level) in entries)
                using (var entry = archive.CreateEntry(name, level).Open()) entry.Write(content);
        stream.Position = 0;
        return stream;
    }
}
