using System.Formats.Tar;
using ImcEngine.Data;
using ImcEngine.Images.Arrays;

namespace ImcEngine.Images.Tests.Arrays;

public sealed class Cifar100FormatTests : IDisposable
{
    private readonly ArrayFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_file_is_read_with_fine_or_coarse_labels()
    {
        string path = _files.Write("some.bin", [.. Record(4, 0, 9), .. Record(14, 98, 200)]);
        var fine = Cifar100Format.Read(path, Split.Train);
        Assert.Equal((2, new ImageShape(3, 32, 32)), (fine.Images.Count, fine.Images.Shape));
        Assert.Equal([0, 98], fine.Labels!);
        Assert.Equal((100, "apple", "woman", "worm"),
            (fine.ClassNames.Length, fine.ClassNames[0], fine.ClassNames[98], fine.ClassNames[99]));
        Assert.Equal(Enumerable.Repeat((byte)200, 3072), fine.Images.Read(1).Elements);
        var coarse = Cifar100Format.Read(path, Split.Test, isCoarse: true);
        Assert.Equal([4, 14], coarse.Labels!);
        Assert.Equal((20, "fruit_and_vegetables", "people"), (coarse.ClassNames.Length, coarse.ClassNames[4], coarse.ClassNames[14]));
    }

    [Fact]
    public void The_planes_of_an_image_are_as_they_are_stored()
    {
        byte[] record = Record(1, 2, 0);
        (record[2], record[2 + 1024], record[^1]) = (11, 22, 33);
        byte[] image = Cifar100Format.Read(_files.Write("a.bin", record), Split.Test).Images.Read(0).Elements;
        Assert.Equal((11, 22, 33), (image[0], image[1024], image[3071]));
    }

    [Fact]
    public void More_records_than_a_block_keep_their_labels()
    {
        byte[] records = [.. Enumerable.Range(0, 600).SelectMany(i => Record((byte)(i % 20), (byte)(i % 100), (byte)i))];
        var read = Cifar100Format.Read(_files.Write("a.bin", records), Split.Test);
        Assert.Equal(Enumerable.Range(0, 600).Select(i => i % 100), read.Labels!);
        Assert.Equal(599 % 256, read.Images.Read(599).Elements[3071]);
    }

    [Theory]
    [InlineData(Split.Test, new[] { 5 })]
    [InlineData(Split.Train, new[] { 1, 2 })]
    public void A_folder_and_the_official_archive_give_their_split_with_their_names(Split split, int[] labels)
    {
        string[] fine = [.. Enumerable.Range(0, 100).Select(i => $"fine {i}")],
            coarse = [.. Enumerable.Range(0, 20).Select(i => $"coarse {i}")];
        (string Name, byte[] Content)[] files =
        [
            ("coarse_label_names.txt", Lines(coarse)), ("fine_label_names.txt", Lines(fine)), ("test.bin", Record(0, 5, 1)),
            ("train.bin", [.. Record(0, 1, 2), .. Record(0, 2, 3)]),
        ];
        string folder = Directory.CreateDirectory(_files["folder"]).FullName;
        foreach (var (name, content) in files) File.WriteAllBytes(Path.Combine(folder, name), content);
        WriteArchive("a.tar.gz", files);
        foreach (string path in new[] { folder, _files["a.tar.gz"] })
        {
            Assert.True(Cifar100Format.IsAt(path));
            var read = Cifar100Format.Read(path, split);
            Assert.Equal(labels, read.Labels!);
            Assert.Equal(fine, read.ClassNames);
            Assert.Equal(labels.Length == 1 ? 1 : 3, read.Images.Read(labels.Length - 1).Elements[0]);
            Assert.Equal(coarse, Cifar100Format.Read(path, split, isCoarse: true).ClassNames);
        }
    }

    [Fact]
    public void Data_without_lists_of_names_has_the_official_ones_and_a_short_list_is_refused()
    {
        WriteArchive("a.tar.gz", ("test.bin", Record(0, 5, 1)));
        Assert.Equal("bed", Cifar100Format.Read(_files["a.tar.gz"], Split.Test).ClassNames[5]);
        _files.Write("test.bin", Record(0, 5, 1));
        _files.Write("fine_label_names.txt", Lines("a", "b"));
        ArrayFiles.Refuses("names 2 classes; CIFAR-100 has 100", () => Cifar100Format.Read(_files.Folder, Split.Test));
    }

