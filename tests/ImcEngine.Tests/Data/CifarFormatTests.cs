using System.Formats.Tar;
using System.IO.Compression;
using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

public sealed class CifarFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_of_any_number_of_records_is_read()
    {
        File.WriteAllBytes(_folder["some.bin"], Records(3, firstLabel: 7));
        var images = CifarFormat.Read(_folder["some.bin"]);
        Assert.Equal("some.bin", images.Name);
        Assert.Equal([7, 8, 9], Enumerable.Range(0, images.Count).Select(images.Label));
        Assert.Equal(Records(3, 7).AsSpan(2 * CifarFormat.RecordBytes + 1, CifarFormat.ImageBytes), images.Image(2).AsSpan());
        Assert.Equal("truck", images.ClassNames[images.Label(2)]);
    }

    [Fact]
    public void A_folder_gives_its_test_or_its_training_images()
    {
        File.WriteAllBytes(_folder["test_batch.bin"], Records(1, firstLabel: 9));
        File.WriteAllBytes(_folder["data_batch_2.bin"], Records(1, firstLabel: 2));
        File.WriteAllBytes(_folder["data_batch_1.bin"], Records(2, firstLabel: 0));
        Assert.Equal([9], Labels(CifarFormat.Read(_folder.Path)));
        Assert.Equal([0, 1, 2], Labels(CifarFormat.Read(_folder.Path, Split.Train)));
    }

    [Theory]
    [InlineData(Split.Test, new[] { 5 })]
    [InlineData(Split.Train, new[] { 1, 2, 3 })]
    public void The_official_archive_is_read_as_downloaded(Split split, int[] labels)
    {
        WriteArchive(
            ("cifar-10-batches-bin/data_batch_2.bin", Records(1, 3)), ("cifar-10-batches-bin/readme.html", [1]),
            ("cifar-10-batches-bin/data_batch_1.bin", Records(2, 1)), ("cifar-10-batches-bin/test_batch.bin", Records(1, 5)));
        Assert.Equal(labels, Labels(CifarFormat.Read(_folder["a.tar.gz"], split)));
    }

    [Fact]
    public void A_folder_and_an_archive_may_name_their_classes()
    {
        string names = string.Join('\n', Shapes10.ClassNames) + "\n\n";
        WriteArchive(("x/batches.meta.txt", System.Text.Encoding.UTF8.GetBytes(names)), ("x/test_batch.bin", Records(1, 0)));
        Assert.Equal("disc", CifarFormat.Read(_folder["a.tar.gz"]).ClassNames[0]);
        File.WriteAllText(_folder["batches.meta.txt"], names);
        File.WriteAllBytes(_folder["test_batch.bin"], Records(1, 0));
        Assert.Equal("disc", CifarFormat.Read(_folder.Path).ClassNames[0]);
    }

    [Theory]
    [InlineData(Split.Test, 7, 1)]
    [InlineData(Split.Train, 7, 4)]
    [InlineData(Split.Train, 50, 5)]
    public void What_is_written_is_read_again(Split split, int count, int files)
    {
        var images = Shapes10.Render(split, count);
        Assert.Equal(files, CifarFormat.Write(images, split, _folder["new"]).Count);
        var again = CifarFormat.Read(_folder["new"], split);
        Assert.Equal(images.Sha256, again.Sha256);
        Assert.Equal(images.ClassNames.AsEnumerable(), again.ClassNames.AsEnumerable());
        Assert.Equal(files + 1, Directory.GetFiles(_folder["new"]).Length);
    }

    [Fact]
    public void Files_that_are_empty_or_no_files_are_refused_without_being_opened()
    {
        File.WriteAllBytes(_folder["bad.bin"], []);
        Refused(_folder["bad.bin"], "bad.bin", "is empty or not a regular file");
        Refused("", "path of the data is empty");
        Refused("a\0.bin", "NUL");
        if (!OperatingSystem.IsLinux()) return;
        foreach (string name in new[] { "pipe.bin", "pipe.tar.gz", "test_batch.bin" }) _folder.MakePipe(name);
        Refused(_folder["pipe.bin"], "not a regular file");
        Refused(_folder["pipe.tar.gz"], "not a regular file");
        Refused(_folder.Path, "test_batch.bin", "not a regular file");
        Refused("/dev/zero", "not a regular file");
    }

    [Theory]
    [InlineData(3072)]
    [InlineData(3074)]
    public void A_length_that_is_no_multiple_of_a_record_is_refused(int length)
    {
        File.WriteAllBytes(_folder["bad.bin"], new byte[length]);
        Refused(_folder["bad.bin"], "bad.bin", $"{length} bytes", "3073");
    }

    [Theory]
    [InlineData(699_050)]
    [InlineData(698_824)]
    [InlineData(100_000_000)]
    public void More_images_than_an_array_can_hold_are_refused_before_they_are_read(long count)
    {
        // A file of holes: it takes no room.
        using (var file = File.Create(_folder["big.bin"])) file.SetLength(count * CifarFormat.RecordBytes);
        Refused(_folder["big.bin"], $"holds {count} images", "at most 698823");
        using (var file = File.Create(_folder["odd.bin"])) file.SetLength(count * CifarFormat.RecordBytes + 1);
        Refused(_folder["odd.bin"], "one or more records of 3073 bytes");
    }

    [Fact]
    public void A_set_of_several_batches_has_no_more_images_than_one_can_hold()
    {
        foreach (int n in new[] { 1, 2 })
            using (var file = File.Create(_folder[$"data_batch_{n}.bin"])) file.SetLength(400_000L * CifarFormat.RecordBytes);
        var refused = Assert.Throws<ImcException>(() => CifarFormat.Read(_folder.Path, Split.Train));
        Assert.Contains("holds 800000 images", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb\n", "names 2 classes")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "names 11 classes")]
    public void Class_names_of_another_number_are_refused(string names, string message)
    {
        File.WriteAllText(_folder["batches.meta.txt"], names);
        File.WriteAllBytes(_folder["test_batch.bin"], Records(1, 0));
        Refused(_folder.Path, message);
    }

    [Fact]
    public void A_file_of_class_names_is_bounded()
    {
        using (var file = File.Create(_folder["batches.meta.txt"])) file.SetLength(1 << 30);
        File.WriteAllBytes(_folder["test_batch.bin"], Records(1, 0));
        Refused(_folder.Path, "batches.meta.txt", "at most 16384");
    }

    [Fact]
    public void A_label_above_9_is_refused_and_its_record_named()
    {
        byte[] records = Records(5, 0);
        records[3 * CifarFormat.RecordBytes] = 10;
        File.WriteAllBytes(_folder["bad.bin"], records);
        Refused(_folder["bad.bin"], "record 3", "label 10", "0 to 9");
    }

    [Fact]
    public void Missing_files_and_batches_are_named()
    {
        Refused(_folder["absent"], "absent", "imc data");
        Refused(_folder.Path, "has no test_batch.bin");
        WriteArchive(("x/data_batch_1.bin", Records(1, 0)));
        Refused(_folder["a.tar.gz"], "has no test_batch.bin");
    }

    [Fact]
    public void A_truncated_or_foreign_archive_is_refused()
    {
        WriteArchive(("x/test_batch.bin", RandomRecords(20)));
        byte[] whole = File.ReadAllBytes(_folder["a.tar.gz"]);
        File.WriteAllBytes(_folder["half.tar.gz"], whole[..(whole.Length / 2)]);
        File.WriteAllText(_folder["text.tar.gz"], "no archive");
        Refused(_folder["half.tar.gz"], "half.tar.gz");
        Refused(_folder["text.tar.gz"], "text.tar.gz");
    }

    private static byte[] Records(int count, int firstLabel)
    {
        var bytes = new byte[count * CifarFormat.RecordBytes];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i * 31 + i / 256);
        for (int i = 0; i < count; i++) bytes[i * CifarFormat.RecordBytes] = (byte)(firstLabel + i);
        return bytes;
    }

    private static byte[] RandomRecords(int count)
    {
        var bytes = new byte[count * CifarFormat.RecordBytes];
        new Random(1).NextBytes(bytes);
        for (int i = 0; i < count; i++) bytes[i * CifarFormat.RecordBytes] = 0;
        return bytes;
    }

    private static int[] Labels(ImageSet images) => [.. Enumerable.Range(0, images.Count).Select(images.Label)];

    private static void Refused(string path, params string[] parts)
    {
        var refused = Assert.Throws<ImcException>(() => CifarFormat.Read(path));
        Assert.All(parts, part => Assert.Contains(part, refused.Message));
    }

    private void WriteArchive(params (string Name, byte[] Content)[] files)
    {
        using var tar = new TarWriter(new GZipStream(File.Create(_folder["a.tar.gz"]), CompressionLevel.Fastest));
        foreach (var (name, content) in files)
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
    }
}
