using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Tests.Cli.Studies;

public class StudyCommandTests
{
    private const string SixPoints = """[{"macro.rows":[64,256]},{"macro.adc.bits":[2,3,4]}]""";

    [Fact]
    public async Task Results_stand_in_the_order_of_the_grid()
    {
        using var study = new SmallStudy(SixPoints);
        var run = (await study.Run("a")).Succeeds();
        Assert.Equal("Study small: 6 points; 0 finished before, 6 to run.", run.Lines[0]);
        Assert.StartsWith("Point 6 of 6: macro.rows=256 macro.adc.bits=4: top-1 ", run.Lines[^2], StringComparison.Ordinal);
        string[] lines = study.Csv("a");
        Assert.StartsWith("grid,macro.rows,macro.adc.bits,images,floatTop1,floatTop1Low95,floatTop1High95,digitalTop1,", lines[0],
            StringComparison.Ordinal);
        Assert.Equal(["1,64,2,6", "1,64,3,6", "1,64,4,6", "1,256,2,6", "1,256,3,6", "1,256,4,6"],
            lines[1..].Select(line => string.Join(',', line.Split(',')[..4])));
    }

    [Fact]
    public async Task Accuracies_and_losses_carry_intervals()
    {
        using var study = new SmallStudy("""[{"macro.adc.bits":[2]}]""");
        (await study.Run("a")).Succeeds();
        var point = study.Results("a")["points"]![0]!;
        string[] titles = study.Csv("a")[0].Split(','), figures = study.Csv("a")[1].Split(',');
        string Figure(string title) => figures[Array.IndexOf(titles, title)];
        var top1 = new Proportion((int)Math.Round((double)point["imcTop1"]! * 6), 6).Interval95;
        Assert.Equal((top1.Low, top1.High), (double.Parse(Figure("imcTop1Low95"), CultureInfo.InvariantCulture),
            double.Parse(Figure("imcTop1High95"), CultureInfo.InvariantCulture)));
        var loss = new PairedDifference((int)point["imcAgainstDigital"]!["imagesLost"]!, (int)point["imcAgainstDigital"]!["imagesWon"]!, 6);
        double[] written = [
            .. new[] { "imcDigitalLoss", "imcDigitalLossLow95", "imcDigitalLossHigh95", "imcDigitalExactP" }.Select(
                title => double.Parse(Figure(title), CultureInfo.InvariantCulture))];
        Assert.Equal([loss.Loss, loss.Interval95.Low, loss.Interval95.High, loss.ExactP], written);
        Assert.Equal((double)point["digitalTop1"]! - (double)point["imcTop1"]!, loss.Loss, 12);
    }

    [Theory]
    [InlineData("""[{"quantization.weightBits":[4,2]}]""")]
    [InlineData("""[{"layers.layer1.*.weightBits":[2]}]""")]
    public async Task A_grid_that_quantizes_a_quantized_network_is_refused_before_any_point_runs(string grid)
    {
        using var study = new SmallStudy(grid);
        var run = await study.Run("a");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'tiny.onnx' is quantized already and keeps its own codes", run.Error, StringComparison.Ordinal);
        Assert.Empty(study.Points("a"));
    }

    [Fact]
    public async Task A_points_figures_are_those_that_compare_finds()
    {
        using var study = new SmallStudy("""[{"macro.rows":[128]},{"macro.adc.bits":[3]}]""");
        (await study.Run("a")).Succeeds();
        string[] settings = ["--set", "calibration.count=2", "--set", "macro.rows=128", "--set", "macro.adc.bits=3"];
        (await ImcRun.Of(["compare", "--model", study.Model, "--data", study.Images, .. settings, "--stats", "0", "--json",
            study["compare.json"]])).Succeeds();
        var point = study.Results("a")["points"]![0]!;
        var compared = JsonNode.Parse(File.ReadAllText(study["compare.json"]))!;
        foreach (string name in new[] { "images", "floatTop1", "digitalTop1", "imcTop1", "digitalFloatAgreement", "imcFloatAgreement",
            "imcDigitalAgreement", "imcTop1Interval95", "imcAgainstDigital", "conversionsPerImage", "arrays", "cost", "imcLogitsSha256",
            "preprocessing", "operands", "run" })
            Assert.True(JsonNode.DeepEquals(compared[name], point[name]), $"{name}: {compared[name]} and {point[name]}");
    }

