namespace ImcEngine.Cli.Reports;

/// <summary>What a command reports, kept as lines and tables, so that a page shows the same sentences and numbers as the
/// terminal.</summary>
internal sealed class ReportTranscript
{
    private readonly List<Block> _blocks = [];

    public IReadOnlyList<Block> Blocks => _blocks;

    /// <summary>Returns what <paramref name="write"/> reports.</summary>
    public static ReportTranscript Of(Action<Report> write)
    {
        var transcript = new ReportTranscript();
        write(new(TextWriter.Null, isTerminal: false) { Transcript = transcript });
        return transcript;
    }

    /// <summary>Adds a line to those before it; an empty one ends them.</summary>
    public void Add(string line)
    {
        if (line.Length == 0) _blocks.Add(new Block([], null));
        else if (_blocks.Count > 0 && _blocks[^1] is { Table: null } last) _blocks[^1] = last with { Lines = [.. last.Lines, line] };
        else _blocks.Add(new([line], null));
    }

    public void Add(TextTable table) => _blocks.Add(new([], table));

    /// <summary>Lines that belong together, or a table.</summary>
    internal sealed record Block(IReadOnlyList<string> Lines, TextTable? Table);
}
