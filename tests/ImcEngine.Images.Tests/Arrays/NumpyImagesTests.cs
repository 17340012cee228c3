using System.Buffers.Binary;
using System.IO.Compression;
using ImcEngine.Data;
using ImcEngine.Images.Arrays;

namespace ImcEngine.Images.Tests.Arrays;

public sealed class NumpyImagesTests : IDisposable
{
    private readonly ArrayFiles _files = new();

    /// <summary>Two colour images of 1 row and 2 columns, channels first and last.</summary>
    private static readonly byte[] First = ArrayFiles.Npy("|u1", "2, 3, 1, 2", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
        Last = ArrayFiles.Npy("|u1", "2, 2, 2, 3", [.. Enumerable.Range(0, 24).Select(i => (byte)i)]);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Bytes_are_read_with_channels_first_and_last_and_gray()
    {
        var first = NpyImages.Read(_files.Write("a.npy", First), ArrayLayout.Nchw).Images;
        Assert.Equal((new ImageShape(3, 1, 2), false), (first.Shape, first.AreFloats));
        Assert.Equal([7, 8, 9, 10, 11, 12], first.Read(1).Elements);
        var last = NpyImages.Read(_files.Write("b.npy", Last)).Images;
        Assert.Equal(new ImageShape(3, 2, 2), last.Shape);
        Assert.Equal([12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23], last.Read(1).Elements);
        var gray = NpyImages.Read(_files.Write("c.npy", ArrayFiles.Npy("|u1", "2, 1, 3", 1, 2, 3, 4, 5, 6))).Images;
        Assert.Equal(new ImageShape(1, 1, 3), gray.Shape);
        Assert.Equal([4, 5, 6], gray.Read(1).Elements);
    }

    [Theory]
    [InlineData("<f4")]
    [InlineData("<f2")]
    [InlineData("<f8")]
    public void Floats_of_any_width_become_float32(string type)
    {
        float[] elements = [0.5f, -2, 1, 0.25f, 8, 0, 3, 4, 5, 6, 7, 9];
        byte[] stored = [.. elements.SelectMany(element => type switch
        {
            "<f2" => BitConverter.GetBytes((Half)element),
            "<f8" => BitConverter.GetBytes((double)element),
            _ => BitConverter.GetBytes(element),
        })];
        var images = NpyImages.Read(_files.Write("a.npy", ArrayFiles.Npy(type, "1, 2, 2, 3", stored))).Images;
        Assert.True(images.AreFloats);
        Assert.Equal(ArrayFiles.Singles(0.5f, 0.25f, 3, 6, -2, 8, 4, 7, 1, 0, 5, 9), images.Read(0).Elements);
    }

    [Theory]
    [InlineData(float.NaN, "NaN at index 1")]
    [InlineData(float.NegativeInfinity, "-Infinity at index 1")]
    public void An_element_that_is_not_finite_is_refused(float element, string expected)
    {
        var images = NpyImages.Read(
            _files.Write("a.npy", ArrayFiles.Npy("<f4", "2, 1, 1, 2", ArrayFiles.Singles(1, 2, 3, element))), ArrayLayout.Nchw).Images;
        Assert.Equal(ArrayFiles.Singles(1, 2), images.Read(0).Elements);
        ArrayFiles.Refuses($"image 1' has the element {expected}", () => images.Read(1));
    }

    [Fact]
    public void A_float64_beyond_float32_is_refused()
    {
        var images = NpyImages.Read(_files.Write("a.npy", ArrayFiles.Npy("<f8", "1, 1, 1", BitConverter.GetBytes(1e39)))).Images;
        ArrayFiles.Refuses("elements are finite float32 numbers", () => images.Read(0));
    }

    [Theory]
    [InlineData("a-labels.npy")]
    [InlineData("a_labels.npy")]
    [InlineData("labels.npy")]
    [InlineData("y.npy")]
    public void Labels_of_every_width_are_found_beside_the_images(string labels)
    {
        string path = _files.Write("a.npy", Last);
        foreach (string type in new[] { "|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8" })
        {
            byte[] two = new byte[2 * (type[2] - '0')];
            (two[0], two[two.Length / 2]) = (2, 1);
            _files.Write(labels, ArrayFiles.Npy(type, type[1] == 'u' ? "2," : "2, 1", two));
            var read = NpyImages.Read(path);
            Assert.Equal([2, 1], read.Labels!);
            Assert.Equal("0 1 2", string.Join(' ', read.ClassNames));
        }
    }

    [Theory]
    [InlineData("x_test.npy", "y_test.npy")]
    [InlineData("X.npy", "Y.npy")]
    [InlineData("test-images.npy", "test-labels.npy")]
    public void The_labels_of_a_pair_have_the_name_of_its_other_half(string images, string labels)
    {
        _files.Write(images, Last);
        _files.Write("labels.npy", 1);
        _files.Write(labels, ArrayFiles.Npy("|u1", "2,", 3, 4));
        Assert.Equal([3, 4], NpyImages.Read(_files[images]).Labels!);
    }

    [Theory]
    [InlineData("|u1", "3,", "holds 3 labels and")]
    [InlineData("|u1", "2, 2", "numpy.argmax")]
    [InlineData("<f4", "2,", "labels are integers")]
    [InlineData("<i4", "2,", "the label -1")]
    public void Labels_that_are_not_one_class_an_image_are_refused(string type, string shape, string expected)
    {
        int count = shape == "3," ? 3 : shape == "2, 2" ? 4 : 2;
        byte[] elements = [.. Enumerable.Repeat((byte)0xFF, count * (type[2] - '0'))];
        _files.Write("labels.npy", ArrayFiles.Npy(type, shape, elements));
        ArrayFiles.Refuses(expected, () => NpyImages.Read(_files.Write("a.npy", Last)));
    }

    [Fact]
    public void A_label_beyond_all_classes_is_refused_before_its_names_are_made()
    {
        byte[] labels = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(labels.AsSpan(4), int.MaxValue);
        _files.Write("labels.npy", ArrayFiles.Npy("<i4", "2,", labels));
        ArrayFiles.Refuses("gives image 1 the label 2147483647", () => NpyImages.Read(_files.Write("a.npy", Last)));
    }

    [Theory]
    [InlineData("|u1", "1, 3, 1, 3", 9, "--layout nchw or --layout nhwc")]
    [InlineData("|u1", "2, 12", 24, "images are [count, height, width]")]
    [InlineData("|i1", "1, 2, 2", 4, "images of type i1")]
    [InlineData(">f4", "1, 2, 2", 16, "type '>f4'")]
    [InlineData("|u1", "1, 2, 2", 3, "4 bytes, but 3 bytes follow its header")]
    [InlineData("|u1", "1, 2, 2", 5, "4 bytes, but 5 bytes follow its header")]
    [InlineData("|u1", "0, 2, 2", 0, "holds no images")]
    [InlineData("|u1", "16777217, 1, 1", 0, "a set has at most 16777216 images")]
    [InlineData("|u1", "2147483647, 2147483647, 2147483647", 0, "at most 67108864 elements")]
    public void Other_arrays_are_refused(string type, string shape, int bytes, string expected)
    {
        byte[] array = ArrayFiles.Npy(type, shape, new byte[bytes]);
        ArrayFiles.Refuses(expected, () => NpyImages.Read(_files.Write("a.npy", array)));
        ArrayFiles.Refuses(
            expected,
            () => NpzImages.Read(_files.Write("a.npz", ArrayFiles.Npz(CompressionLevel.NoCompression, ("x.npy", array))), Split.Test));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void An_archive_gives_the_images_and_labels_of_its_split(CompressionLevel level)
    {
        byte[] other = ArrayFiles.Npy("|u1", "1, 2, 2", 9, 9, 9, 9);
        _files.Write("a.npz",
            ArrayFiles.Npz(level, ("x_train.npy", other), ("y_train.npy", ArrayFiles.Npy("|u1", "1,", 4)), ("note.npy", [1]),
            ("y_test.npy", ArrayFiles.Npy("<i8", "2,", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), ("X_test.npy", Last)));
        var read = NpzImages.Read(_files["a.npz"], Split.Test);
        Assert.Equal((2, new ImageShape(3, 2, 2)), (read.Images.Count, read.Images.Shape));
        Assert.Equal([1, 0], read.Labels!);
        Assert.Equal([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11], read.Images.Read(0).Elements);
        Assert.Equal([12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23], read.Images.Read(1).Elements);
        var train = NpzImages.Read(_files["a.npz"], Split.Train);
        Assert.Equal([4], train.Labels!);
        Assert.Equal([9, 9, 9, 9], train.Images.Read(0).Elements);
    }

    [Theory]
    [InlineData("images.npy", "labels.npy")]
    [InlineData("image.npy", "label.npy")]
    [InlineData("data.npy", "y.npy")]
    [InlineData("test_images.npy", "test_labels.npy")]
    public void Arrays_of_common_names_are_found(string images, string labels)
    {
        byte[] archive = ArrayFiles.Npz(CompressionLevel.Fastest, (images, Last), (labels, ArrayFiles.Npy("|u1", "2,", 3, 4)));
        Assert.Equal([3, 4], NpzImages.Read(_files.Write("a.npz", archive), Split.Test).Labels!);
    }

    [Fact]
    public void An_archive_without_labels_has_none_and_one_without_images_is_refused()
    {
        Assert.Null(NpzImages.Read(_files.Write("a.npz", ArrayFiles.Npz(CompressionLevel.Fastest, ("x.npy", Last))), Split.Test).Labels);
        ArrayFiles.Refuses("holds x_train, z; images are named x_test", () => NpzImages.Read(
            _files.Write("a.npz", ArrayFiles.Npz(CompressionLevel.Fastest, ("x_train.npy", Last), ("z.npy", Last))), Split.Test));
        ArrayFiles.Refuses("'x' and 'data', which could all be meant", () => NpzImages.Read(
            _files.Write("a.npz", ArrayFiles.Npz(CompressionLevel.Fastest, ("x.npy", Last), ("data.npy", Last))), Split.Test));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void A_damaged_archive_is_refused(CompressionLevel level)
    {
        byte[] archive = ArrayFiles.Npz(level, ("x.npy", Last));
        for (int length = 1; length < archive.Length; length++)
            Assert.Throws<ImcException>(() => NpzImages.Read(_files.Write("a.npz", archive[..length]), Split.Test));
        archive[archive.AsSpan().IndexOf("PK\x1\x2"u8) + 16] ^= 1;
        ArrayFiles.Refuses("'x', which is damaged", () => NpzImages.Read(_files.Write("a.npz", archive), Split.Test));
    }

    [Fact]
    public void Memory_does_not_grow_with_sizes_that_are_only_stated()
    {
        byte[] archive = ArrayFiles.Npz(CompressionLevel.Optimal, ("x.npy", ArrayFiles.Npy("|u1", "262144, 64, 64", new byte[200])));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ArrayFiles.Refuses("ends after 200 of 1073741824", () => NpzImages.Read(_files.Write("a.npz", archive), Split.Test));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 8 << 20);
    }

    [Fact]
    public void The_same_images_are_the_same_from_a_file_and_from_either_archive()
    {
        var file = NpyImages.Read(_files.Write("a.npy", Last)).Images;
        foreach (var level in new[] { CompressionLevel.NoCompression, CompressionLevel.Optimal })
        {
            var archive = NpzImages.Read(_files.Write("a.npz", ArrayFiles.Npz(level, ("z.npy", [1]), ("x.npy", Last))), Split.Test).Images;
            for (int i = 0; i < 2; i++) Assert.Equal(file.Read(i).Elements, archive.Read(i).Elements);
        }
    }
}
