using System.CommandLine;
using ImcEngine.Cli;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Cli;

public sealed class TextFileOptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TextFileOption _option = new("--json", "Results");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Results_are_kept_where_no_one_takes_the_report()
    {
        string file = _folder["results.json"];
        var failure = Assert.Throws<ImcException>(() =>
            _option.WriteBefore(() => throw new ImcException("the disk of standard output is full"), Parse(file), () => "{}"));
        Assert.Equal("the disk of standard output is full", failure.Message);
        Assert.Equal("{}", File.ReadAllText(file));
    }

    [Fact]
    public void A_report_is_written_where_the_file_cannot_be()
    {
        bool isReported = false;
        var parse = Parse(_folder["results.json"]);
        Directory.CreateDirectory(_folder["results.json"]);
        Assert.Throws<ImcException>(() => _option.WriteBefore(() => isReported = true, parse, () => "{}"));
        Assert.True(isReported);
    }

    private ParseResult Parse(string file) => new RootCommand { _option }.Parse(["--json", file]);
}
