namespace ImcEngine.Cli;

/// <summary>Rows of text under column titles; <see cref="Report"/> prints them.</summary>
internal sealed class TextTable(params TextTable.Column[] columns)
{
    private const int Between = 2, MostOfName = 40;
    private const string LeftOut = "...";

    private readonly List<string[]> _rows = [];

    public IReadOnlyList<Column> Columns { get; } = columns;
    public IReadOnlyList<string[]> Rows => _rows;

    public static Column Text(string title) => new(title, IsNumber: false);
    public static Column Number(string title) => new(title, IsNumber: true);

    /// <summary>A column of names from files, whose middle is left out beyond 40 characters where they are printed; JSON and CSV have them
    /// whole.</summary>
    public static Column Name(string title) => new(title, IsNumber: false, IsName: true);

    public void Add(params string[] cells)
    {
        if (cells.Length != Columns.Count)
            throw new ArgumentException($"{cells.Length} cells were given; the table has {Columns.Count} columns.");
        _rows.Add(cells);
    }

    /// <summary>Returns a cell as it is printed, or a title.</summary>
    public string Shown(int column, string cell) => Printable.Escape(Columns[column].IsName ? Shortened(cell) : cell);

    /// <summary>Converters name a layer after all that it was fused from; the last name tells layers apart.</summary>
    private static string Shortened(string name)
    {
        if (name.Length <= MostOfName) return name;
        int kept = MostOfName - LeftOut.Length, first = kept / 3;
        return name[..first] + LeftOut + name[^(kept - first)..];
    }

    /// <summary>Returns aligned lines, with columns two spaces apart and numbers to the right.</summary>
    public IEnumerable<string> ToLines()
    {
        var rows = _rows.Prepend([.. Columns.Select(column => column.Title)])
            .Select(row => row.Select((cell, c) => Shown(c, cell)).ToArray()).ToList();
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
            .. Columns.Select((column, c) => _rows.Select(row => row[c]).Prepend(column.Title).Max(cell => Shown(c, cell).Length))];
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
    /// <param name="IsName">Whether it holds names, which may be long.</param>
    public sealed record Column(string Title, bool IsNumber, bool IsName = false);
}
