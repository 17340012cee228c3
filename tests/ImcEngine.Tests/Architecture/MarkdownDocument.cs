using System.Text.RegularExpressions;

namespace ImcEngine.Tests.Architecture;

/// <summary>
/// A fenced block. Its first line says what it is: <c>```json run my-run.json</c> is JSON, a run specification, and the file of that name
/// in the document's examples.
/// </summary>
/// <param name="Info">The words of the first line.</param>
internal sealed record MarkdownBlock(string[] Info, string Text)
{
    /// <summary>Language and kind, e.g. <c>json run</c>.</summary>
    public string Kind => string.Join(' ', Info.Take(2));

    /// <summary>Null: the examples do not use it as a file.</summary>
    public string? FileName => Info.ElementAtOrDefault(2);
}

/// <summary>A document for users: its blocks, and the command lines that it shows.</summary>
internal sealed partial record MarkdownDocument(string Name, string Text)
{
    /// <summary>Those whose examples are run.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Repository.Files.Where(file => file is "README.md" or "perf/results/README.md" || DocsFile().IsMatch(file))];

    public static MarkdownDocument Read(string name) => new(name, Repository.Read(name));

    public IReadOnlyList<MarkdownBlock> Blocks { get; } =
    [
        .. from Match fence in Fence().Matches(Text)
           let info = fence.Groups["info"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           select new MarkdownBlock(info, fence.Groups["text"].Value),
    ];

    /// <summary>The lines of blocks marked <c>sh</c>; a line that ends with \ goes on in the next.</summary>
    public IEnumerable<string> ShellLines =>
        from block in Blocks
        where block.Kind == "sh"
        from line in block.Text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        where line.Trim().Length > 0 && !line.StartsWith('#')
        select line.Trim();

    /// <summary>Command lines that look like code but stand in no block marked <c>sh</c>, where no test would run them.</summary>
    public IEnumerable<string> StrayShellLines =>
        from text in Blocks.Where(block => block.Kind != "sh").Select(block => block.Text).Append(Prose)
        from Match line in StrayLine().Matches(text)
        select line.Value.Trim();

    /// <summary>What follows <c>imc</c> in code within a sentence or a table.</summary>
    public IEnumerable<string> InlineCommands => InlineCommand().Matches(Prose).Select(match => match.Groups["arguments"].Value).Distinct();

    private string Prose => Fence().Replace(Text, "");

    [GeneratedRegex(@"^engine/docs/[^/]+\.md$")]
    private static partial Regex DocsFile();

    [GeneratedRegex(@"^```(?<info>[^\n]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(?:    |\t)? *(?:imc|dotnet|\./run\.ps1) (?:[a-z-].*)$", RegexOptions.Multiline)]
    private static partial Regex StrayLine();

    [GeneratedRegex(@"`imc (?<arguments>[^`\n]+)`")]
    private static partial Regex InlineCommand();
}
