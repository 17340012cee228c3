using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Reports;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli.Studies;

/// <summary><c>imc study</c>: runs grids of run specifications on one network, point by point, with resume, shards and merge.</summary>
internal static class StudyCommand
{
    private const string DefaultFolder = "study-results";

    public static Command Create()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "The study, a JSON file (see perf/studies)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var merge = new Option<string[]>("--merge")
        {
            Description = "Merge the folders of shards into --out instead",
            HelpName = "DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        var target = new Option<string?>("--out")
        {
            Description = $"Folder of results; points that it already holds are not computed again (default: {DefaultFolder}/NAME)",
            HelpName = "DIR",
        };
        var shard = new Option<(int, int)?>("--shard")
        {
            Description = $"Run only every n-th point, from the i-th on; n at most {Choices.MostShards}",
            HelpName = "i/n",
            CustomParser = ParseShard,
        };
        var data = new Option<string?>("--data") { Description = "Images in place of the study's", HelpName = "PATH" };
        var images = Choices.Images("Use the first N images only, in place of the study's number");
        var threads = Choices.Threads();
        var noCache = Choices.NoCache();
        var overwrite = new Option<bool>("--overwrite") { Description = "If --out holds another study's results, remove them" };
        var command = new Command("study",
            $"Run every point of a study's grids (at most {StudyJson.MostPoints}), or continue an interrupted study") { file, target,
                overwrite, shard, merge, data, images, threads, noCache };
        var page = ReportOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            bool merges = result.GetResult(merge) is not null;
            if (merges == result.GetValue(file) is not null)
                result.AddError("'study' takes either FILE, a study, or --merge DIR..., the folders of its shards.");
            if (!merges) return;
            if (result.GetValue(target) is null) result.AddError("--merge needs --out DIR, the folder to write.");
            foreach (Option option in new Option[] { shard, data, images, threads, noCache })
                if (result.GetResult(option) is not null) result.AddError($"{option.Name} goes with FILE, not with --merge.");
        });
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            page.Prepare(parse);
            if (parse.GetValue(file) is not { } study)
            {
                Merge(report, parse.GetValue(merge)!, parse.GetValue(target)!, parse.GetValue(overwrite),
                    (results, line) => page.WriteBefore(line, parse, () => StudyPage.Create(results)));
                return ImcProgram.Success;
            }
            int threadCount = parse.GetValue(threads) ?? Environment.ProcessorCount;
            var plan = await StudyPlan.ReadAsync(study, parse.GetValue(data), parse.GetValue(images), threadCount, report, cancellation);
            var folder = new StudyFolder(parse.GetValue(target) ?? Path.Combine(DefaultFolder, plan.Study.Name));
            await RunAsync(report, plan, folder, parse.GetValue(overwrite), parse.GetValue(shard) ?? (1, 1), threadCount,
                new(Choices.CacheOf(parse, noCache)), (results, line) => page.WriteBefore(line, parse, () => StudyPage.Create(results)),
                cancellation);
            return ImcProgram.Success;
        });
        return command;
    }

    private static async Task RunAsync(Report report, StudyPlan plan, StudyFolder folder, bool overwrite, (int Shard, int Of) shard,
        int threads, KeptResults kept, Action<JsonObject, Action> finish, CancellationToken cancellation)
    {
        var json = plan.ToJson();
        bool clears = StudyClaim.Require(folder, json, overwrite);
        folder.Create();
        var run = new StudyRun(plan, folder, threads, report, kept);
        var mine = plan.Shard(shard.Shard, shard.Of).ToList();
        var pending = clears ? mine : mine.Where(point => folder.Point(point.Key).Content is null).ToList();
        if (pending.Count > 0) run.Require();
        if (clears) folder.Clear();
        string? planDamage = folder.PlanDamage;
        folder.WritePlan(json);
        report.Line($"Study {plan.Study.Name}: "
            + $"{plan.Points.Count} points{(shard.Of == 1 ? "" : $", {mine.Count} of them in shard {shard.Shard} of {shard.Of}")}; "
            + $"{mine.Count - pending.Count} finished before, {pending.Count} to run.");
        foreach (string note in plan.Notes) report.Line(note);
        PreprocessingReport.Write(report, plan.Model, "the study's fields scale, mean and std");
        foreach (string idle in plan.IdleSeeds()) report.Line(idle);
        if (planDamage is not null && !clears)
            report.Line($"'{folder.In(StudyFolder.PlanFile)}' is damaged ({planDamage}); it is written again.");
        var madeAnew = pending.Select(point => point.Key).ToHashSet();
        foreach (var (_, key) in plan.Points.DistinctBy(point => point.Key))
            if (folder.Point(key).Damage is { } damage)
                report.Line($"'{folder.PointFile(key)}' is damaged ({damage}); "
                    + $"{(madeAnew.Contains(key) ? "its point is computed again" : "its point counts as not finished")}.");
        await run.ComputeAsync(pending, cancellation);
        var results = StudyResults.Write(folder, json, report);
        if (report.IsTerminal) StudyPage.WriteBars(report, results);
        finish(results, () => report.Line($"{results["points"]!.AsArray().Count} of {plan.Points.Count} points in '{folder.Path}': "
            + "results.csv, results.json; times in timings.json."));
    }

    private static void Merge(Report report, string[] from, string to, bool overwrite, Action<JsonObject, Action> finish)
    {
        var results = StudyMerge.Merge([.. from.Select(folder => new StudyFolder(folder))], new(to), overwrite, report);
        finish(results, () => report.Line($"{results["points"]!.AsArray().Count} points of {from.Length} folders in '{to}': "
            + "results.csv, results.json; times in timings.json."));
    }

    private static (int, int)? ParseShard(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split('/');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int shard)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int shards) && shard >= 1 && shard <= shards
            && shards <= Choices.MostShards)
            return (shard, shards);
        result.AddError($"--shard is '{text}'; allowed is i/n with i from 1 to n and n at most {Choices.MostShards}, e.g. 1/2.");
        return null;
    }
}
