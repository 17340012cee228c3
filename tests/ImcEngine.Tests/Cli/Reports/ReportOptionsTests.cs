namespace ImcEngine.Tests.Cli.Reports;

/// <summary>The options <c>--html</c> and <c>--plots</c>.</summary>
public sealed class ReportOptionsTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("compare", "--model", "absent.onnx")]
    [InlineData("attribute", "--model", "absent.onnx")]
    [InlineData("study", "absent.json")]
    [InlineData("cost", "absent.onnx")]
    [InlineData("profile", "absent.onnx")]
    [InlineData("adc", "--die", "0", "--model", "absent.onnx")]
    public async Task A_place_that_cannot_be_written_is_refused_before_any_input_is_read(params string[] command)
    {
        (await ImcRun.Of([.. command, "--html", _files["no/such/page.html"]])).IsBadInput("cannot be written", "there is no folder");
        File.WriteAllText(_files["file"], "");
        (await ImcRun.Of([.. command, "--plots", Path.Combine(_files["file"], "below")])).IsBadInput("cannot be made");
    }

    [Fact]
    public async Task A_page_replaces_no_other_file_that_the_command_names()
    {
        string model = _files.Model(4);
        byte[] before = File.ReadAllBytes(model);
        (await ImcRun.Of("cost", model, "--html", model)).IsBadInput("names too");
        Assert.Equal(before, File.ReadAllBytes(model));
    }

    [Fact]
    public async Task A_page_on_standard_output_stands_there_alone()
    {
        var run = await ImcRun.Of("cost", _files.Model(4), "--html", "-");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("<!DOCTYPE html>\n", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("conversions", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_from_files_are_text_and_never_markup()
    {
        string folder = Directory.CreateDirectory(_files["a b"]).FullName, macro = Path.Combine(folder, "m.json");
        File.WriteAllText(macro, """{ "name": "<script>alert('x')</script> & \u001b[31m \"q\"", "rows": 64 }""");
        (await ImcRun.Of("cost", _files.Model(4), "--macro", macro, "--html", _files["page.html"])).Succeeds();
        var page = ReportFiles.Page(_files["page.html"]);
        Assert.Contains("<script>alert('x')</script> & \\u001B[31m \"q\"", page.Descendants("h1").Single().Value, StringComparison.Ordinal);
        Assert.Single(page.Descendants("script"));
        // A word with a blank is quoted, so that the command can be typed again.
        Assert.Contains($"--macro '{macro}'", page.Descendants("pre").First().Value, StringComparison.Ordinal);
    }
}
