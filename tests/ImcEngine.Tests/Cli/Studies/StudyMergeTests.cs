using System.Text.Json.Nodes;
using ImcEngine.Cli.Studies;

namespace ImcEngine.Tests.Cli.Studies;

public class StudyMergeTests
{
    private const string FivePoints = """[{"macro.rows":[64,128,192,256,320]}]""";

    [Fact]
    public async Task Two_shards_merged_equal_the_unsharded_run_byte_for_byte()
    {
        using var study = new SmallStudy(FivePoints);
        (await study.Run("first", "--shard", "1/2", "--threads", "1")).Succeeds();
        (await study.Run("second", "--shard", "2/2", "--threads", "2")).Succeeds();
        Assert.Equal((2, 3), (study.Points("first").Length, study.Points("second").Length));
        (await study.Merge(["first", "second"], "merged")).Succeeds();
        (await study.Run("whole")).Succeeds();
        study.AssertSameResults("whole", "merged");
    }

    [Fact]
    public async Task A_merged_folder_goes_on_as_a_study()
    {
        using var study = new SmallStudy(FivePoints);
        (await study.Run("first", "--shard", "1/2")).Succeeds();
        (await study.Run("second", "--shard", "2/2")).Succeeds();
        (await study.Merge(["first", "second"], "first")).Succeeds();
        Assert.Contains("5 finished before, 0 to run", (await study.Run("first")).Succeeds().Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_points_are_counted_and_nothing_is_written()
    {
        using var study = new SmallStudy(FivePoints);
        (await study.Run("first", "--shard", "1/2")).Succeeds();
        (await study.Merge(["first"], "merged")).IsBadInput("3 of 5 points are finished in none of the folders: macro.rows=128; "
            + "macro.rows=192; macro.rows=", ". Run 'imc study' for the shards that hold them");
        Assert.False(Directory.Exists(study["merged"]));
    }

    [Fact]
    public async Task Folders_of_different_studies_are_refused_with_what_differs()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        using var other = new SmallStudy("""[{"macro.rows":[128]}]""");
        (await study.Run("a")).Succeeds();
        (await other.Run("b")).Succeeds();
        (await ImcRun.Of("study", "--merge", study["a"], other["b"], "--out", study["merged"])).IsBadInput("hold different studies: "
            + "their plans differ in points.");
    }

    [Fact]
    public async Task Contradicting_results_are_refused()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        (await study.Run("b")).Succeeds();
        string point = Assert.Single(study.Points("b"));
        var changed = JsonNode.Parse(File.ReadAllText(point))!.AsObject();
        changed.Remove("checksum");
        changed["images"] = 5;
        File.WriteAllText(point, StudyRecord.Sealed(changed).ToJsonString());
        (await study.Merge(["a", "b"], "merged")).IsBadInput("have different results for point macro.rows=64.", Path.GetFileName(point));
    }

    [Fact]
    public async Task A_damaged_point_is_taken_from_another_folder_that_has_it_and_is_missing_else()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        (await study.Run("b")).Succeeds();
        string point = Assert.Single(study.Points("a"));
        File.WriteAllText(point, "{}");
        (await study.Merge(["a"], "merged")).IsBadInput("1 of 1 points are finished in none of the folders: macro.rows=64.",
            $"'{point}' is damaged (it has no checksum");
        var run = (await study.Merge(["a", "b"], "merged")).Succeeds();
        Assert.Contains(run.Lines, line => line.StartsWith($"'{point}' is damaged (it has no checksum", StringComparison.Ordinal));
        study.AssertSameResults("b", "merged");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"points\":[5]}")]
    public async Task A_damaged_plan_is_refused_and_the_study_writes_it_anew(string text)
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        string plan = study["a/plan.json"], whole = File.ReadAllText(plan);
        File.WriteAllText(plan, text);
        (await study.Merge(["a"], "merged")).IsBadInput($"'{plan}' cannot be used: it ", "Run 'imc study FILE --out");
        Assert.Contains("1 finished before, 0 to run", (await study.Run("a")).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllText(plan));
    }

    [Fact]
    public async Task Another_study_in_the_target_is_refused()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        Directory.CreateDirectory(study["merged"]);
        File.WriteAllText(study["merged/results.csv"], "mine");
        (await study.Merge(["a"], "merged")).IsBadInput("holds files that no study wrote (results.csv)", "--overwrite");
        Assert.Equal("mine", File.ReadAllText(study["merged/results.csv"]));
    }

    [Fact]
    public async Task A_folder_without_a_study_is_refused() =>
        (await ImcRun.Of("study", "--merge", "nowhere", "--out", "merged")).IsBadInput("'nowhere' holds no study");
}
