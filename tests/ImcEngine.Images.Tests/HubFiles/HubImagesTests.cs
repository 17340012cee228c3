using ImcEngine.Data;
using ImcEngine.Images.HubFiles;
using Parquet;

namespace ImcEngine.Images.Tests.HubFiles;

public sealed class HubImagesTests : IDisposable
{
    private readonly ParquetFiles _files = new();

    private static readonly byte[]?[] Three = [[1, 2, 3], [4], [5, 6]];

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("image", "label", CompressionMethod.Snappy)]
    [InlineData("img", "fine_label", CompressionMethod.None)]
    [InlineData("image", "labels", CompressionMethod.Gzip)]
    [InlineData("image", "label", CompressionMethod.Zstd)]
    [InlineData("image", "label", CompressionMethod.Brotli)]
    public void A_file_is_read_with_its_labels(string image, string label, CompressionMethod compression)
    {
        var read = HubImages.Read(_files.Write("a.parquet", Three, [0, 11, 2], null, 2, image, label, compression), Split.Test);
        Assert.Equal(3, read.Pictures.Count);
        Assert.Equal([0, 11, 2], read.Labels!);
        Assert.Equal("0 1 2 3 4 5 6 7 8 9 10 11", string.Join(' ', read.ClassNames));
        Assert.Equal([5, 6], read.Pictures.Read(2));
        Assert.Equal([1, 2, 3], read.Pictures.Read(0));
        Assert.Equal([4], read.Pictures.Read(1));
        Assert.EndsWith("a.parquet: row 2", read.Pictures.NameOf(2), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_have_the_names_of_the_metadata()
    {
        var read = HubImages.Read(_files.Write("a.parquet", Three, [2, 0, 1], ParquetFiles.CatDogEmu), Split.Test);
        Assert.Equal("cat dog emu", string.Join(' ', read.ClassNames));
        Assert.Equal([2, 0, 1], read.Labels!);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"info": {"features": {"label": {"dtype": "int64", "_type": "Value"}}}}""")]
    public void Metadata_without_class_names_leaves_numbers(string metadata) =>
        Assert.Equal("0 1 2",
            string.Join(' ', HubImages.Read(_files.Write("a.parquet", Three, [2, 0, 1], metadata), Split.Test).ClassNames));

    [Theory]
    [InlineData("{")]
    [InlineData("""{"info": {"features": {"label": {"names": {"0": "cat"}}}}}""")]
    [InlineData("""{"info": {"features": {"label": {"names": ["cat", null, "emu"]}}}}""")]
    [InlineData("""{"info": {"features": {"label": {"names": ["cat", 1, "emu"]}}}}""")]
    [InlineData("""{"info": {"features": {"label": {"names": []}}}}""")]
    public void Class_names_that_are_no_texts_are_refused(string metadata) =>
        Refuses("class names of 'label' cannot be read", _files.Write("a.parquet", Three, [2, 0, 1], metadata));

    [Fact]
    public void Text_labels_become_classes_in_ordinal_order()
    {
        var read = HubImages.Read(_files.WriteTexts("a.parquet", Three, ["dog", "Zebra", "dog"], groupRows: 2), Split.Test);
        Assert.Equal("Zebra dog", string.Join(' ', read.ClassNames));
        Assert.Equal([1, 0, 1], read.Labels!);
    }

    [Fact]
    public void A_text_that_is_missing_or_too_long_for_a_class_is_refused()
    {
        Refuses("row 1' has no label", _files.WriteTexts("a.parquet", Three, ["a", null, "b"]));
        Refuses("row 2' has a label of 257 bytes", _files.WriteTexts("a.parquet", Three, ["a", "b", new('c', 257)]));
    }

    [Fact]
    public void A_file_without_labels_has_none_and_neither_has_one_that_hides_them()
    {
        Assert.Null(HubImages.Read(_files.Write("a.parquet", Three, null), Split.Test).Labels);
        var hidden = HubImages.Read(_files.Write("a.parquet", Three, [-1, -1, -1], ParquetFiles.CatDogEmu), Split.Test);
        Assert.Null(hidden.Labels);
        Assert.Empty(hidden.ClassNames);
    }

    [Theory]
    [InlineData(3L, "row 1' has label 3; the file names 3 classes")]
    [InlineData(-1L, "row 1' has label -1; the file names 3 classes")]
    [InlineData(-2L, "row 1' has label -2; labels are 0 to 65535")]
    [InlineData(1L << 40, "row 1' has label 1099511627776")]
    [InlineData(null, "row 1' has label null")]
    public void A_label_without_a_class_is_refused(long? label, string expected) =>
        Refuses(expected, _files.Write("a.parquet", Three, [2, label, 1], ParquetFiles.CatDogEmu));

    [Fact]
    public void A_row_without_a_picture_is_named_when_it_is_read()
    {
        var pictures = HubImages.Read(_files.Write("a.parquet", [[1], null, [], [2]], [0, 0, 0, 0]), Split.Test).Pictures;
        Assert.Equal([1], pictures.Read(0));
        Assert.Equal([2], pictures.Read(3));
        foreach (int row in new[] { 1, 2 })
            Assert.Contains($"row {row}' has no picture", Assert.Throws<ImcException>(() => pictures.Read(row)).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Other_columns_are_named() =>
        Refuses("has the columns picture.bytes, picture.path, label; images are",
            _files.Write("a.parquet", Three, [0, 0, 0], image: "picture"));

    [Fact]
    public void The_files_of_a_split_are_read_in_order()
    {
        _files.Write("train-00000-of-00001.parquet", Three, [9, 9, 9]);
        _files.Write("validation-00000-of-00001.parquet", Three, [8, 8, 8]);
        _files.Write("test-00001-of-00002-0abc.parquet", Three, [4, 5, 6]);
        _files.Write("test-00000-of-00002-9def.parquet", [[7]], [3]);
        var test = HubImages.Read(_files.Folder, Split.Test);
        Assert.Equal([3, 4, 5, 6], test.Labels!);
        Assert.Equal([1, 2, 3], test.Pictures.Read(1));
        Assert.EndsWith("test-00001-of-00002-0abc.parquet: row 2", test.Pictures.NameOf(3), StringComparison.Ordinal);
        Assert.Equal([9, 9, 9], HubImages.Read(_files.Folder, Split.Train).Labels!);
        File.Delete(_files["test-00001-of-00002-0abc.parquet"]);
        Refuses("not the files 0 to N - 1 of N", _files.Folder);
        File.Delete(_files["test-00000-of-00002-9def.parquet"]);
        Assert.Equal([8, 8, 8], HubImages.Read(_files.Folder, Split.Test).Labels!);
    }

    [Theory]
    [InlineData("'train' (1); test images are those of test, validation", "train.parquet")]
    [InlineData("'a' (1), 'b' (1); test images", "a.parquet", "b.parquet")]
    [InlineData("holds no Parquet files")]
    public void A_folder_without_the_split_lists_what_it_has(string expected, params string[] files)
    {
        foreach (string file in files) _files.Write(file, Three, null);
        Refuses(expected, _files.Folder);
    }

    [Fact]
    public void A_folder_of_one_unnamed_split_is_read_and_one_of_two_sets_is_refused()
    {
        _files.Write("part-00000-of-00002.parquet", Three, [0, 1, 2], ParquetFiles.CatDogEmu);
        _files.Write("part-00001-of-00002.parquet", Three, [2, 1, 0], ParquetFiles.CatDogEmu);
        Assert.Equal([0, 1, 2, 2, 1, 0], HubImages.Read(_files.Folder, Split.Test).Labels!);
        _files.Write("part-00001-of-00002.parquet", Three, [2, 1, 0]);
        Refuses("has other labels or classes than", _files.Folder);
    }

    [Fact]
    public void Pictures_are_the_same_in_any_order_and_from_several_threads()
    {
        byte[]?[] pictures = [.. Enumerable.Range(0, 200).Select(i => (byte[]?)[(byte)i, .. Enumerable.Repeat((byte)(i * 3), i)])];
        var read = HubImages.Read(_files.Write("a.parquet", pictures, null, groupRows: 7), Split.Test).Pictures;
        Parallel.For(0, 600, new() { MaxDegreeOfParallelism = 4 }, i => Assert.Equal(pictures[i * 61 % 200], read.Read(i * 61 % 200)));
    }

    [Fact]
    public void Damaged_files_are_refused()
    {
        byte[] whole = ParquetFiles.Bytes(Three, [0, 1, 2], ParquetFiles.CatDogEmu);
        for (int length = 1; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(_files["a.parquet"], whole[..length]);
            Assert.Throws<ImcException>(() => HubImages.Read(_files["a.parquet"], Split.Test));
        }
        for (int at = 0; at < whole.Length; at += 3)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0xFF;
            File.WriteAllBytes(_files["a.parquet"], damaged);
            var e = Record.Exception(() => HubImages.Read(_files["a.parquet"], Split.Test).Pictures.Read(0));
            Assert.True(e is null or ImcException, $"byte {at}: {e}");
        }
    }

    private static void Refuses(string expected, string path) => Assert.Contains(
        expected, Assert.Throws<ImcException>(() => HubImages.Read(path, Split.Test)).Message, StringComparison.Ordinal);
}
