namespace ImcEngine.Images.HubFiles;

/// <summary>
/// A Parquet file of images as the Hugging Face hub stores them: a column <c>image</c> or <c>img</c>, a struct with the <c>bytes</c> of an
/// encoded picture, and a column <c>label</c>, <c>fine_label</c> or <c>labels</c>, integers or text, if there are labels. The metadata
/// <c>huggingface</c> may name the classes. The file is opened for each read.
/// </summary>
internal sealed class ParquetShard
{
    private static readonly string[] ImageColumns = ["image.bytes", "img.bytes"], LabelColumns = ["label", "fine_label", "labels"];

    private readonly ParquetFooter _footer;
    private readonly ParquetColumn _images;
    private readonly ParquetColumn? _labels;

    private ParquetShard(string path, ParquetFooter footer)
    {
        Path = path;
        _footer = footer;
        _images = Find(ImageColumns) ?? throw new ImcException($"'{path}' has the columns "
            + $"{string.Join(", ", footer.Columns.Take(20).Select(column => column.Path).DefaultIfEmpty("(none)"))}; images are the field "
            + "'bytes' of a column 'image' or 'img'.");
        _labels = Find(LabelColumns);
        if (_images.Type != (int)ParquetType.Bytes)
            throw new ImcException($"'{path}' holds '{_images.Path}' as type {_images.Type}; "
                + $"images are byte arrays ({(int)ParquetType.Bytes}).");
        if (_labels is { } labels && !Enum.IsDefined((ParquetType)labels.Type))
            throw new ImcException($"'{path}' holds '{labels.Path}' as type {labels.Type}; labels are integers or text.");
        ClassNames = _labels is null ? null : HubFeatures.ClassNames(footer.Notes, _labels.Path, path);
    }

    public string Path { get; }

    /// <summary>The number of rows of each row group.</summary>
    public IEnumerable<int> GroupRows => _footer.Groups.Select(group => group.Rows);

    public bool HasLabels => _labels is not null;

    public bool HasTextLabels => _labels?.Type == (int)ParquetType.Bytes;

    /// <summary>The names of the classes, by label; null where the file does not name them.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <exception cref="ImcException">The file is absent, is not Parquet, is damaged, or holds no images.</exception>
    public static ParquetShard Open(string path) => new(path, Read(path, ParquetFooter.Read));

    /// <summary>Returns the pictures of a row group; null where a row has none.</summary>
    /// <exception cref="ImcException">They cannot be read.</exception>
    public ReadOnlyMemory<byte>?[] ReadPictures(int group) =>
        Read(Path, file => ParquetValues.ReadBytes(file, _images, _footer.Groups[group]));

    /// <summary>Returns the labels of a row group, which are integers; null where a row has none.</summary>
    /// <exception cref="ImcException">They cannot be read.</exception>
    public long?[] ReadNumbers(int group) => Read(Path, file => ParquetValues.ReadIntegers(file, _labels!, _footer.Groups[group]));

    /// <summary>Returns the labels of a row group, which are UTF-8 text; null where a row has none.</summary>
    /// <exception cref="ImcException">They cannot be read.</exception>
    public ReadOnlyMemory<byte>?[] ReadTexts(int group) =>
        Read(Path, file => ParquetValues.ReadBytes(file, _labels!, _footer.Groups[group]));

    private ParquetColumn? Find(string[] names) =>
        names.Select(name => _footer.Columns.FirstOrDefault(column => column.Path == name)).FirstOrDefault(column => column is not null);

    private static T Read<T>(string path, Func<FileStream, T> read) => InputFile.Read(path, "Parquet file", file =>
    {
        try
        {
            return read(file);
        }
        // The library throws exceptions of many kinds on damaged pages.
        catch (Exception e) when (e is not (ImcException or IOException))
        {
            throw new ImcException($"'{path}' is not a Parquet file that can be read: {e.Message.ReplaceLineEndings(" ")}. "
                + "Download or write "
                + "it again.", e);
        }
    });
}
