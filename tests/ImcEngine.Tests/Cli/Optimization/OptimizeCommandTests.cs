using System.Diagnostics;
using System.Text.Json.Nodes;
using ImcEngine.Cli;
using ImcEngine.Cli.Optimization;
using ImcEngine.Cli.Studies;
using ImcEngine.Evaluation.Optimization;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Cli.Optimization;

public class OptimizeCommandTests
{
    private const string Goal = "\"goal\":{\"lossPoints\":30},";

    /// <summary>On a small space, screening and racing lose nothing: the first finalist is the one that runs of every candidate on every
    /// choosing image give.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(20)]
    public async Task The_winner_is_that_of_exhaustive_search(double lossPoints)
    {
        using var folder = new TemporaryFolder();
        string model = Path.Combine(AppContext.BaseDirectory, "weights", "resnet18-w16-shapes10-w4a4.onnx");
        File.WriteAllText(folder["o.json"], $$"""
            {"name":"o","model":{{JsonValue.Create(model).ToJsonString()}},"data":"shapes10","images":300,
             "run":{"macro":"default","calibration":{"count":16} },"goal":{"lossPoints":{{lossPoints}}},
             "grid":[{"macro.rows":[128,256]},{"macro.adc.bits":[3,4,5]}]}
            """);
        (await ImcRun.Of("optimize", folder["o.json"], "--out", folder["out"])).Succeeds();
        var report = new Report(TextWriter.Null, isTerminal: false);
        var plan = await OptimizationPlan.ReadAsync(folder["o.json"], new(null, null, null), 2, report, new KeptResults(null), default);
        var evaluations = new Evaluations(plan, new StudyFolder(folder["out"]), report);
        var screening = new Screening(plan, evaluations);
        var digital = new OptimizationRun(plan, new StudyFolder(folder["out"]), report);
        bool[] reference = (await digital.DigitalAsync(default)).Choosing;
        var all = new List<RaceResult>();
        foreach (var setting in plan.Settings)
        {
            var correct = await evaluations.CorrectAsync(setting, new(setting.Number, false, 0, reference.Length), default);
            all.Add(new((await screening.ScreenAsync(setting, default)).Candidate, new(reference, correct), RaceEnd.Finished));
        }
        int winner = Finalists.Choose(all, plan.Spec.Goal, 3, plan.Split.Confirming.Length)[0].Candidate.Number;
        var result = JsonNode.Parse(File.ReadAllText(folder["out/optimization.json"]))!;
        Assert.Equal(winner, (int)result["finalists"]![0]!["number"]!);
        Assert.Contains(all, each => each.Loss.Loss > plan.Spec.Goal.MostLoss);
    }

    [Fact]
    public async Task The_choice_is_a_run_specification_that_other_commands_take()
    {
        using var small = new SmallOptimization($"{Goal}\"layerBits\":[2,3,4,5],\"grid\":{SmallOptimization.Grid}");
        (await small.Run("out")).Succeeds();
        var choice = small.Result("out")["choice"]!;
        var chosen = JsonNode.Parse(File.ReadAllText(small["out/chosen-run.json"]))!;
        Assert.Equal((int)choice["run"]!["macro"]!["rows"]!, (int)chosen["macro"]!["rows"]!);
        (await ImcRun.Of("compare", "--model", small["tiny.onnx"], "--data", small["images"], "--run", small["out/chosen-run.json"],
            "--stats", "0", "--images", "8")).Succeeds();
    }

