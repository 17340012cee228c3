using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli.Studies;

public class StudySummaryTests
{
    private const string Offsets = """[{"macro.rows":[64,128]},{"macro.die.columnOffsetCounts":[2]},{"die":[3,4,5]}]""";
    private const string OverDies = """ "aggregate":["die"],"yieldAbove":0.1""";

    [Fact]
    public async Task A_summary_has_the_figures_of_compare_over_dies()
    {
        using var study = new SmallStudy(Offsets, more: OverDies);
        var run = (await study.Run("a")).Succeeds();
        string[] settings = ["--set", "calibration.count=2", "--set", "macro.rows=128", "--set", "macro.die.columnOffsetCounts=2", "--die",
            "3", "--dies", "3", "--yield-above", "0.1"];
        (await ImcRun.Of(["compare", "--model", study.Model, "--data", study.Images, .. settings, "--stats", "0", "--json",
            study["compare.json"]])).Succeeds();
        var compared = JsonNode.Parse(File.ReadAllText(study["compare.json"]))!["monteCarlo"]!;
        var line = Summary(study, "a")["settings"]!.AsArray()[1]!;
        foreach (var (ofSummary, ofCompare) in new[] { ("meanTop1", "meanTop1"), ("sigmaTop1", "sigmaTop1"),
            ("overDiesInterval95", "interval95"), ("yield", "yield"), ("runs", "dies"), ("repeatSigmaTop1", "repeatSigmaTop1") })
            Assert.True(JsonNode.DeepEquals(compared[ofCompare], line[ofSummary]),
                $"{ofSummary}: {line[ofSummary]}, {compared[ofCompare]}");
        Assert.True(JsonNode.DeepEquals(compared["againstDigital"]!["interval95"], line["againstDigital"]!["overDiesInterval95"]));
        Assert.Equal((int)compared["worstDie"]!["die"]!, (int)line["worstDie"]!);
        Assert.Contains(run.Lines, text => text.StartsWith("Over dies, 95 %: ", StringComparison.Ordinal)
            && text.EndsWith("holds for other dies on these images, not other images.", StringComparison.Ordinal));
        Assert.Contains(run.Lines, text => text.Contains("yield > 10.00 %", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_of_the_table_is_a_setting_with_its_intervals()
    {
        using var study = new SmallStudy(Offsets, more: OverDies);
        (await study.Run("a")).Succeeds();
        string[] lines = File.ReadAllLines(study["a/summary.csv"]), titles = lines[0].Split(',');
        Assert.StartsWith("grid,macro.rows,macro.die.columnOffsetCounts,images,floatTop1,floatTop1Low95,floatTop1High95,", lines[0],
            StringComparison.Ordinal);
        Assert.Equal(["1,64,2,6", "1,128,2,6"], lines[1..].Select(line => string.Join(',', line.Split(',')[..4])));
        Assert.DoesNotContain("die", titles);
        double Figure(int line, string title) => double.Parse(lines[line].Split(',')[Array.IndexOf(titles, title)],
            System.Globalization.CultureInfo.InvariantCulture);
        for (int line = 1; line < lines.Length; line++)
        {
            Assert.InRange(Figure(line, "meanTop1"), Figure(line, "leastTop1"), Figure(line, "mostTop1"));
            Assert.InRange(Figure(line, "meanTop1"), Figure(line, "overImagesLow95"), Figure(line, "overImagesHigh95"));
            Assert.InRange(Figure(line, "meanDigitalLoss"), Figure(line, "lossOverImagesLow95"), Figure(line, "lossOverImagesHigh95"));
        }
        Assert.All(study.Csv("a")[0].Split(',').Where(title => title is "floatTop1" or "digitalTop1" or "imcTop1"),
            title => Assert.Contains($",{title},{title}Low95,{title}High95,", study.Csv("a")[0], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Merged_shards_give_the_bytes_of_one_run()
    {
        using var study = new SmallStudy(Offsets, more: OverDies);
        (await study.Run("first", "--shard", "1/2")).Succeeds();
        (await study.Run("second", "--shard", "2/2")).Succeeds();
        (await study.Merge(["first", "second"], "merged")).Succeeds();
        (await study.Run("whole")).Succeeds();
        study.AssertSameResults("whole", "merged");
        foreach (string file in new[] { "summary.csv", "summary.json" })
            Assert.Equal(File.ReadAllBytes(study[$"whole/{file}"]), File.ReadAllBytes(study[$"merged/{file}"]));
    }

    [Fact]
    public async Task Equal_dies_count_as_one_and_unfinished_settings_are_left_out()
    {
        using var study = new SmallStudy("""[{"macro.die.columnOffsetCounts":[0,2]},{"die":[0,1]}]""", more: OverDies);
        var run = (await study.Run("a")).Succeeds();
        Assert.Contains(run.Lines, line => line.StartsWith("All dies are equal in 1 of 2 settings", StringComparison.Ordinal));
        var lines = Summary(study, "a")["settings"]!.AsArray();
        Assert.Equal([(1, true), (2, false)], lines.Select(line => ((int)line!["dies"]!, line["overDiesInterval95"] is null)));
        Assert.True(JsonNode.DeepEquals(lines[0]!["overImagesInterval95"],
            study.Results("a")["points"]![0]!["imcTop1Interval95"]));
        run = (await study.Run("b", "--shard", "1/4")).Succeeds();
        Assert.Contains(run.Lines,
            line => line.EndsWith("have runs that are not finished; the summary leaves them out.", StringComparison.Ordinal));
        Assert.Empty(Summary(study, "b")["settings"]!.AsArray());
    }

    [Fact]
    public async Task Seeds_alone_are_repeats_of_one_die()
    {
        using var study = new SmallStudy("""[{"macro.die.bitlineNoiseCounts":[3]},{"seed":[1,2,3]}]""", more: """ "aggregate":["seed"] """);
        (await study.Run("a")).Succeeds();
        var line = Assert.Single(Summary(study, "a")["settings"]!.AsArray())!;
        Assert.Equal((1, 3), ((int)line["dies"]!, (int)line["repeats"]!));
        Assert.Null(line["overDiesInterval95"]);
        Assert.NotNull(line["overImagesInterval95"]);
        Assert.Equal(study.Results("a")["points"]!.AsArray().Average(point => (double)point!["imcTop1"]!), (double)line["meanTop1"]!, 12);
        Assert.DoesNotContain("yield", File.ReadAllText(study["a/summary.csv"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_study_that_aggregates_no_more_has_no_summary()
    {
        using var study = new SmallStudy(Offsets, more: OverDies);
        (await study.Run("a")).Succeeds();
        File.WriteAllText(study.File, File.ReadAllText(study.File).Replace(OverDies + ",", "", StringComparison.Ordinal));
        Assert.Contains("6 finished before, 0 to run", (await study.Run("a")).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.False(File.Exists(study["a/summary.csv"]) || File.Exists(study["a/summary.json"]));
    }

    [Fact]
    public async Task A_point_without_its_images_is_summarized_without_intervals_over_images()
    {
        using var study = new SmallStudy("""[{"macro.die.columnOffsetCounts":[2]},{"die":[0,1]}]""", more: OverDies);
        (await study.Run("a")).Succeeds();
        string point = study.Points("a")[0];
        var stored = JsonNode.Parse(File.ReadAllText(point))!.AsObject();
        stored.Remove("checksum");
        Assert.True(stored.Remove("correctImages"));
        File.WriteAllText(point, ImcEngine.Cli.Studies.StudyRecord.Sealed(stored).ToJsonString());
        (await study.Run("a")).Succeeds();
        var line = Assert.Single(Summary(study, "a")["settings"]!.AsArray())!;
        Assert.Null(line["overImagesInterval95"]);
        Assert.NotNull(line["overDiesInterval95"]);
    }

    private static JsonNode Summary(SmallStudy study, string folder) => JsonNode.Parse(File.ReadAllText(study[$"{folder}/summary.json"]))!;
}
