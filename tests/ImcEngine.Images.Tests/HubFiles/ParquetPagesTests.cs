using System.Buffers;
using ImcEngine.Data;
using ImcEngine.Images.HubFiles;
using ImcEngine.Images.Sources;
using static ImcEngine.Images.Tests.HubFiles.HandMadeParquet;

namespace ImcEngine.Images.Tests.HubFiles;

/// <summary>Pages and metadata written by hand: what other writers may write, and what none would.</summary>
public sealed class ParquetPagesTests : IDisposable
{
    private readonly ParquetFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Plain_pages_are_read()
    {
        var read = Read(new());
        Assert.Equal([2, 0, 1], read.Labels!);
        Assert.Equal([2, 2], read.Pictures.Read(1));
    }

    [Fact]
    public void Several_pages_with_one_dictionary_and_plain_ones_after_it_are_read()
    {
        byte[] dictionary = [.. BitConverter.GetBytes(30L), .. BitConverter.GetBytes(10L), .. BitConverter.GetBytes(20L)];
        byte[] pictures = [.. BitConverter.GetBytes(1), 9, .. BitConverter.GetBytes(2), 8, 8];
        var read = Read(new()
        {
            Rows = 9,
            LabelValues = 9,
            LabelPages = [.. Dictionary(3, dictionary), .. Page(3, Indices(1, 0, 1, 2), encoding: 8),
                .. Page(3, Indices(1, 2, 2, 0), encoding: 8),
                .. Page(3, Plain(5, 6, 7))],
            ImagePages = [.. Dictionary(2, pictures), .. Page(3, Indices(2, 1, 0, 1), encoding: 2), .. Page(3, Plain([1], [2], [3, 4])),
                .. Page(3, Plain([5], [6], [7, 8]))],
        });
        Assert.Equal([30, 10, 20, 20, 20, 30, 5, 6, 7], read.Labels!);
        Assert.Equal([8, 8, 9, 8, 8, 1, 2, 3, 4, 5, 6, 7, 8], Enumerable.Range(0, 9).SelectMany(read.Pictures.Read));
    }

    [Fact]
    public void Labels_that_cannot_be_null_and_of_32_bits_are_read()
    {
        Assert.Equal([2, 0, 1], Read(new() { LabelRepetition = 0, LabelPages = Page(3, Plain(2, 0, 1)[6..]) }).Labels!);
        Assert.Equal([7, 3, 5],
            Read(new() { LabelType = 1, LabelPages = Page(3, [.. Levels(1), 7, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0]) }).Labels!);
    }

    /// <summary>The library reads into pooled arrays, which others have used before.</summary>
    [Fact]
    public void Labels_that_cannot_be_null_are_read_whatever_pooled_memory_holds()
    {
        FillPool(-1);
        FillPool(-1L);
        Assert.Equal([2, 0, 1], Read(new() { LabelRepetition = 0, LabelPages = Page(3, Plain(2, 0, 1)[6..]) }).Labels!);
    }

    private static void FillPool<T>(T value)
    {
        const int Arrays = 8, Longest = 1 << 12;
        for (int length = 16; length <= Longest; length *= 2)
        {
            T[][] rented = [.. Enumerable.Range(0, Arrays).Select(_ => ArrayPool<T>.Shared.Rent(length))];
            foreach (var array in rented)
            {
                Array.Fill(array, value);
                ArrayPool<T>.Shared.Return(array);
            }
        }
    }

    [Fact]
    public void Pages_of_version_2_are_read()
    {
        byte[] levels = Levels(1)[4..], labels = Plain(2, 0, 1)[6..];
        Assert.Equal([2, 0, 1],
            Read(new() { LabelPages = Page2(3, levels, labels, levels.Length + labels.Length, isCompressed: true) }).Labels!);
        // Snappy: the length, then one literal of 24 bytes. The pictures are compressed by none.
        byte[] snappy = [24, 23 << 2, .. labels];
        byte[] image = Plain([1], [2, 2], [3]);
        var read = Read(new()
        {
            Codec = 1,
            LabelPages = Page2(3, levels, snappy, levels.Length + labels.Length, isCompressed: true),
            ImagePages = Page2(3, image[4..6], image[6..], image.Length - 4, isCompressed: false),
        });
        Assert.Equal([2, 0, 1], read.Labels!);
        Assert.Equal([3], read.Pictures.Read(2));
    }

