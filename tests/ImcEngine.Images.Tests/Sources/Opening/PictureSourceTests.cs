using ImcEngine.Images.Sources.Opening;

namespace ImcEngine.Images.Tests.Sources.Opening;

public sealed class PictureSourceTests : IDisposable
{
    private static readonly (string Name, byte[] Data)[] Files = SourceFolder.Pictures("a/1.png", "b/2.png");

    private readonly SourceFolder _folder = new();

    public static TheoryData<string> Kinds => SourceFolder.Kinds;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_container_of_pictures_is_recognized_by_its_content(string kind)
    {
        string path = _folder.Make(kind, Files);
        Assert.True(PictureSource.IsOne(path));
        string other = Path.Combine(_folder.Root, "data");
        Directory.Move(path, other);
        Assert.True(PictureSource.IsOne(other));
        Assert.Contains(_folder.Open(other).Notes, note => note.Contains("of 2 pictures, in ordinal order", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("tar.gz")]
    public void Records_of_CIFAR_are_left_to_their_own_reader(string kind)
    {
        Assert.False(PictureSource.IsOne(_folder.Make(kind, [("test_batch.bin", new byte[3073]), ("x.png", [])])));
        Assert.False(PictureSource.IsOne(_folder.Make(kind, ("readme.html", [1]))));
    }

    [Fact]
    public void Other_files_are_left_to_other_readers()
    {
        File.Copy(_folder.Make("zip", Files), Path.Combine(_folder.Root, "a.npz"));
        foreach (string path in new[]
        {
            Path.Combine(_folder.Root, "a.npz"), _folder.Bytes("a.gz", [0x1F, 0x8B, 8, 0, 0]), _folder.Bytes("a.bin", new byte[3073]),
            _folder.Bytes("a.parquet", [.. "PAR1"u8]), Path.Combine(_folder.Root, "missing"), Path.Combine(_folder.Root, "missing.tar"),
        })
        {
            Assert.False(PictureSource.IsOne(path));
        }
        Assert.Contains("There are no pictures at", _folder.Refusal(Path.Combine(_folder.Root, "missing")), StringComparison.Ordinal);
        Assert.Contains("is empty", Assert.Throws<ImcException>(() => PictureSource.Open("", new())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("empty.tar", "is empty")]
    [InlineData("empty.zip", "is empty")]
    [InlineData("empty.txt", "is empty")]
    public void An_empty_file_is_refused(string name, string message)
    {
        string path = _folder.Bytes(name, []);
        Assert.True(PictureSource.IsOne(path));
        Assert.Contains(message, _folder.Refusal(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_file_that_is_no_archive_is_refused()
    {
        string path = _folder.Bytes("a.tgz", [.. "no archive at all"u8]);
        Assert.False(PictureSource.IsOne(path));
        Assert.Contains("is not a gzip file", _folder.Refusal(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list.txt", "b/2.png 5\n./a/1.png 3\n", "5 3")]
    [InlineData("list.csv", "label,other,file\n5,x,b/2.png\n3,\"y,z\",a/1.png\n", "5 3")]
    [InlineData("list.tsv", "a/1.png\t3\nb/2.png\t5\n", "5 3")]
    [InlineData("list.txt", "b/2.png\na/1.png\n", null)]
    public void A_list_names_pictures_beside_it(string name, string text, string? labels)
    {
        string path = _folder.Make("folder", Files), list = Path.Combine(path, name);
        File.WriteAllText(list, text);
        Assert.True(PictureSource.IsOne(list));
        var opened = _folder.Open(list);
        Assert.Equal(["a/1.png", "b/2.png"], SourceFolder.NamesOf(opened));
        Assert.Equal(labels is null ? null : (int[])[3, 5], opened.Pictures.Labels);
        Assert.Equal(Files[1].Data, opened.Pictures.Pictures.Read(1));
    }

    [Fact]
    public void A_list_names_pictures_of_other_folders()
    {
        string list = _folder.Text("lists/list.txt", $"../{Path.GetFileName(_folder.Make("folder", Files))}/b/../a/1.png 3\n");
        Assert.Equal(Files[0].Data, _folder.Open(list).Pictures.Pictures.Read(0));
    }

    [Theory]
    [InlineData("a/1.png 3\nb/3.png 5\n", "line 2: 'b/3.png' is not in")]
    [InlineData("a/1.png 3\n\na//1.png 4\n", "line 3: 'a//1.png' is the picture of line 1 ('a/1.png')")]
    [InlineData("./a/1.png 3\na/1.png 4\n", "line 2: 'a/1.png' is the picture of line 1 ('./a/1.png')")]
    [InlineData("b/../a/1.png 3\na/1.png 4\n", "line 2: 'a/1.png' is the picture of line 1 ('b/../a/1.png')")]
    [InlineData("/etc/passwd.png 3\n", "line 1: '/etc/passwd.png' is an absolute path")]
    [InlineData("a/1.png 3\na 4\n", "line 2: 'a' is no picture")]
    [InlineData("a/1.png 3\nb/2.png\n", "line 2: 'b/2.png' is not a file and its label")]
    [InlineData("file,label\n", "names no pictures")]
    [InlineData("1\n2\n", "line 1: '1' is not a file and its label")]
    [InlineData("a/1.png 3\nb/2.png -1\n", "line 2: the label -1 is out of range")]
    public void A_list_that_cannot_be_used_names_the_line(string text, string message)
    {
        string list = Path.Combine(_folder.Make("folder", Files), "list.txt");
        File.WriteAllText(list, text);
        Assert.Contains(message, _folder.Refusal(list), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_of_a_list_can_be_mapped()
    {
        string list = Path.Combine(_folder.Make("folder", Files), "list.txt");
        File.WriteAllText(list, "a/1.png dog\nb/2.png cat\n");
        var opened = _folder.Open(list, _folder.Text("map.txt", "cat 7\ndog 2\n"));
        Assert.Equal([2, 7], opened.Pictures.Labels!);
        Assert.Equal((string[])["0", "1", "dog", "3", "4", "5", "6", "cat"], opened.Pictures.ClassNames);
        Assert.Equal(3, opened.Notes.Length);
    }
}
