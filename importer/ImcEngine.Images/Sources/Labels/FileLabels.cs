using System.Collections.Immutable;

namespace ImcEngine.Images.Sources.Labels;

/// <summary>A picture's line in a list.</summary>
/// <param name="Row">The line.</param>
/// <param name="File">The file as written.</param>
/// <param name="Label">The label as written; null in a list without labels.</param>
internal readonly record struct FileLabel(TextRow Row, string File, string? Label);

/// <summary>
/// Lines that name a picture's file and its label: <c>file label</c>, or columns of which a header names one as the file and one as the
/// label.
/// </summary>
internal static class FileLabels
{
    private static readonly ImmutableArray<string>
        FileColumns = ["file", "filename", "file_name", "image", "image_name", "path", "filepath"],
        LabelColumns = ["label", "class", "class_name", "target", "category"];

    /// <summary>Whether a file is such a list: it has the header, or a line's first field has a picture's extension.</summary>
    /// <exception cref="ImcException">A quote is not closed.</exception>
    public static bool NamesPictures(TextTable table) =>
        Header(table) is not null
            || table.Rows.Any(row => PictureFiles.IsPicture(row.Text) || PictureFiles.IsPicture(FirstField(table, row)));

    /// <exception cref="ImcException">A line cannot be read.</exception>
    public static ImmutableArray<FileLabel> Read(TextTable table)
    {
        if (Header(table) is { } columns) return [.. table.Rows.Skip(1).Select(row => FromColumns(table, row, columns))];
        // Files alone; a name may have spaces.
        if (table.Rows.All(row => PictureFiles.IsPicture(row.Text.Trim('"'))))
            return [.. table.Rows.Select(row => new FileLabel(row, row.Text.Trim('"'), null))];
        return [.. table.Rows.Select(row => table.TwoFields(row) is var (file, label) ? new FileLabel(row, file, label)
            : throw table.Wrong(row, $"'{PictureFiles.Shown(row.Text)}' is not a file and its label; separate the two by a comma, a tab or "
                + $"spaces, as in the first line, which may name columns ({FileColumns[0]}, {LabelColumns[0]})"))];
    }

    private static string FirstField(TextTable table, TextRow row) => table.TwoFields(row)?.First ?? table.Fields(row)[0];

    /// <summary>Returns the columns of the file and of the label, and how many there are; null without a header.</summary>
    private static (int File, int Label, int Count)? Header(TextTable table)
    {
        var names = table.Fields(table.Rows[0]);
        var files = ColumnsOf(names, FileColumns);
        var labels = ColumnsOf(names, LabelColumns);
        if (files.Count == 0 || labels.Count == 0) return null;
        if (files.Count > 1 || labels.Count > 1)
            throw table.Wrong(table.Rows[0], $"the columns {string.Join(", ", files.Concat(labels).Select(column => names[column]))} name "
                + "files or labels; leave one of each");
        return (files[0], labels[0], names.Count);
    }

    private static List<int> ColumnsOf(IReadOnlyList<string> names, ImmutableArray<string> known) =>
        [.. Enumerable.Range(0, names.Count).Where(column => known.Contains(names[column], StringComparer.OrdinalIgnoreCase))];

    private static FileLabel FromColumns(TextTable table, TextRow row, (int File, int Label, int Count) columns)
    {
        var fields = table.Fields(row);
        return fields.Count == columns.Count && fields[columns.File].Length > 0 && fields[columns.Label].Length > 0
            ? new(row, fields[columns.File], fields[columns.Label])
            : throw table.Wrong(row, $"it has {fields.Count} fields; the first line names {columns.Count}, of which the file and the label "
                + "may not be empty");
    }
}