    [Fact]
    public async Task Nothing_that_qualifies_is_exit_code_1_with_the_nearest_miss()
    {
        using var small = new SmallOptimization("\"goal\":{\"accuracyPercent\":99.9},\"grid\":" + SmallOptimization.Grid);
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(small["out"]).FullName, "chosen-run.json"), "{}");
        var run = await small.Run("out");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Contains(run.Lines, line => line.StartsWith("The nearest miss is ", StringComparison.Ordinal));
        Assert.False(File.Exists(small["out/chosen-run.json"]));
        Assert.Null(small.Result("out")["choice"]);
    }

    /// <summary>A yield is confirmed from enough dies only, and the mean of dies has an interval over images.</summary>
    [Fact]
    public async Task Dies_are_divided_like_images()
    {
        using var small = new SmallOptimization("\"goal\":{\"lossPoints\":60,\"dies\":5,\"yieldPercent\":90},\"grid\":"
            + """[{"macro.adc.bits":[4,5]}]""", "{\"columnOffsetCounts\":0.3}");
        var run = await small.Run("out");
        Assert.Equal("", run.Error);
        var dies = small.Result("out")["dies"]!;
        Assert.Equal([0, 1, 2, 3, 4], dies["confirming"]!.AsArray().Select(die => (int)die!));
        Assert.Equal([5, 6, 7, 8], dies["choosing"]!.AsArray().Select(die => (int)die!));
        var finalist = small.Result("out")["finalists"]![0]!;
        Assert.Equal(5, finalist["confirming"]!["lossOfDies"]!.AsArray().Distinct().Count());
        Assert.NotEqual("confirmed, yield confirmed", (string)finalist["verdict"]!);
    }

    [Fact]
    public async Task A_second_run_computes_nothing_and_writes_the_same_bytes()
    {
        using var small = new SmallOptimization($"{Goal}\"layerBits\":[2,3,4],\"grid\":{SmallOptimization.Grid}");
        (await small.Run("out", "--threads", "2")).Succeeds();
        var (bytes, evaluations) = (small.Bytes("out"), small.Evaluations("out").ToDictionary(file => file, File.GetLastWriteTimeUtc));
        var again = (await small.Run("out", "--threads", "1")).Succeeds();
        Assert.Contains(again.Lines, line => line.StartsWith("0 evaluations computed", StringComparison.Ordinal));
        Assert.Equal(bytes, small.Bytes("out"));
        Assert.All(evaluations, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
        (await small.Run("other", "--threads", "1", "--no-cache")).Succeeds();
        Assert.Equal(bytes, small.Bytes("other"));
    }

    /// <summary>Shards store what the last run takes, whichever of them runs first.</summary>
    [Fact]
    public async Task Shards_and_a_last_run_give_the_bytes_of_one_run()
    {
        using var small = new SmallOptimization($"{Goal}\"layerBits\":[2,3,4],\"grid\":{SmallOptimization.Grid}");
        (await small.Run("whole")).Succeeds();
        (await small.Run("shared", "--shard", "2/2")).Succeeds();
        (await small.Run("shared", "--shard", "1/2")).Succeeds();
        int ofShards = small.Evaluations("shared").Length;
        Assert.True(ofShards > 0);
        Assert.False(File.Exists(small["shared/optimization.json"]));
        var last = (await small.Run("shared")).Succeeds();
        Assert.DoesNotContain(last.Lines, line => line.Contains(" 0 of an earlier run", StringComparison.Ordinal));
        Assert.Equal(small.Bytes("whole"), small.Bytes("shared"));
    }

    [Fact]
    public async Task A_dry_run_prints_the_jobs_and_writes_nothing()
    {
        using var small = new SmallOptimization($"{Goal}\"grid\":{SmallOptimization.Grid}");
        var run = (await small.Run("out", "--slurm", "--tasks", "3", "--dry-run", "--html", small["page.html"])).Succeeds();
        Assert.Contains(run.Lines, line => line.Contains(" optimize ", StringComparison.Ordinal)
            && line.Contains("--shard \"${SLURM_ARRAY_TASK_ID}/3\"", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.Contains(" optimize ", StringComparison.Ordinal)
            && line.EndsWith($"--html {small["page.html"]}", StringComparison.Ordinal));
        Assert.False(Directory.Exists(small["out"]));
    }

    [Theory]
    [InlineData("--shard 1/2 --slurm", "--tasks")]
    [InlineData("--shard 1/2 --html page.html", "--html")]
    [InlineData("--shard 3/2", "i/n")]
    [InlineData("--tasks 2", "--slurm")]
    public async Task Options_that_do_not_go_together_are_refused(string options, string named)
    {
        using var small = new SmallOptimization($"{Goal}\"grid\":{SmallOptimization.Grid}");
        (await small.Run("out", options.Split(' '))).IsBadInput(named);
    }

    [Fact]
    public async Task A_damaged_evaluation_is_named_and_computed_again()
    {
        using var small = new SmallOptimization($"{Goal}\"grid\":{SmallOptimization.Grid}");
        (await small.Run("out")).Succeeds();
        var (bytes, file) = (small.Bytes("out"), small.Evaluations("out")[0]);
        File.WriteAllText(file, File.ReadAllText(file).Replace("1", "2", StringComparison.Ordinal));
        var again = (await small.Run("out")).Succeeds();
        Assert.Contains(again.Lines, line => line.Contains(Path.GetFileName(file), StringComparison.Ordinal)
            && line.Contains("is damaged", StringComparison.Ordinal));
        Assert.Equal(bytes, small.Bytes("out"));
    }

    [Fact]
    public async Task Killed_at_random_moments_no_finished_evaluation_is_lost()
    {
        using var small = new SmallOptimization($"{Goal}\"layerBits\":[2,3,4,5],\"grid\":{SmallOptimization.Grid}");
        var random = new Random(3);
        var finished = new Dictionary<string, (DateTime, string)>();
        for (int kill = 0; kill < 4; kill++)
        {
            await RunAndKill(small, finished.Count + random.Next(1, 4), random.Next(0, 20));
            var after = small.Evaluations("killed").ToDictionary(file => file,
                file => (File.GetLastWriteTimeUtc(file), File.ReadAllText(file)));
            Assert.All(finished, evaluation => Assert.Equal(evaluation.Value, after[evaluation.Key]));
            Assert.True(after.Count > finished.Count, "The killed run finished no evaluation.");
            finished = after;
        }
        (await small.Run("killed")).Succeeds();
        Assert.All(finished, each => Assert.Equal(each.Value, (File.GetLastWriteTimeUtc(each.Key), File.ReadAllText(each.Key))));
        (await small.Run("whole")).Succeeds();
        Assert.Equal(small.Bytes("whole"), small.Bytes("killed"));
    }

    [Theory]
    [InlineData("\"grid\":[{\"macro.rows\":[64]}]", "goal: found nothing", "lossPoints")]
    [InlineData("\"goal\":{},\"grid\":[{\"macro.rows\":[64]}]", "goal", "accuracyPercent")]
    [InlineData("\"goal\":{\"lossPoints\":1,\"accuracyPercent\":90},\"grid\":[{\"macro.rows\":[64]}]", "either lossPoints")]
    [InlineData("\"goal\":{\"lossPoints\":1,\"yieldPercent\":90},\"grid\":[{\"macro.rows\":[64]}]", "goal.dies")]
    [InlineData("\"goal\":{\"lossPoints\":1},\"cost\":\"joules\",\"grid\":[{\"macro.rows\":[64]}]", "'joules'", "nanojoules")]
    [InlineData("\"goal\":{\"lossPoints\":1},\"cost\":\"1 / (arrays - arrays)\",\"grid\":[{\"macro.rows\":[64]}]", "divide by zero")]
    [InlineData("\"goal\":{\"lossPoints\":1},\"grid\":[{\"die\":[0,1]}]", "goal.dies")]
    [InlineData("\"goal\":{\"lossPoints\":1},\"grid\":[{\"calibration.count\":[1,2]}]", "same digital network")]
    [InlineData("\"goal\":{\"lossPoints\":1},\"layerBits\":[3,4],\"grid\":[{\"macro.adc.kind\":[\"none\"]}]", "layerBits")]
    [InlineData("\"goal\":{\"lossPoints\":1},\"layerBits\":[3],\"grid\":[{\"macro.rows\":[64]}]", "layerBits", "2 to 16")]
    [InlineData("\"goal\":{\"lossPoints\":1},\"gird\":[]", "gird")]
    public async Task What_cannot_be_used_is_refused(string fields, params string[] parts)
    {
        using var small = new SmallOptimization(fields);
        var run = await small.Run("out");
        Assert.Equal(2, run.ExitCode);
        foreach (string part in parts) Assert.Contains(part, run.Error, StringComparison.Ordinal);
    }

    public static TheoryData<string> Shipped { get; } =
        [.. Repository.Files.Where(file => file.StartsWith("perf/optimizations/", StringComparison.Ordinal)
            && file.EndsWith(".json", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Shipped))]
    public void Files_that_ship_name_networks_that_ship_and_settings_that_exist(string file)
    {
        var spec = OptimizationJson.ReadFile(Path.Combine(Repository.Root, file));
        Assert.NotEmpty(StudyJson.PointsOf(spec.Study));
        Assert.True(File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, spec.Study.Model)), spec.Study.Model);
    }

    /// <summary>Kills the program some milliseconds after so many evaluations are finished.</summary>
    private static async Task RunAndKill(SmallOptimization small, int evaluations, int milliseconds)
    {
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "imc.dll"), "optimize", small.File, "--out", small["killed"], "--threads", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        while (!process.HasExited && small.Evaluations("killed").Length < evaluations) await Task.Delay(1);
        await Task.Delay(milliseconds);
        process.Kill();
        await process.WaitForExitAsync();
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
    }
}
