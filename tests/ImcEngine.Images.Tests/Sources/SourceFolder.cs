using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ImcEngine.Images.Sources.Labels;
using ImcEngine.Images.Sources.Opening;

namespace ImcEngine.Images.Tests.Sources;

/// <summary>A temporary folder in which the same files become a folder, an archive or a list.</summary>
internal sealed class SourceFolder : IDisposable
{
    /// <summary>The kinds of containers that <see cref="Make"/> knows.</summary>
    public static TheoryData<string> Kinds => ["folder", "tar", "tar.gz", "zip", "stored.zip"];

    private readonly List<IDisposable> _opened = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("imc-sources-").FullName;

    /// <summary>A picture of one pixel, in the trivial format.</summary>
    public static byte[] Picture(int colour) => [.. "P6\n1 1\n255\n"u8, (byte)colour, (byte)(colour >> 8), 7];

    /// <summary>Pictures with these names, each of another colour.</summary>
    public static (string Name, byte[] Data)[] Pictures(params string[] names) => [.. names.Select((name, i) => (name, Picture(i)))];

    /// <summary>Writes files in the order given; a name with a slash at its end is a folder.</summary>
    /// <returns>The path of the container.</returns>
    public string Make(string kind, params (string Name, byte[] Data)[] files)
    {
        string path = Path.Combine(Root, $"{Guid.NewGuid():N}.{kind}");
        switch (kind)
        {
            case "folder":
                Directory.CreateDirectory(path);
                foreach (var (name, data) in files) WriteFile(Path.Combine(path, name), data);
                break;
            case "tar":
                using (var stream = File.Create(path)) WriteTar(stream, files);
                break;
            case "tar.gz":
                using (var zipped = new GZipStream(File.Create(path), CompressionLevel.Optimal)) WriteTar(zipped, files);
                break;
            default:
                using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
                    foreach (var (name, data) in files)
                    {
                        var level = kind == "zip" ? CompressionLevel.Fastest : CompressionLevel.NoCompression;
                        using var entry = zip.CreateEntry(name, level).Open();
                        entry.Write(data);
                    }
                break;
        }
        return path;
    }

    /// <summary>Writes a text file.</summary>
    /// <returns>Its path.</returns>
    public string Text(string name, string text)
    {
        string path = Path.Combine(Root, name);
        WriteFile(path, Encoding.UTF8.GetBytes(text));
        return path;
    }

    public string Bytes(string name, byte[] data)
    {
        string path = Path.Combine(Root, name);
        WriteFile(path, data);
        return path;
    }

    public OpenedPictures Open(string path, string? labels = null, string? order = null, OutputOrder? outputs = null)
    {
        var opened = PictureSource.Open(path, new(labels, order, outputs));
        if (opened.Pictures.Pictures is IDisposable disposable) _opened.Add(disposable);
        return opened;
    }

    public string Refusal(string path, string? labels = null, string? order = null, OutputOrder? outputs = null) =>
        Assert.Throws<ImcException>(() => Open(path, labels, order, outputs)).Message;

    public static string[] NamesOf(OpenedPictures opened) =>
        [.. Enumerable.Range(0, opened.Pictures.Pictures.Count).Select(opened.Pictures.Pictures.NameOf)];

    public void Dispose()
    {
        foreach (var each in _opened) each.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private static void WriteFile(string path, byte[] data)
    {
        if (path.EndsWith('/'))
        {
            Directory.CreateDirectory(path);
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, data);
    }

    private static void WriteTar(Stream stream, (string Name, byte[] Data)[] files)
    {
        using var tar = new TarWriter(stream, TarEntryFormat.Pax);
        foreach (var (name, data) in files)
            tar.WriteEntry(name.EndsWith('/') ? new PaxTarEntry(TarEntryType.Directory, name)
                : new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(data) });
    }
}
