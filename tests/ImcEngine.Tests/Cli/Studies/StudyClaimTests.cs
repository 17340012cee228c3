using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli.Studies;

/// <summary>A folder that holds another study's results.</summary>
public class StudyClaimTests
{
    [Fact]
    public async Task Another_study_s_results_stay_unless_overwritten()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        string results = File.ReadAllText(study["a/results.csv"]);
        Rename(study, "other");
        (await study.Run("a")).IsBadInput("holds the results of study 'small', not 'other'", "--overwrite");
        Assert.Equal(results, File.ReadAllText(study["a/results.csv"]));
        File.WriteAllText(study["a/points/mine.json"], "{}");

        Assert.Contains("0 finished before, 1 to run", (await study.Run("a", "--overwrite")).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.Equal("other", (string)study.Results("a")["study"]!);
        Assert.True(File.Exists(study["a/points/mine.json"]));
        Assert.Contains("1 finished before", (await study.Run("a", "--overwrite")).Succeeds().Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_study_that_cannot_run_overwrites_nothing()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        Rename(study, "other", "\"xnor-256\"");
        Assert.Equal(2, (await study.Run("a", "--overwrite")).ExitCode);
        Assert.Equal("small", (string)study.Results("a")["study"]!);
        Assert.Single(study.Points("a"));
    }

    [Fact]
    public async Task The_same_study_on_another_network_is_another_study()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        File.AppendAllBytes(study.Model, [0x1a, 0]);
        var run = await study.Run("a");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("holds the results of study 'small' on other inputs (model, float)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_without_a_checksum_still_says_whose_the_folder_is()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        var plan = JsonNode.Parse(File.ReadAllText(study["a/plan.json"]))!.AsObject();
        plan.Remove("checksum");
        File.WriteAllText(study["a/plan.json"], plan.ToJsonString());
        Assert.Contains("1 finished before", (await study.Run("a")).Succeeds().Lines[0], StringComparison.Ordinal);
        plan["study"] = "other";
        File.WriteAllText(study["a/plan.json"], plan.ToJsonString());
        (await study.Run("a")).IsBadInput("holds the results of study 'other'");
    }

    [Fact]
    public async Task A_plan_that_was_changed_to_name_another_study_is_another_s()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        string plan = study["a/plan.json"], changed = File.ReadAllText(plan).Replace("\"small\"", "\"other\"", StringComparison.Ordinal);
        foreach (string made in new[] { "results.json", "results.csv", "timings.json" }) File.Delete(study[$"a/{made}"]);
        File.WriteAllText(plan, changed);
        (await study.Run("a")).IsBadInput("holds the results of study 'other', not 'small'", "--overwrite");
        (await study.Merge(["a"], "a")).IsBadInput($"'{plan}' cannot be used");
        Assert.Equal(changed, File.ReadAllText(plan));
        (await study.Run("a", "--overwrite")).Succeeds();
        Assert.Equal("small", (string)JsonNode.Parse(File.ReadAllText(plan))!["study"]!);
    }

    [Theory]
    [InlineData("junk", "it is not JSON: ")]
    [InlineData("{}", "it has no checksum")]
    [InlineData("", "The file of a study '")]
    public async Task A_damaged_plan_is_named_and_made_anew(string text, string why)
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        string plan = study["a/plan.json"], whole = File.ReadAllText(plan);
        (await study.Run("b")).Succeeds();
        File.WriteAllText(study["b/plan.json"], text);
        File.WriteAllText(plan, text);
        foreach (var (run, file) in new[] { (await study.Run("a"), plan), (await study.Merge(["a"], "b"), study["b/plan.json"]) })
        {
            Assert.Contains(run.Succeeds().Lines, line => line.StartsWith($"'{file}' is damaged ({why}", StringComparison.Ordinal)
                && line.EndsWith("); it is written again.", StringComparison.Ordinal));
            Assert.Equal(whole, File.ReadAllText(file));
        }
    }

    [Fact]
    public async Task Points_of_another_number_of_images_stay_and_are_named()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]},{"macro.adc.bits":[3,4]}]""");
        (await study.Run("a", "--images", "4")).Succeeds();
        string table = File.ReadAllText(study["a/results.csv"]);
        var more = (await study.Run("a", "--images", "6")).Succeeds();
        Assert.Contains("2 points of 4 images, which the plan does not ask for now, stay stored; "
            + "results.csv and results.json hold 2 points of 6 images.", more.Lines);
        Assert.Equal(4, study.Points("a").Length);
        var again = (await study.Run("a", "--images", "4")).Succeeds();
        Assert.Contains("2 finished before, 0 to run", again.Lines[0], StringComparison.Ordinal);
        Assert.Equal(table, File.ReadAllText(study["a/results.csv"]));
    }

    [Fact]
    public async Task Files_that_no_study_wrote_are_not_replaced()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        Directory.CreateDirectory(study["a"]);
        File.WriteAllText(study["a/results.csv"], "mine");
        (await study.Run("a")).IsBadInput("holds files that no study wrote (results.csv)");
        Assert.Equal("mine", File.ReadAllText(study["a/results.csv"]));
        (await study.Run("a", "--overwrite")).Succeeds();
    }

    private static void Rename(SmallStudy study, string name, string? macro = null)
    {
        var json = JsonNode.Parse(File.ReadAllText(study.File))!;
        json["name"] = name;
        if (macro is not null) json["run"]!["macro"] = JsonNode.Parse(macro);
        File.WriteAllText(study.File, json.ToJsonString());
    }
}
