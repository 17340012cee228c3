namespace ImcEngine.Cli;

/// <summary>Rows of text under column titles; <see cref="Report"/> prints them.</summary>
internal sealed class TextTable(params TextTable.Column[] columns)
{
    private const int Between = 2;

    private readonly List<string[]> _rows = [];

    public IReadOnlyList<Column> Columns { get; } = columns;
    public IReadOnlyList<string[]> Rows => _rows;

    public static Column Text(string title) => new(title, IsNumber: false);
    public static Column Number(string title) => new(title, IsNumber: true);

    public void Add(params string[] cells)
    {
        if (cells.Length != Columns.Count)
            throw new ArgumentException($"{cells.Length} cells were given; the table has {Columns.Count} columns.");
        _rows.Add(cells);
    }

    /// <summary>Returns aligned lines, with columns two spaces apart and numbers to the right.</summary>
    public IEnumerable<string> ToLines()
    {
        var rows = _rows.Prepend([.. Columns.Select(column => column.Title)])
            .Select(row => row.Select(Printable.Escape).ToArray()).ToList();
        int[] widths = [.. Columns.Select((_, c) => rows.Max(row => row[c].Length))];
        string Line(IReadOnlyList<string> cells) =>
            string.Join(new string(' ', Between),
                cells.Select((cell, c) => Columns[c].IsNumber ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).TrimEnd();
        return rows.Select(Line);
    }

    /// <summary>
    /// Returns this table if its lines fit. Otherwise divides its columns among several tables:
    /// each begins with the first column and takes as many others as fit.
    /// </summary>
    /// <param name="width">Characters of a line.</param>
    public IEnumerable<TextTable> Parts(int width)
    {
        int[] widths = [
            .. Columns.Select((column, c) => _rows.Select(row => row[c]).Prepend(column.Title).Max(cell => Printable.Escape(cell).Length))];
        for (int first = 1; first < Columns.Count || first == 1;)
        {
            int end = first, used = widths[0];
            // Each part has at least one other column, however wide.
            while (end < Columns.Count && (end == first || used + Between + widths[end] <= width)) used += Between + widths[end++];
            int[] taken = [0, .. Enumerable.Range(first, end - first)];
            var part = new TextTable([.. taken.Select(c => Columns[c])]);
            foreach (string[] row in _rows) part.Add([.. taken.Select(c => row[c])]);
            yield return part;
            first = Math.Max(end, first + 1);
        }
    }

    /// <param name="IsNumber">Whether the column holds numbers, which are aligned right.</param>
    public sealed record Column(string Title, bool IsNumber);
}