    [Fact]
    public void A_page_that_states_more_than_it_has_is_refused()
    {
        byte[] labels = Plain(2, 0, 1);
        Refuses("states 400000000 values", new()
        {
            LabelPages = [.. Dictionary(400_000_000, new byte[24]), .. Page(3, Indices(1, 0, 1, 2), encoding: 8)],
        });
        Refuses("states that it unpacks to 1000", new() { LabelPages = Page(3, labels, unpacked: 1000) });
        Refuses("unpacks to more than 268435456 bytes", new() { LabelPages = Page(3, labels, unpacked: 1 << 30) });
        Refuses("a page states -1 for field 2", new() { LabelPages = Page(3, labels, unpacked: -1) });
        Refuses("a page states -8 for field 3", new() { LabelPages = Page(3, labels, packed: -8) });
        Refuses("states 31 bytes where its column has 30 left", new() { LabelPages = Page(3, labels, packed: 31) });
        Refuses("a page has no values", new() { LabelPages = Page(0, labels) });
        Refuses("pages hold 4 values where their column states 3", new() { LabelPages = Page(4, [.. labels, .. new byte[8]]) });
        Refuses("has fewer values than it states", new() { LabelPages = Page(2, labels) });
        Refuses("states 3 values", new() { LabelPages = Page(3, labels[..^9]) });
    }

    [Fact]
    public void Pages_that_are_not_supported_are_named()
    {
        byte[] labels = Plain(2, 0, 1);
        Refuses("a page has encoding 5; plain (0) and dictionary (2, 8) are read", new() { LabelPages = Page(3, labels, encoding: 5) });
        Refuses("a page is of kind 1", new() { LabelPages = Page(3, labels, kind: 1) });
        Refuses("a page has no dictionary", new() { LabelPages = Page(3, Indices(1, 0, 0, 0), encoding: 8) });
        Refuses("has two dictionaries", new()
        {
            LabelPages = [.. Dictionary(1, new byte[8]), .. Dictionary(1, new byte[8]), .. Page(3, Indices(1, 0, 0, 0), encoding: 8)],
        });
        Refuses("has compression 5; none, Snappy, gzip, Brotli and Zstandard are read", new() { Codec = 5 });
        Refuses("holds 'label' as type 0", new() { LabelType = 0 });
    }

