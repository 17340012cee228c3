namespace ImcEngine.Tests.Architecture;

[CollectionDefinition(nameof(DocumentsCollection), DisableParallelization = true)]
public sealed class DocumentsCollection;

/// <summary>
/// Every example in README.md and the other documents works. Not parallel: examples run in a current folder of their own and print.
/// </summary>
[Collection(nameof(DocumentsCollection))]
public class DocumentsTests
{
    public static TheoryData<string> Names => [.. MarkdownDocument.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_block_is_taken_by_its_reader(string name) => Assert.Empty(DocumentExamples.BadBlocks(MarkdownDocument.Read(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_line_is_one_that_the_program_takes(string name) =>
        Assert.Empty(DocumentExamples.BadLines(MarkdownDocument.Read(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_line_and_every_program_runs(string name) =>
        Assert.Empty(await DocumentExamples.FailuresOfRunningAsync(MarkdownDocument.Read(name)));

    [Fact]
    public void Every_line_that_is_not_run_stands_in_a_document()
    {
        var shown = MarkdownDocument.Names.SelectMany(name => MarkdownDocument.Read(name).ShellLines).ToHashSet();
        Assert.All(DocumentExamples.NotRun.Keys, line => Assert.Contains(line, shown));
    }

    [Theory]
    [InlineData("json run", """{ "macro": { "rowz": 128 } }""", "rowz")]
    [InlineData("json macro", """{ "adc": { "bits": 99 } }""", "bits")]
    [InlineData("json study", """{ "name": "s", "model": "my.onnx", "grid": [ { "macro.rowz": [64] } ] }""", "rowz")]
    [InlineData("csv table", "s,P(0),P(2)\n0,0.5,0.6", "add up")]
    [InlineData("csv noise", "s,level,sigma\n0,0,1", "level")]
    [InlineData("json", "{}", "no test knows")]
    public void A_bad_block_is_found(string kind, string text, string error) =>
        Assert.Contains(error, Assert.Single(DocumentExamples.BadBlocks(Document($"```{kind}\n{text}\n```\n"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("```sh\nimc compare --imagez 4\n```\n", "--imagez")]
    [InlineData("```sh\ndotnet build\n```\n", "no test runs")]
    [InlineData("Then `imc adk --csv` prints it.\n", "adk")]
    [InlineData("Text.\n\n    imc compare\n", "no block marked sh")]
    [InlineData("```text\nimc compare\n```\n", "no block marked sh")]
    public void A_bad_line_is_found(string text, string error) =>
        Assert.Contains(DocumentExamples.BadLines(Document(text)), failure => failure.Contains(error, StringComparison.Ordinal));

    [Theory]
    [InlineData("```sh\nimc adc --set macro.rows=128 --set macro.adc.bits=3\n```\n", "macro.adc.range")]
    [InlineData("```sh\nimc inspect nobody-wrote-this.onnx\n```\n", "nobody-wrote-this.onnx")]
    [InlineData("```csharp\nConsole.WriteLine(ImcEngine.Nothing.At);\n```\n", "CS0234")]
    [InlineData("```csharp\nConsole.WriteLine(File.ReadAllText(\"nobody-wrote-this\"));\n```\n", "nobody-wrote-this")]
    [InlineData("```csharp\nConsole.WriteLine(ImcEngine.Cli.ImcProgram.Success);\n```\n", "CS0122")]
    public async Task An_example_that_fails_is_found(string text, string error) =>
        Assert.Contains(error, Assert.Single(await DocumentExamples.FailuresOfRunningAsync(Document(text))), StringComparison.Ordinal);

    [Fact]
    public async Task An_example_uses_the_files_that_the_document_shows()
    {
        const string Text = """
            ```json macro my-macro.json
            { "rows": 16, "adc": { "range": "full" } }
            ```
            ```sh
            imc adc --macro my-macro.json \
                --csv
            ```
            ```csharp
            Console.WriteLine(File.ReadAllText("my-macro.json"));
            ```

            """;
        Assert.Empty(await DocumentExamples.FailuresOfRunningAsync(Document(Text)));
    }

    [Fact]
    public void A_shell_line_is_split_as_a_shell_splits_it() =>
        Assert.Equal(["imc", "a b", "c=[0,1]", """{"d": 5}"""], ShellLine.Words("""imc "a b" c=[0,1]  '{"d": 5}'"""));

    private static MarkdownDocument Document(string text) => new("planted.md", text);
}
