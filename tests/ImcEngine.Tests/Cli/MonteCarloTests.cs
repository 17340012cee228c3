using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli;

/// <summary><c>imc compare</c> over several dies, repeats and settings, on a tiny network.</summary>
public sealed class MonteCarloTests : IDisposable
{
    private const string Offsets = "macro.die.columnOffsetCounts=2", Noise = "macro.die.bitlineNoiseCounts=2";

    private readonly TinyFiles _files = new();
    private readonly string _model;

    public MonteCarloTests() => _model = _files.Model(4);

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Each_die_gives_what_it_gives_alone_and_float_and_digital_run_once()
    {
        var (several, run) = await Compare("--die", "5", "--dies", "3", "--set", Offsets, "--yield-above", "0.05");
        var (alone, _) = await Compare("--die", "6", "--set", Offsets);
        var dies = several["monteCarlo"]!["dies"]!.AsArray();
        Assert.Equal([5, 6, 7], dies.Select(die => (int)die!["die"]!));
        Assert.Equal((string)alone["imcLogitsSha256"]!, (string)dies[1]!["repeats"]![0]!["imcLogitsSha256"]!);
        Assert.Equal((string)several["imcLogitsSha256"]!, (string)dies[0]!["repeats"]![0]!["imcLogitsSha256"]!);
        Assert.Equal(3, Logits(several).Count);
        Assert.Equal(dies.Average(die => (double)die!["top1"]!), (double)several["monteCarlo"]!["meanTop1"]!, 12);
        Assert.Equal(dies.Min(die => (double)die!["top1"]!), (double)several["monteCarlo"]!["worstDie"]!["top1"]!);
        Assert.Equal(dies.Count(die => (double)die!["top1"]! > 0.05), (int)several["monteCarlo"]!["yield"]!["dies"]!);
        Assert.Contains(run.Lines, line => line.Contains("Student t; yield: Wilson score interval.", StringComparison.Ordinal));
        Assert.True((long)several["dieBytes"]! > 0);
        Assert.Contains(run.Lines, line => line.StartsWith("A die takes ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Repeats_differ_by_noise_within_a_die()
    {
        var (document, _) = await Compare("--dies", "2", "--repeats", "2", "--set", Offsets, "--set", Noise);
        Assert.Equal(4, Logits(document).Count);
        Assert.NotNull(document["monteCarlo"]!["repeatSigmaTop1"]);
    }

    [Fact]
    public async Task What_nothing_tells_apart_runs_once_and_says_so()
    {
        var (quiet, run) = await Compare("--dies", "2", "--repeats", "2", "--set", Offsets);
        Assert.Equal(2, Logits(quiet).Count);
        Assert.Contains(run.Lines,
            line => line.EndsWith("all repeats are equal, because no temporal noise is on; one was run.", StringComparison.Ordinal));
        var (noisy, second) = await Compare("--dies", "2", "--repeats", "2", "--set", Noise);
        Assert.Equal(2, Logits(noisy).Count);
        Assert.Contains(second.Lines,
            line => line.EndsWith("all dies are equal, because no static error is on; one was run.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_that_keep_the_cells_are_paired_and_others_are_not()
    {
        var (document, run) =
            await Compare("--dies", "3", "--set", Offsets, "--versus", $"macro.adc.bits=6 {Noise}", "--versus", "macro.rows=128");
        var points = document["points"]!.AsArray();
        Assert.Equal(3, points.Count);
        var (alone, _) = await Compare("--die", "2", "--set", Offsets, "--set", "macro.adc.bits=6", "--set", Noise);
        Assert.Equal((string)alone["imcLogitsSha256"]!, (string)points[1]!["monteCarlo"]!["dies"]![2]!["repeats"]![0]!["imcLogitsSha256"]!);
        var differences = document["differences"]!.AsArray();
        Assert.Equal([true, false], differences.Select(difference => (bool)difference!["paired"]!));
        double[] paired = [.. Enumerable.Range(0, 3).Select(i => Top1(points[0]!, i) - Top1(points[1]!, i))];
        Assert.Equal(paired.Average(), (double)differences[0]!["lossTop1"]!, 12);
        Assert.Contains(run.Lines, line => line.StartsWith("'macro.rows=128' puts the weights of layer 'layer", StringComparison.Ordinal)
            && line.Contains("not paired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_of_another_network_are_refused() =>
        (await ImcRun.Of("compare", "--model", _model, "--data", _files.Data, "--calibration", "2", "--versus", "layers.layer1.*=digital"))
            .IsBadInput("--versus is 'layers.layer1.*=digital'", "which changes the network", "a separate command");

    [Theory]
    [InlineData("--dies is '0'; allowed is a whole number from 1 to 100000.", "--dies", "0")]
    [InlineData("--repeats is '10001'; allowed is a whole number from 1 to 10000.", "--repeats", "10001")]
    [InlineData("--dies 100000 with --repeats 11 are 1100000 runs of all images; allowed are at most 1000000.", "--dies", "100000",
        "--repeats", "11")]
    [InlineData("--yield-above is '90'; allowed is a number from 0 to 1.", "--yield-above", "90")]
    [InlineData("--yield-above is 'NaN'; allowed is a number from 0 to 1.", "--yield-above", "NaN")]
    [InlineData("--dies is 2 from --die 4294967295 on; seeds end at 4294967295.", "--dies", "2", "--die", "4294967295")]
    [InlineData("--die is '-1'; allowed is a whole number from 0 to 4294967295.", "--die", "-1")]
    [InlineData("--seed is 'NaN'; allowed is a whole number from 0 to 4294967295.", "--seed", "NaN")]
    [InlineData("--versus is ' '; allowed is a text that is not empty", "--versus", " ")]
    [InlineData("macro.adc.bitz", "--versus", "macro.adc.bitz=3")]
    public async Task What_cannot_be_used_is_named(string message, params string[] options) =>
        (await ImcRun.Of(["compare", "--data", _files.Data, "--calibration", "2", .. options])).IsBadInput(message);

    private static double Top1(JsonNode point, int die) => (double)point["monteCarlo"]!["dies"]![die]!["top1"]!;

    private static HashSet<string> Logits(JsonNode point) =>
        [.. point["monteCarlo"]!["dies"]!.AsArray().SelectMany(die => die!["repeats"]!.AsArray())
            .Select(repeat => (string)repeat!["imcLogitsSha256"]!)];

    private async Task<(JsonNode Document, ImcRun Run)> Compare(params string[] options)
    {
        string file = _files["dies.json"];
        var run =
            (await ImcRun.Of(["compare", "--model", _model, "--data", _files.Data, "--calibration", "2", "--stats", "0", "--json", file,
                .. options])).Succeeds();
        return (JsonNode.Parse(File.ReadAllText(file))!, run);
    }
}
