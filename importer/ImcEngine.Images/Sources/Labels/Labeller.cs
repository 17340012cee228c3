using System.Collections.Immutable;
using ImcEngine.Data;

namespace ImcEngine.Images.Sources.Labels;

/// <summary>Labels of data as outputs of a network.</summary>
/// <param name="ClassNames">The classes by output; empty without labels.</param>
/// <param name="Labels">The output of each image; null without labels.</param>
/// <param name="Notes">What was taken from where, one sentence each.</param>
internal sealed record DataLabels(ImmutableArray<string> ClassNames, int[]? Labels, ImmutableArray<string> Notes)
{
    /// <summary>Where labels were stated as outputs of a network; null: they were not.</summary>
    public StatedOutputs? Outputs { get; init; }
}

/// <summary>
/// Joins data with a labels file and a class order. What a labels file is, its lines and the data say:
/// <code>
/// the header names a file and a label, or a line begins with the name of a picture      list: file label
/// else, class folders or labels   every line ends in a number                           mapping: class output
///                                 else                                                  mapping: one class a line, in order of outputs
/// else                            two fields a line, and the data are pictures          list: file label
///                                 else                                                  labels of the images in their order
/// </code>
/// Labels in their order need a class order, which says what their numbers mean: ILSVRC's numbers are not the outputs of its networks.
/// </summary>
internal sealed class Labeller
{
    private readonly TextTable? _table;
    private readonly ClassOutputs? _order;

    /// <exception cref="ImcException">A file cannot be used.</exception>
    public Labeller(LabelOptions options)
    {
        if (options.ClassOrderFile is { } orderFile)
        {
            if (options.Outputs is not { } outputs)
                throw new ImcException($"The class order '{orderFile}' does not say what the network's outputs are; state 'sorted' (the "
                    + "classes in ordinal order of their names, as torchvision has them) or 'listed' (in the order of the file).");
            _order = ClassOutputs.OfOrder(TextTable.Read(orderFile, "class order"), outputs);
        }
        if (options.LabelsFile is { } labelsFile) _table = TextTable.Read(labelsFile, "labels file");
    }

    /// <summary>Returns the labels of pictures: those of a list, of their class folders, or in their order.</summary>
    /// <exception cref="ImcException">Labels, classes and pictures do not fit together.</exception>
    public DataLabels OfPictures(PictureNames pictures)
    {
        string folder = PictureLayout.TopOf(pictures), top = folder.Length > 0 ? $" in '{folder}'" : "";
        if (_table is not null && (FileLabels.NamesPictures(_table)
            || (_table.TwoFields(_table.Rows[0]) is not null && PictureLayout.FlatIn(pictures, folder) is not null)))
            return OfFiles(_table, pictures, folder);
        var layout = PictureLayout.Of(pictures);
        var labels = Of(pictures.Source, pictures.Names.Length, layout.ClassNames, layout.Labels);
        return layout.Labels is null ? labels : labels with
        {
            Notes = labels.Notes.Insert(0, $"Labels of '{pictures.Source}' are its {layout.ClassNames.Length} class folders{top}, in "
                + "ordinal order of their names."),
        };
    }

    /// <summary>Returns the labels of pictures whose list gave them.</summary>
    /// <param name="list">The list.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="files">The line of each picture.</param>
    /// <exception cref="ImcException">Labels and classes do not fit together.</exception>
    public DataLabels OfList(TextTable list, PictureNames pictures, IReadOnlyList<FileLabel> files)
    {
        if (files[0].Label is null) return Of(pictures.Source, files.Count, [], null);
        var own = Numbered(list, [.. files.Select(file => (file.Row, file.Label!))], _table is null ? _order : null);
        if (_table is null) return own;
        var mapped = Of(pictures.Source, files.Count, own.ClassNames, own.Labels);
        return mapped with { Notes = mapped.Notes.InsertRange(0, own.Notes) };
    }

    /// <summary>Returns the labels of any images.</summary>
    /// <param name="source">The data, for messages.</param>
    /// <param name="count">The number of images.</param>
    /// <param name="classNames">The data's classes by label; empty: they have no names.</param>
    /// <param name="labels">The data's labels; null: it has none.</param>
    /// <exception cref="ImcException">Labels and classes do not fit together.</exception>
    public DataLabels Of(string source, int count, ImmutableArray<string> classNames, int[]? labels)
    {
        if (_table is not null && FileLabels.NamesPictures(_table))
            throw new ImcException($"'{_table.Source}' names files, but the images of '{source}' have no file names; give one label a "
                + "line, in the order of the images.");
        return labels is null ? InOrder(source, count) : Mapped(classNames, labels);
    }

    private DataLabels InOrder(string source, int count)
    {
        if (_table is null)
            return _order is null ? new([], null, [$"'{source}' has no labels."])
                : throw new ImcException($"'{source}' has no labels that '{_order.Source}' could order; give them with --labels.");
        if (_order is null)
            throw new ImcException($"'{_table.Source}' holds one label a line for the images of '{source}' in their order, but nothing "
                + "says which class a number means (ILSVRC's ground truth has an order of its own). Name the classes by --class-order, or "
                + "give lines 'file label', where a number is an output of the network.");
        if (_table.Rows.Length != count)
            throw new ImcException($"'{_table.Source}' holds {_table.Rows.Length} labels, and '{source}' holds {count} images; give "
                + "one label for each image.");
        var labels = Numbered(_table, [.. _table.Rows.Select(row => (row, row.Text))], _order);
        return labels with { Notes = labels.Notes.Insert(0, $"'{_table.Source}' is taken as the labels of the images in their order.") };
    }