    [Theory]
    [InlineData("test.bin", 1, 3074, true)]
    [InlineData("a.bin", 5, 3074, true)]
    [InlineData("a.bin", 5, 3073, false)]
    [InlineData("test.bin", 3073, 3074, true)]
    [InlineData("test_batch.bin", 3073, 3074, false)]
    [InlineData("data_batch_3.bin", 3073, 3074, false)]
    public void Records_tell_CIFAR_100_from_CIFAR_10_and_names_where_both_fit(string file, int records, int bytes, bool expected)
    {
        WriteZeros(file, (long)records * bytes);
        Assert.Equal(expected, Cifar100Format.IsAt(_files[file]));
    }

    [Fact]
    public void A_file_that_could_be_either_or_neither_is_refused()
    {
        WriteZeros("a.bin", 3073L * 3074);
        ArrayFiles.Refuses("could be CIFAR-10's binary format and CIFAR-100's", () => Cifar100Format.IsAt(_files["a.bin"]));
        WriteZeros("b.bin", 3072);
        ArrayFiles.Refuses("in neither of CIFAR's binary formats", () => Cifar100Format.IsAt(_files["b.bin"]));
    }

    [Fact]
    public void A_folder_or_an_archive_of_both_is_refused_and_of_CIFAR_10_is_known()
    {
        WriteArchive("b.tar.gz", ("data_batch_1.bin", new byte[3073]));
        Assert.False(Cifar100Format.IsAt(_files["b.tar.gz"]));
        WriteArchive("c.tar.gz", ("readme", [1]));
        ArrayFiles.Refuses("in neither", () => Cifar100Format.IsAt(_files["c.tar.gz"]));
        _files.Write("test_batch.bin", new byte[3073]);
        Assert.False(Cifar100Format.IsAt(_files.Folder));
        _files.Write("test.bin", new byte[3074]);
        ArrayFiles.Refuses("could be", () => Cifar100Format.IsAt(_files.Folder));
    }

    [Theory]
    [InlineData(20, 0, "record 1 has labels 20 and 0")]
    [InlineData(0, 100, "record 1 has labels 0 and 100")]
    public void A_label_without_a_class_is_refused(byte coarse, byte fine, string expected) =>
        ArrayFiles.Refuses(expected,
            () => Cifar100Format.Read(_files.Write("a.bin", [.. Record(0, 0, 0), .. Record(coarse, fine, 0)]), Split.Test));

    [Theory]
    [InlineData(1)]
    [InlineData(3073)]
    [InlineData(3075)]
    public void Other_than_whole_records_are_refused(int bytes)
    {
        ArrayFiles.Refuses($"has {bytes} bytes; CIFAR-100's format",
            () => Cifar100Format.Read(_files.Write("a.bin", new byte[bytes]), Split.Test));
        WriteArchive("a.tar.gz", ("test.bin", new byte[bytes]));
        ArrayFiles.Refuses($"has {bytes} bytes; CIFAR-100's format", () => Cifar100Format.Read(_files["a.tar.gz"], Split.Test));
    }

    [Fact]
    public void A_missing_split_is_named_and_a_damaged_archive_refused()
    {
        _files.Write("train.bin", Record(0, 0, 0));
        ArrayFiles.Refuses("has no test.bin", () => Cifar100Format.Read(_files.Folder, Split.Test));
        WriteArchive("a.tar.gz", ("train.bin", Record(0, 0, 0)));
        ArrayFiles.Refuses("has no test.bin", () => Cifar100Format.Read(_files["a.tar.gz"], Split.Test));
        byte[] archive = File.ReadAllBytes(_files["a.tar.gz"]);
        archive[^6] ^= 1;
        ArrayFiles.Refuses("does not match its checksum", () => Cifar100Format.Read(_files.Write("a.tar.gz", archive), Split.Train));
        WriteArchive("b.tar.gz", ("x/test.bin", Record(0, 0, 0)), ("y/test.bin", Record(0, 0, 0)));
        ArrayFiles.Refuses("holds 'test.bin' twice", () => Cifar100Format.Read(_files["b.tar.gz"], Split.Test));
    }

    private static byte[] Record(byte coarse, byte fine, byte gray) => [coarse, fine, .. Enumerable.Repeat(gray, 3072)];

    private static byte[] Lines(params string[] lines) => System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");

    private void WriteZeros(string file, long bytes)
    {
        using var stream = File.Create(_files[file]);
        stream.SetLength(bytes);
    }

    private void WriteArchive(string file, params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
            foreach (var (name, content) in entries)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile,
                    $"cifar-100-binary/{name}") { DataStream = new MemoryStream(content) });
        _files.Write(file, ArrayFiles.Gzip(stream.ToArray()));
    }
}
