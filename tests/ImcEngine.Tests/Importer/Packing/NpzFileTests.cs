using System.IO.Compression;
using ImcEngine.Importer.Packing;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Importer.Packing;

public class NpzFileTests
{
    private static readonly byte[] Five = NpzWriter.Npy("|i1", [5], 1);

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Arrays_are_read_by_name(CompressionLevel level)
    {
        var stream = new NpzWriter().Add("a.weight", [1f, 2f, 3f], 3).Add("b.codes", [-1, 1], 1, 2).Add("c", [0.5f]).ToStream(level);
        var arrays = NpzFile.Read(stream, "test");
        Assert.Equal(["a.weight", "b.codes", "c"], arrays.Keys);
        Assert.Equal([1f, 2f, 3f], arrays["a.weight"].ToSingle());
        Assert.Equal([1, 2], arrays["b.codes"].Shape);
        Assert.Equal([-1, 1], arrays["b.codes"].ToInt16().Select(code => (int)code));
        Assert.Empty(arrays["c"].Shape);
    }

    [Fact]
    public void An_entry_that_is_no_array_is_named() => Fails("'readme.txt'", ("readme.txt", Five));

    [Fact]
    public void An_array_that_is_there_twice_is_named() => Fails("'x' twice", ("x.npy", Five), ("x.npy", Five));

    [Fact]
    public void A_damaged_array_is_named() => Fails("test: x", ("x.npy", Five[..^1]));

    [Fact]
    public void A_file_that_is_absent_is_named()
    {
        var e = Assert.Throws<ImcException>(() => NpzFile.Read("no/such.npz"));
        Assert.Contains("no/such.npz", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_and_every_overwritten_byte_is_read_or_an_error_for_the_user()
    {
        byte[] whole = NpzWriter.Archive([("x.npy", Five)], CompressionLevel.Fastest).ToArray();
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

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void A_changed_element_is_seen(CompressionLevel level)
    {
        byte[] archive = NpzWriter.Archive([("x.npy", NpzWriter.Npy("|i1", [1, 1, 1], 3))], level).ToArray();
        // The archive's word on the content, in its central header.
        archive[archive.AsSpan().IndexOf("PK\x1\x2"u8) + 16] ^= 1;
        Assert.Contains("'x', which is damaged", Assert.Throws<ImcException>(() =>
            NpzFile.Read(new MemoryStream(archive), "test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_with_control_characters_are_refused() => Fails("without control characters", ("a\0b.npy", Five));

    [Fact]
    public void An_encrypted_array_is_refused()
    {
        byte[] archive = NpzWriter.Archive([("x.npy", Five)], CompressionLevel.NoCompression).ToArray();
        // The general purpose flags of the local and of the central header.
        archive[6] |= 1;
        archive[archive.AsSpan().IndexOf("PK\x1\x2"u8) + 8] |= 1;
        Assert.Contains("encrypted", Assert.Throws<ImcException>(() =>
            NpzFile.Read(new MemoryStream(archive), "test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_of_more_elements_than_are_read_are_refused_before_they_are_unpacked()
    {
        byte[] header = NpzWriter.Npy("|i1", [], 1 << 14, (1 << 14) + 1);
        Fails("elements; at most 268435456 are read", ("x.npy", header));
        Fails("at most 268435455 are read", ("x.npy", NpzWriter.Npy("|i1", [1], 1)), ("y.npy", NpzWriter.Npy("|i1", [], 1 << 14, 1 << 14)));
    }

    [Fact]
    public void More_arrays_than_a_network_has_are_refused() =>
        Fails("10001 entries; at most 10000", [.. Enumerable.Range(0, NpzFile.MaxArrays + 1).Select(i => ($"{i}.npy", Five))]);

    [Fact]
    public void A_pipe_is_refused_without_being_opened()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TemporaryFolder();
        folder.MakePipe("a.npz");
        Assert.Contains("not a regular file", Assert.Throws<ImcException>(() =>
            NpzFile.Read(folder["a.npz"])).Message, StringComparison.Ordinal);
    }

    private static void Fails(string expected, params (string Name, byte[] Content)[] entries)
    {
        var e = Assert.Throws<ImcException>(() => NpzFile.Read(NpzWriter.Archive(entries, CompressionLevel.Fastest), "test"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }
}
