using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ImcEngine.Images.Sources;
using ImcEngine.Images.Sources.Opening;

namespace ImcEngine.Images.Tests.Sources;

/// <summary>The same pictures in every container.</summary>
public sealed class ContainerTests : IDisposable
{
    private static readonly (string Name, byte[] Data)[] Files = SourceFolder.Pictures(
        "zebra/2.ppm", "ant/b.PNG", "ant/a.jpeg", "zebra/10.webp", "ant/deep/er/c.bmp", "Bee/é.pgm", "Bee/x y.pnm");

    private readonly SourceFolder _folder = new();

    public static TheoryData<string> Kinds => SourceFolder.Kinds;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_container_gives_the_same_names_labels_and_bytes(string kind)
    {
        byte[] other = [1, 2, 3];
        var opened = _folder.Open(_folder.Make(kind,
            [.. Files, ("ant/note.txt", other), ("README", other), ("ant/.b.png", other), ("ant/._a.jpeg", other), (".git/a.png", other),
                ("__MACOSX/ant/a.png", other)]));
        string[] names = ["Bee/x y.pnm", "Bee/é.pgm", "ant/a.jpeg", "ant/b.PNG", "ant/deep/er/c.bmp", "zebra/10.webp", "zebra/2.ppm"];
        Assert.Equal(names, SourceFolder.NamesOf(opened));
        Assert.Equal((string[])["Bee", "ant", "zebra"], opened.Pictures.ClassNames);
        Assert.Equal([0, 0, 1, 1, 1, 2, 2], opened.Pictures.Labels!);
        for (int i = 0; i < names.Length; i++) Assert.Equal(DataOf(names[i]), opened.Pictures.Pictures.Read(i));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Threads_read_at_once(string kind)
    {
        var files = SourceFolder.Pictures([.. Enumerable.Range(0, 300).Select(i => $"{i * 7 % 300:D3}.ppm")]);
        var data = files.ToDictionary(file => file.Name, file => file.Data);
        var pictures = _folder.Open(_folder.Make(kind, files)).Pictures.Pictures;
        Parallel.For(0, 1200, new() { MaxDegreeOfParallelism = 4 }, i =>
        {
            int picture = i * 11 % files.Length;
            Assert.Equal(data[pictures.NameOf(picture)], pictures.Read(picture));
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_container_without_pictures_says_what_it_holds(string kind)
    {
        string message = _folder.Refusal(_folder.Make(kind, ("a/", []), ("b.bin", [1]), ("c.BIN", [1]), ("d", [1])));
        Assert.Contains("holds no pictures", message, StringComparison.Ordinal);
        Assert.Contains("1 folder(s)", message, StringComparison.Ordinal);
        Assert.Contains("2 .bin, 1 file(s) without extension", message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(".jpeg", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    [InlineData("zip")]
    public void Hostile_names_are_refused(string kind)
    {
        Refuses("twice", "a/b.png", "./a//b.png");
        Refuses("twice", "a/b.png", "a/b.png");
        Refuses("leaves the archive", "../b.png");
        Refuses("leaves the archive", "a/../../b.png");
        Refuses("control character", "a\n.png");
        Refuses("a path of 5004 characters", $"{new string('a', 5000)}.png");

        void Refuses(string expected, params string[] names) =>
            Assert.Contains(expected, _folder.Refusal(_folder.Make(kind, SourceFolder.Pictures(names))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tar")]
    [InlineData("zip")]
    public void Absolute_names_are_names_in_the_archive(string kind) =>
        Assert.Equal(["etc/a.png", "etc/b.png"],
            SourceFolder.NamesOf(_folder.Open(_folder.Make(kind, SourceFolder.Pictures("/etc/a.png", "etc/b.png")))));

    [Fact]
    public void Symbolic_links_in_a_tar_archive_are_refused_as_pictures_and_named_as_anything_else()
    {
        Assert.Contains("2 picture(s) as symbolic links or devices, the first is 'b.png'", _folder.Refusal(LinkedTar("a.tar",
            TarEntryType.SymbolicLink, ("b.png", "a.png"), ("c.png", "a.png"))), StringComparison.Ordinal);
        var opened = _folder.Open(LinkedTar("b.tar", TarEntryType.SymbolicLink, ("b", "a.png"), ("c", "d"), (".e", "d")));
        Assert.Equal(["a.png"], SourceFolder.NamesOf(opened));
        Assert.Contains(opened.Notes, note => note.StartsWith("2 symbolic link(s) of", StringComparison.Ordinal)
            && note.Contains("the first is 'b'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.tar.gz")]
    public void A_hard_link_in_a_tar_archive_is_the_picture_before_it(string file)
    {
        var opened = _folder.Open(LinkedTar(file, TarEntryType.HardLink, ("z.png", "./a.png"), ("B.png", "z.png"), ("note", "a.png")));
        Assert.Equal(["B.png", "a.png", "z.png"], SourceFolder.NamesOf(opened));
        for (int i = 0; i < 3; i++) Assert.Equal(SourceFolder.Picture(1), opened.Pictures.Pictures.Read(i));
    }

    [Theory]
    [InlineData("b.png")]
    [InlineData("c.png")]
    [InlineData("missing.png")]
    [InlineData("note.txt")]
    public void A_hard_link_to_no_picture_before_it_is_refused(string target) =>
        Assert.Contains($"'b.png' as a hard link to '{target}', which is no picture before it",
            _folder.Refusal(LinkedTar("a.tar", TarEntryType.HardLink, ("b.png", target), ("c.png", "a.png"))), StringComparison.Ordinal);

    [Fact]
    public void A_folder_of_much_else_is_refused_early()
    {
        string path = _folder.Make("folder", [("0", []), ("1", []), ("2.png", []), ("a/3", []), ("a/4", []), ("a/5", []), (".b/6", [])]);
        Assert.True(FolderPictures.HoldsPicture(path, 7));
        Assert.Single(FolderPictures.Open(path, 7).Names.Names);
        Assert.Contains("holds 1 files and folders in a row that are no pictures",
            Assert.Throws<ImcException>(() => FolderPictures.Open(path, 1)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(path, "2.png"));
        Assert.Contains("Name the folder of the pictures itself",
            Assert.Throws<ImcException>(() => FolderPictures.HoldsPicture(path, 1)).Message, StringComparison.Ordinal);
        Assert.False(FolderPictures.HoldsPicture(path));
    }

    [Fact]
    public void Links_in_a_folder_are_followed_unless_they_lead_in_a_circle()
    {
        if (OperatingSystem.IsWindows()) return;
        string path = _folder.Make("folder", SourceFolder.Pictures("a/1.png", "b/2.png")), other = _folder.Make("folder",
            SourceFolder.Pictures("3.png"));
        Directory.CreateSymbolicLink(Path.Combine(path, "c"), other);
        File.CreateSymbolicLink(Path.Combine(path, "a", "4.png"), Path.Combine(other, "3.png"));
        var opened = _folder.Open(path);
        Assert.Equal(["a/1.png", "a/4.png", "b/2.png", "c/3.png"], SourceFolder.NamesOf(opened));
        Assert.Equal(SourceFolder.Picture(0), opened.Pictures.Pictures.Read(1));

        Directory.CreateSymbolicLink(Path.Combine(other, "back"), path);
        Assert.Contains("leads in a circle", _folder.Refusal(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_went_away_is_named()
    {
        string path = _folder.Make("folder", SourceFolder.Pictures("a.png", "b.png"));
        var pictures = _folder.Open(path).Pictures.Pictures;
        File.Delete(Path.Combine(path, "b.png"));
        Assert.Contains("b.png", Assert.Throws<ImcException>(() => pictures.Read(1)).Message, StringComparison.Ordinal);
        Assert.Equal(SourceFolder.Picture(0), pictures.Read(0));
    }

    [Fact]
    public void A_picture_beyond_the_limit_is_refused_and_its_neighbours_are_read()
    {
        // The data is a hole in the file, which takes no room on the disk.
        const long Bytes = PictureFiles.MostBytes + 512L;
        string path = _folder.Bytes("large.tar",
            [.. Header("a.png", 14), .. SourceFolder.Picture(1), .. new byte[512 - 14], .. Header("b.png", Bytes)]);
        using (var stream = File.OpenWrite(path)) stream.SetLength(stream.Length + Bytes + 1024);
        var pictures = _folder.Open(path).Pictures.Pictures;
        Assert.Equal(SourceFolder.Picture(1), pictures.Read(0));
        Assert.Contains("a picture has at most 268435456", Assert.Throws<ImcException>(() => pictures.Read(1)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.txt")]
    public void A_size_that_is_stated_and_not_there_is_refused(string name)
    {
        byte[] tar = [.. Header(name, (1L << 33) - 1), .. new byte[2048]];
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(tar);
        Assert.Contains("is cut short", _folder.Refusal(_folder.Bytes("a.tar", tar)), StringComparison.Ordinal);
        Assert.Contains("unpacks to more than", _folder.Refusal(_folder.Bytes("a.tgz", zipped.ToArray())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    [InlineData("zip")]
    [InlineData("stored.zip")]
    public void An_archive_that_is_cut_anywhere_is_refused_or_gives_all_pictures(string kind)
    {
        byte[] whole = File.ReadAllBytes(_folder.Make(kind, Files[..3]));
        int refused = 0;
        for (int length = 0; length < whole.Length; length += kind == "tar" ? 512 : 1) refused += IsRefused(whole[..length], kind) ? 1 : 0;
        Assert.InRange(refused, 1, whole.Length);
    }

    [Theory]
    [InlineData("tar.gz")]
    [InlineData("zip")]
    [InlineData("stored.zip")]
    public void An_archive_with_a_changed_byte_is_refused_or_gives_the_same_pictures(string kind)
    {
        byte[] whole = File.ReadAllBytes(_folder.Make(kind, Files[..2]));
        int refused = 0;
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x41;
            refused += IsRefused(damaged, kind) ? 1 : 0;
        }
        Assert.InRange(refused, whole.Length / 4, whole.Length);
    }

    /// <summary>Makes a tar archive of the picture a.png, the file note.txt and links.</summary>
    private string LinkedTar(string file, TarEntryType type, params (string Name, string Target)[] links)
    {
        string path = Path.Combine(_folder.Root, file);
        using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path);
        using var tar = new TarWriter(stream);
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "note.txt") { DataStream = new MemoryStream([1]) });
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a.png") { DataStream = new MemoryStream(SourceFolder.Picture(1)) });
        foreach (var (name, target) in links) tar.WriteEntry(new PaxTarEntry(type, name) { LinkName = target });
        return path;
    }

    private static byte[] DataOf(string name) => Files.Single(file => file.Name == name).Data;

    /// <summary>Whether an archive is refused, when it is opened or when a picture is read. Otherwise all its pictures are whole.</summary>
    private bool IsRefused(byte[] archive, string kind)
    {
        string path = _folder.Bytes($"damaged.{kind}", archive);
        try
        {
            var pictures = PictureSource.Open(path, new()).Pictures.Pictures;
            using (pictures as IDisposable)
                for (int i = 0; i < pictures.Count; i++)
                {
                    byte[] data = pictures.Read(i);
                    Assert.Contains(Files, file => file.Data.SequenceEqual(data));
                }
            return false;
        }
        catch (ImcException)
        {
            return true;
        }
    }

    /// <summary>Returns the header of a regular file in a tar archive.</summary>
    private static byte[] Header(string name, long bytes)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
        Encoding.ASCII.GetBytes(Convert.ToString(bytes, 8).PadLeft(11, '0')).CopyTo(header, 124);
        header[156] = (byte)'0';
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(each => each), 8).PadLeft(6, '0')).CopyTo(header, 148);
        return header;
    }
}
