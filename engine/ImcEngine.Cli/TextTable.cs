namespace ImcEngine.Cli;

/// <summary>Rows of text under titles; how they are drawn is <see cref="Report"/>'s affair.</summary>
internal sealed class TextTable(params TextTable.Column[] columns)
{
    private readonly List<string[]> _rows = [];

    public IReadOnlyList<Column> Columns { get; } = columns;
    public IReadOnlyList<string[]> Rows => _rows;

    public static Column Text(string title) => new(title, IsNumber: false);
    public static Column Number(string title) => new(title, IsNumber: true);

    public void Add(params string[] cells)
    {
        if (cells.Length != Columns.Count) throw new ArgumentException($"{cells.Length} cells were given; the table has {Columns.Count} columns.");
        _rows.Add(cells);
    }

    /// <summary>Aligned lines, columns two spaces apart, numbers to the right.</summary>
    public IEnumerable<string> ToLines()
    {
        var rows = _rows.Prepend([.. Columns.Select(column => column.Title)]).Select(row => row.Select(Printable.Of).ToArray()).ToList();
        int[] widths = [.. Columns.Select((_, c) => rows.Max(row => row[c].Length))];
        string Line(IReadOnlyList<string> cells) => string.Join("  ", cells.Select((cell, c) => Columns[c].IsNumber ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).TrimEnd();
        return rows.Select(Line);
    }

    /// <param name="IsNumber">Numbers stand to the right.</param>
    public sealed record Column(string Title, bool IsNumber);
}