    [Fact]
    public void Sizes_that_compressed_content_states_itself_are_checked()
    {
        Refuses("states that it unpacks to 30", new() { Codec = 1, LabelPages = Page(3, [0xFF, 0xFF, 0xFF, 0xFF, 7, 0, 1], unpacked: 30) });
        // Brotli: an empty stream.
        Refuses("a page of 1 bytes states that it unpacks to 30", new() { Codec = 4, LabelPages = Page(3, [6], unpacked: 30) });
        // Zstandard: one segment, its content size in eight bytes; then one raw block of no bytes.
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0x70, 0, 0, 0, 0, 1, 0, 0];
        Refuses("states that it unpacks to 30", new() { Codec = 6, LabelPages = Page(3, frame, unpacked: 30) });
        Refuses("ends within a frame", new() { Codec = 6, LabelPages = Page(3, frame[..^1], unpacked: 30) });
        Refuses("not in Zstandard's format", new() { Codec = 6, LabelPages = Page(3, [1, .. frame[1..]], unpacked: 30) });
    }

    [Theory]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x20, 9, 1, 0, 0 }, 9)]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x60, 1, 0, 1, 0, 0 }, 257)]
    // A window, two blocks of a run, a checksum: at most two blocks of 128 KiB.
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0x42, 0, 0, 7, 0x43, 0, 0, 7, 1, 2, 3, 4 }, 262144)]
    // Two frames.
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x20, 9, 1, 0, 0, 0x28, 0xB5, 0x2F, 0xFD, 0x20, 4, 1, 0, 0 }, 13)]
    public void Frames_of_Zstandard_say_how_long_they_are(byte[] frames, long expected) =>
    Assert.Equal(expected, ZstdFrames.MostUnpacked(frames));

    [Fact]
    public void Columns_that_lie_outside_the_file_or_state_more_rows_than_are_read_are_refused()
    {
        Refuses("where the file has not as many", new() { LabelBytes = 1 << 20 });
        Refuses("where the file has not as many", new() { LabelBytes = -1 });
        Refuses("where the file has not as many", new() { LabelOffset = 1L << 40 });
        Refuses("where the file has not as many", new() { LabelOffset = -1L << 40 });
        Refuses("states 4194305 rows; at most 4194304", new() { Rows = (1 << 22) + 1 });
        Refuses("states -1 rows", new() { Rows = -1 });
        Refuses("'label' has 4 values in a row group of 3 rows", new() { LabelValues = 4 });
        Refuses("holds 0 images", new() { Rows = 0, LabelValues = 0 });
    }

    [Fact]
    public void A_schema_that_is_deep_or_no_tree_is_refused()
    {
        Refuses("has the columns n0.image.bytes, label", new() { Nesting = 1 });
        Refuses("its schema is no tree, or is too deep", new() { Nesting = 100 });
        RefusesMetadata("its schema is no tree",
            WithHeader([], writer => writer.Structs(2, ["root"], (element, name) => element.Text(4, name).Number(5, 1 << 30))));
        RefusesMetadata("its schema is not one tree",
            WithHeader([], writer => writer.Structs(2, ["a", "b"], (element, name) => element.Text(4, name))));
    }

    [Theory]
    [InlineData(0x1C, 100, "nested deeper than 16")]
    [InlineData(0xFF, 10, "type 15")]
    [InlineData(0x80, 20, "longer than 64 bits")]
    public void Metadata_of_one_byte_over_and_over_is_refused(byte repeated, int times, string expected) =>
        RefusesMetadata(expected,
            repeated == 0x80 ? [0x16, .. Enumerable.Repeat(repeated, times)] : [.. Enumerable.Repeat(repeated, times)]);

    [Theory]
    [InlineData(new byte[] { 0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0 }, "a list states 2147483647 elements, more than follow")]
    [InlineData(new byte[] { 0x18, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0 }, "ends within a value")]
    [InlineData(new byte[] { 0x15, 2 }, "ends within a value")]
    [InlineData(new byte[] { 0x15, 2, 0x05, 2, 2, 0 }, "field 1 is there twice")]
    [InlineData(new byte[] { 0x05, 0, 2, 0 }, "a field has the number 0")]
    [InlineData(new byte[] { 0x19, 0x11, 1, 0 }, "type 1")]
    [InlineData(new byte[] { 0x25, 2, 0 }, "field 2 is of another kind")]
    public void Metadata_that_is_no_struct_of_Thrift_is_refused(byte[] metadata, string expected) => RefusesMetadata(expected, metadata);

    [Fact]
    public void The_ends_of_a_file_are_checked()
    {
        byte[] file = new HandMadeParquet().ToBytes();
        RefusesFile("begin and end with 'PAR1'", [0, .. file[1..]]);
        RefusesFile("begin and end with 'PAR1'", [.. file[..^1], 0]);
        RefusesFile("its metadata is encrypted", [.. file[..^1], (byte)'E']);
        RefusesFile("states 4294967295 bytes of metadata", [.. file[..^8], 0xFF, 0xFF, 0xFF, 0xFF, .. file[^4..]]);
        RefusesFile("has 8 bytes", file[..8]);
    }

    private LabelledPictures Read(HandMadeParquet file)
    {
        File.WriteAllBytes(_files["a.parquet"], file.ToBytes());
        return HubImages.Read(_files["a.parquet"], Split.Test);
    }

    private void Refuses(string expected, HandMadeParquet file) => RefusesFile(expected, file.ToBytes());

    private void RefusesMetadata(string expected, byte[] metadata) => RefusesFile(expected, Closed([.. "PAR1"u8, 0], metadata));

    private void RefusesFile(string expected, byte[] file)
    {
        File.WriteAllBytes(_files["a.parquet"], file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(expected, Assert.Throws<ImcException>(() => HubImages.Read(_files["a.parquet"], Split.Test)).Message,
            StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16 << 20);
    }
}
