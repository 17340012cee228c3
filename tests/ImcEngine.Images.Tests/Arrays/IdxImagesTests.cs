using ImcEngine.Data;
using ImcEngine.Images.Arrays;

namespace ImcEngine.Images.Tests.Arrays;

public sealed class IdxImagesTests : IDisposable
{
    private readonly ArrayFiles _files = new();

    /// <summary>Two gray images of 2 rows and 3 columns.</summary>
    private static readonly byte[] Two = ArrayFiles.Idx([2, 2, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255);

    private static readonly byte[] TwoLabels = ArrayFiles.Idx([2], 7, 3);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")]
    [InlineData("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte")]
    [InlineData("t10k-images.idx3-ubyte", "t10k-labels-idx1-ubyte")]
    [InlineData("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")]
    [InlineData("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte")]
    [InlineData("emnist-letters-test-images-idx3-ubyte", "emnist-letters-test-labels-idx1-ubyte.gz")]
    public void A_file_of_images_is_read_with_the_labels_beside_it(string images, string labels)
    {
        _files.Write(images, Packed(images, Two));
        _files.Write(labels, Packed(labels, TwoLabels));
        foreach (string path in new[] { _files[images], _files.Folder })
        {
            var read = IdxImages.Read(path, Split.Test);
            Assert.Equal((2, new ImageShape(1, 2, 3), false), (read.Images.Count, read.Images.Shape, read.Images.AreFloats));
            Assert.Equal([7, 3], read.Labels!);
            Assert.Equal("0 1 2 3 4 5 6 7", string.Join(' ', read.ClassNames));
            Assert.Equal([1, 2, 3, 4, 5, 6], read.Images.Read(0).Elements);
            Assert.Equal([7, 8, 9, 10, 11, 255], read.Images.Read(1).Elements);
            Assert.EndsWith($"{images}: image 1", read.Images.NameOf(1), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Images_without_a_labels_file_have_no_labels()
    {
        var read = IdxImages.Read(_files.Write("digits", Two), Split.Test);
        Assert.Null(read.Labels);
        Assert.Empty(read.ClassNames);
    }

    [Fact]
    public void A_folder_gives_the_images_of_its_split_and_an_unpacked_file_before_its_packed_one()
    {
        _files.Write("train-images-idx3-ubyte", ArrayFiles.Idx([3, 1, 1], 1, 2, 3));
        _files.Write("t10k-images-idx3-ubyte", ArrayFiles.Idx([1, 1, 1], 9));
        _files.Write("t10k-images-idx3-ubyte.gz", 1, 2, 3);
        Assert.Equal(1, IdxImages.Read(_files.Folder, Split.Test).Images.Count);
        Assert.Equal(3, IdxImages.Read(_files.Folder, Split.Train).Images.Count);
    }

    [Fact]
    public void The_only_images_of_a_folder_need_not_name_a_split()
    {
        _files.Write("images-idx3-ubyte", Two);
        Assert.Equal(2, IdxImages.Read(_files.Folder, Split.Test).Images.Count);
    }

    [Theory]
    [InlineData("0 IDX files of test images (train-images-idx3-ubyte)", "train-images-idx3-ubyte")]
    [InlineData("0 IDX files of test images (no IDX files", "other")]
    [InlineData("2 IDX files of test images (a-test-images-idx3-ubyte, b-test-images-idx3-ubyte)", "a-test-images-idx3-ubyte",
        "b-test-images-idx3-ubyte")]
    public void A_folder_without_one_file_for_the_split_is_refused(string expected, params string[] files)
    {
        foreach (string file in files) _files.Write(file, Two);
        ArrayFiles.Refuses(expected, () => IdxImages.Read(_files.Folder, Split.Test));
    }

    [Theory]
    [InlineData(new[] { 1, 3, 1, 3 }, null, "could both be the channels")]
    [InlineData(new[] { 1, 3, 1, 3 }, 0, "")]
    [InlineData(new[] { 1, 3, 2, 5 }, null, "")]
    [InlineData(new[] { 1, 5, 2, 3 }, null, "")]
    [InlineData(new[] { 1, 5, 2, 4 }, null, "neither axis 1 nor axis 3")]
    [InlineData(new[] { 1, 2 }, null, "a matrix, not images")]
    [InlineData(new[] { 1 }, null, "labels, not images")]
    [InlineData(new[] { 0, 2, 2 }, null, "holds no images")]
    [InlineData(new[] { 1, 8193, 8193 }, null, "at most 67108864 elements")]
    [InlineData(new[] { 1, 65536, 65536 }, null, "at most 67108864 elements")]
    public void Channels_are_the_axis_of_1_or_3(int[] sizes, int? layout, string refusal)
    {
        // Images that are refused for their size need not be there.
        int elements = sizes.Max() > 100 ? 0 : sizes.Aggregate(1, (product, size) => product * size);
        string path = _files.Write("a", ArrayFiles.Idx(sizes, new byte[elements]));
        void Read() => IdxImages.Read(path, Split.Test, (ArrayLayout?)layout);
        if (refusal.Length > 0) ArrayFiles.Refuses(refusal, Read);
        else Read();
    }

    [Fact]
    public void Channels_that_come_last_are_brought_first()
    {
        var read = IdxImages.Read(_files.Write("a", ArrayFiles.Idx([1, 1, 2, 3], 1, 2, 3, 4, 5, 6)), Split.Test, ArrayLayout.Nhwc);
        Assert.Equal(new ImageShape(3, 1, 2), read.Images.Shape);
        Assert.Equal([1, 4, 2, 5, 3, 6], read.Images.Read(0).Elements);
    }

    [Theory]
    [InlineData("begins with 01000803", 0, 1)]
    [InlineData("type 0D", 2, 0x0D)]
    [InlineData("begins with 00000805", 3, 5)]
    [InlineData("states 2147483650 elements", 4, 0x80)]
    public void A_damaged_header_is_refused(string expected, int at, byte damage)
    {
        byte[] file = [.. Two];
        file[at] = damage;
        ArrayFiles.Refuses(expected, () => IdxImages.Read(_files.Write("a", file), Split.Test));
        ArrayFiles.Refuses(expected, () => IdxImages.Read(_files.Write("a.gz", ArrayFiles.Gzip(file)), Split.Test));
    }

    [Fact]
    public void Every_truncation_of_the_content_is_refused()
    {
        for (int length = 1; length < Two.Length; length++)
        {
            Assert.Throws<ImcException>(() => IdxImages.Read(_files.Write("a", Two[..length]), Split.Test));
            Assert.Throws<ImcException>(() => IdxImages.Read(_files.Write("a.gz", ArrayFiles.Gzip(Two[..length])), Split.Test));
        }
        byte[] packed = ArrayFiles.Gzip(Two);
        // The last bytes end the block and have its checksum; without them the content is whole.
        for (int length = 1; length < packed.Length - 12; length++)
            Assert.Throws<ImcException>(() => IdxImages.Read(_files.Write("a.gz", packed[..length]), Split.Test));
    }

    [Fact]
    public void More_bytes_than_the_sizes_say_are_refused()
    {
        ArrayFiles.Refuses("13 bytes after its header", () => IdxImages.Read(_files.Write("a", [.. Two, 0]), Split.Test));
        ArrayFiles.Refuses("more bytes after its 12", () => IdxImages.Read(_files.Write("a.gz", ArrayFiles.Gzip([.. Two, 0])), Split.Test));
    }

    [Fact]
    public void Compressed_content_that_does_not_match_its_checksum_is_refused()
    {
        byte[] packed = ArrayFiles.Gzip(Two);
        packed[^6] ^= 1;
        ArrayFiles.Refuses("does not match its checksum", () => IdxImages.Read(_files.Write("a.gz", packed), Split.Test));
    }

    [Fact]
    public void Memory_does_not_grow_with_sizes_that_are_only_stated()
    {
        string path = _files.Write("a.gz", ArrayFiles.Gzip(ArrayFiles.Idx([1 << 18, 64, 64], 1, 2, 3)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ArrayFiles.Refuses("ends after 3 of 1073741824 element bytes", () => IdxImages.Read(path, Split.Test));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 8 << 20);
        path = _files.Write("b.gz", ArrayFiles.Gzip(ArrayFiles.Idx([(1 << 18) + 1, 64, 64], 1, 2, 3)));
        ArrayFiles.Refuses("at most 1073741824 are unpacked into memory", () => IdxImages.Read(path, Split.Test));
    }

    [Fact]
    public void Labels_that_are_not_one_an_image_are_refused()
    {
        string images = _files.Write("a-images-idx3-ubyte", Two);
        _files.Write("a-labels-idx1-ubyte", ArrayFiles.Idx([3], 1, 2, 3));
        ArrayFiles.Refuses("holds 3 labels and", () => IdxImages.Read(images, Split.Test));
        _files.Write("a-labels-idx1-ubyte", ArrayFiles.Idx([2, 1], 1, 2));
        ArrayFiles.Refuses("has 2 axes; labels have one", () => IdxImages.Read(images, Split.Test));
    }

    [Fact]
    public void An_image_is_read_from_any_thread_and_again()
    {
        byte[] elements = [.. Enumerable.Range(0, 4000).Select(i => (byte)(i * 7))];
        var images = IdxImages.Read(_files.Write("a", ArrayFiles.Idx([1000, 2, 2], elements)), Split.Test).Images;
        Parallel.For(0, 2000, i => Assert.Equal(elements[(i % 1000 * 4)..(i % 1000 * 4 + 4)], images.Read(i % 1000).Elements));
    }

    [Fact]
    public void A_file_that_has_become_shorter_is_said_so()
    {
        var images = IdxImages.Read(_files.Write("a", Two), Split.Test).Images;
        _files.Write("a", Two[..^1]);
        Assert.Equal([1, 2, 3, 4, 5, 6], images.Read(0).Elements);
        ArrayFiles.Refuses("has become shorter", () => images.Read(1));
    }

    private static byte[] Packed(string name, byte[] bytes) =>
        name.EndsWith(".gz", StringComparison.Ordinal) ? ArrayFiles.Gzip(bytes) : bytes;
}
