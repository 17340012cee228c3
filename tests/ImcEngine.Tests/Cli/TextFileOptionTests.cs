using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli;

public sealed class TextFileOptionTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<string> Commands => new(
        "inspect MODEL", "compare --model MODEL --data DATA --calibration 2", "attribute --model MODEL --data DATA --calibration 2",
        "profile MODEL --data DATA --calibration 2", "verify --model MODEL --data DATA --images 2");

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Json_on_standard_output_is_all_that_goes_there(string command)
    {
        string[] args = Args(command);
        var run = await ImcRun.Of([.. args, "--json", "-"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(ImcVersion.Numerics, (int)JsonNode.Parse(run.Output)!["numericsVersion"]!);
        Assert.NotEqual("", run.Error);
        Assert.False(File.Exists("-"));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_place_that_cannot_be_written_is_refused_before_anything_is_read(string command)
    {
        string[] absent = Args(command.Replace("MODEL", "no.onnx", StringComparison.Ordinal));
        (await ImcRun.Of([.. absent, "--json", _files["no/a.json"]])).IsBadInput("no/a.json' cannot be written", "there is no folder");
        (await ImcRun.Of([.. Args(command), "--json", ""])).IsBadInput("--json is ''; allowed is a text that is not empty");
    }

    [Fact]
    public async Task Csv_on_standard_output_is_the_files_and_only_one_document_can_go_there()
    {
        var run = await ImcRun.Of([.. Args("inspect MODEL"), "--map-csv", "-"]);
        await ImcRun.Of([.. Args("inspect MODEL"), "--map-csv", _files["map.csv"]]);
        Assert.Equal(File.ReadAllText(_files["map.csv"]), run.Output);
        (await ImcRun.Of([.. Args("inspect MODEL"), "--json", "-", "--map-csv", "-"])).IsBadInput("both name standard output");
    }

    [Fact]
    public async Task What_the_run_reads_or_writes_besides_is_not_written_over()
    {
        string model = _files.Model(4);
        byte[] before = File.ReadAllBytes(model);
        File.CreateSymbolicLink(_files["link"], model);
        (await ImcRun.Of("inspect", model, "--json", _files["link"])).IsBadInput("which an argument names too");
        (await ImcRun.Of("quantize", model, "--out", model, "--data", _files.Data)).IsBadInput("which an argument names too");
        (await ImcRun.Of("inspect", model, "--json", _files["same"], "--map-csv", _files["same"])).IsBadInput("--map-csv names too");
        Assert.Equal(before, File.ReadAllBytes(model));
    }

    private string[] Args(string command) =>
        [.. command.Split(' ').Select(word => word switch { "MODEL" => _files.Model(4), "DATA" => _files.Data, _ => word })];
}