    private DataLabels Mapped(ImmutableArray<string> classNames, int[] labels)
    {
        if (_table is not null && _order is not null)
            throw new ImcException($"Both '{_table.Source}' and '{_order.Source}' map the data's classes to outputs; give one of them.");
        if (_table is null)
            return _order is null ? new(classNames, labels, [])
                : new(_order.Names, _order.Map(classNames, labels), [$"'{_order.Source}' maps the data's classes to outputs."]);
        bool arePairs = ClassOutputs.ArePairs(_table);
        var outputs = arePairs ? ClassOutputs.OfPairs(_table) : ClassOutputs.OfNames(_table);
        return new(outputs.Names, outputs.Map(classNames, labels),
            [$"'{_table.Source}' is taken as {(arePairs ? "lines 'class output'" : "one class a line, in the order of the outputs")}."])
        {
            Outputs = outputs.LargestLine is { } line ? new($"'{_table.Source}', line {line}") : null,
        };
    }

    private DataLabels OfFiles(TextTable table, PictureNames pictures, string top)
    {
        var files = FileLabels.Read(table);
        if (files.IsEmpty || files[0].Label is null)
            throw new ImcException($"'{table.Source}' names files without labels; write lines 'file label'.");
        var lookup = new PictureLookup(pictures, top);
        var texts = new (TextRow Row, string Label)[pictures.Names.Length];
        foreach (var (row, file, label) in files)
        {
            ref var text = ref texts[lookup.Find(table, row, file)];
            if (text.Label is not null)
                throw table.Wrong(row, $"'{PictureFiles.Shown(file)}' has label '{PictureFiles.Shown(label!)}', and in line "
                    + $"{text.Row.Line} it has label '{PictureFiles.Shown(text.Label)}'; every picture has one line");
            text = (row, label!);
        }
        int missing = Array.FindIndex(texts, text => text.Label is null);
        if (missing >= 0)
            throw new ImcException($"'{table.Source}' has no label for '{pictures.Names[missing]}' and "
                + $"{texts.Count(text => text.Label is null) - 1} more pictures of '{pictures.Source}'; every picture needs one.");
        var labels = Numbered(table, texts, _order);
        return labels with { Notes = labels.Notes.Insert(0, $"'{table.Source}' is taken as lines 'file label'.") };
    }

    /// <summary>Returns written labels as numbers, and how they were read.</summary>
    private static DataLabels Numbered(TextTable table, IReadOnlyList<(TextRow Row, string Label)> texts, ClassOutputs? order)
    {
        if (order is not null)
            return new(order.Names, [.. texts.Select(text => OutputOf(table, text.Row, text.Label, order))],
                [$"Labels of '{table.Source}' are classes or numbers of '{order.Source}'."]);
        var number = texts.FirstOrDefault(text => TextTable.IsNumber(text.Label));
        var name = texts.FirstOrDefault(text => !TextTable.IsNumber(text.Label));
        if (number.Label is not null && name.Label is not null)
            throw table.Wrong(name.Row, $"the label '{PictureFiles.Shown(name.Label)}' is not a number, but "
                + $"'{PictureFiles.Shown(number.Label)}' in line {number.Row.Line} is; write all labels as numbers or all as classes");
        return number.Label is not null ? AsOutputs(table, texts) : AsNames(table, texts);
    }

    private static int OutputOf(TextTable table, TextRow row, string label, ClassOutputs order)
    {
        if (order.ByName.TryGetValue(label, out int output)) return output;
        if (TextTable.NumberIn(label, int.MaxValue) is { } number && order.ByNumber.TryGetValue(number, out output)) return output;
        throw table.Wrong(row, $"the label '{PictureFiles.Shown(label)}' is neither a class of '{order.Source}' nor one of its numbers "
            + $"{order.ByNumber.Keys.Min()} to {order.ByNumber.Keys.Max()}");
    }

    private static DataLabels AsOutputs(TextTable table, IReadOnlyList<(TextRow Row, string Label)> texts)
    {
        int[] labels = [.. texts.Select(text => TextTable.NumberIn(text.Label, ClassOutputs.MostOutputs - 1)
            ?? throw table.Wrong(text.Row, $"the label {PictureFiles.Shown(text.Label)} is out of range; outputs of a network are 0 to "
                + $"{ClassOutputs.MostOutputs - 1}"))];
        return new([.. Enumerable.Range(0, labels.Max() + 1).Select(label => $"{label}")], labels,
            [$"Labels of '{table.Source}' are numbers of the network's outputs, from 0."])
        {
            Outputs = new($"'{table.Source}', line {texts[Array.IndexOf(labels, labels.Max())].Row.Line}"),
        };
    }

    private static DataLabels AsNames(TextTable table, IReadOnlyList<(TextRow Row, string Label)> texts)
    {
        ImmutableArray<string> names = [.. texts.Select(text => text.Label).Distinct().Order(StringComparer.Ordinal)];
        if (names.Length > ClassOutputs.MostOutputs)
            throw new ImcException($"'{table.Source}' names {names.Length} classes; at most {ClassOutputs.MostOutputs} are allowed.");
        return new(names, [.. texts.Select(text => names.BinarySearch(text.Label, StringComparer.Ordinal))],
            [$"Labels of '{table.Source}' are {names.Length} classes, in ordinal order of their names."]);
    }
}