    [Fact]
    public async Task An_axis_of_dies_gives_each_die_that_compare_gives()
    {
        using var study = new SmallStudy("""[{"macro.die.columnOffsetCounts":[2]},{"die":[3,4]}]""");
        (await study.Run("a")).Succeeds();
        Assert.Equal(["1,2,3,6", "1,2,4,6"], study.Csv("a")[1..].Select(line => string.Join(',', line.Split(',')[..4])));
        string[] settings = ["--set", "calibration.count=2", "--set", "macro.die.columnOffsetCounts=2", "--die", "3", "--dies", "2"];
        (await ImcRun.Of(["compare", "--model", study.Model, "--data", study.Images, .. settings, "--stats", "0", "--json",
            study["compare.json"]])).Succeeds();
        var dies = JsonNode.Parse(File.ReadAllText(study["compare.json"]))!["monteCarlo"]!["dies"]!.AsArray();
        Assert.Equal(dies.Select(die => ((int)die!["die"]!, (string)die["repeats"]![0]!["imcLogitsSha256"]!)),
            study.Results("a")["points"]!.AsArray().Select(point => ((int)point!["die"]!, (string)point["imcLogitsSha256"]!)));
        Assert.Equal(2, study.Points("a").Length);
        Assert.Single(Directory.GetFiles(study["a/baselines"]));
    }

    [Fact]
    public async Task Results_name_no_machine_and_no_time_and_timings_do()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a", "--threads", "1")).Succeeds();
        string[] ofMachine = ["seconds", "imcImagesPerSecond", "threads", "kernel", "host"];
        var timing = JsonNode.Parse(File.ReadAllText(study["a/timings.json"]))![0]!;
        Assert.All(ofMachine, name => Assert.NotNull(timing[name]));
        Assert.All(ofMachine,
            name => Assert.DoesNotContain($"\"{name}\"", File.ReadAllText(study["a/results.json"]), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finished_points_are_never_computed_again()
    {
        using var study = new SmallStudy(SixPoints);
        (await study.Run("a", "--shard", "2/3")).Succeeds();
        var before = study.Points("a").ToDictionary(file => file, File.GetLastWriteTimeUtc);
        Assert.Equal(2, before.Count);
        Assert.Contains("2 finished before, 4 to run", (await study.Run("a")).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.All(before, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
        (await study.Run("b")).Succeeds();
        study.AssertSameResults("a", "b");
    }

    [Fact]
    public async Task When_all_points_are_finished_neither_float_nor_digital_runs()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        string baseline = Assert.Single(Directory.GetFiles(study["a/baselines"]));
        File.Delete(baseline);
        Assert.Contains("1 finished before, 0 to run", (await study.Run("a")).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.False(File.Exists(baseline));
    }

    [Theory]
    [InlineData("{\"numericsVersion\": 1, \"ke")]
    [InlineData("")]
    [InlineData("{}")]
    public async Task A_file_that_is_no_result_counts_as_absent(string text)
    {
        using var study = new SmallStudy("""[{"macro.rows":[64,128]}]""");
        (await study.Run("a")).Succeeds();
        string damaged = study.Points("a")[0], whole = File.ReadAllText(damaged);
        File.WriteAllText(damaged, text);
        Assert.Contains("1 finished before, 1 to run", (await study.Run("a")).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllText(damaged));
    }

    [Fact]
    public async Task Another_number_of_images_is_another_point()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        Assert.Contains("0 finished before", (await study.Run("a", "--images", "3")).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.Equal(3, (int)study.Results("a")["points"]![0]!["images"]!);
    }

    [Fact]
    public async Task A_setting_that_stands_in_two_grids_is_computed_once_and_listed_twice()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64,64]}]""");
        (await study.Run("a")).Succeeds();
        Assert.Single(study.Points("a"));
        Assert.Equal(3, study.Csv("a").Length);
    }

    [Fact]
    public async Task Other_images_to_calibrate_on_leave_all_of_the_studys_to_evaluate()
    {
        using var study = new SmallStudy("""[{"macro.adc.bits":[3]}]""");
        (await study.Run("a", "--calibration-data", study.Images)).Succeeds();
        (await ImcRun.Of(["compare", "--model", study.Model, "--data", study.Images, "--set", "calibration.count=2", "--set",
            "macro.adc.bits=3", "--calibration-data", study.Images, "--stats", "0", "--json", study["compare.json"]])).Succeeds();
        var (point, compared) = (study.Results("a")["points"]![0]!, JsonNode.Parse(File.ReadAllText(study["compare.json"]))!);
        Assert.Equal((8, "images"), ((int)point["images"]!, (string)point["run"]!["calibration"]!["data"]!));
        Assert.Equal((string)compared["imcLogitsSha256"]!, (string)point["imcLogitsSha256"]!);
    }
}
