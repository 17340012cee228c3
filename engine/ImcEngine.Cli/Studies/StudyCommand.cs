using System.CommandLine;
using ImcEngine.Cli.Cluster;
using ImcEngine.Cli.Reports;
using ImcEngine.Evaluation.Studies;

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
        var shard = Choices.Shard("Run only the i-th of n shares of the points, alike in estimated time");
        var data = new Option<string?>("--data") { Description = "Images in place of the study's", HelpName = "PATH" };
        var calibrationData = new Option<string?>("--calibration-data")
        {
            Description = "Images to calibrate on, in place of the study's", HelpName = "PATH",
        };
        var images = Choices.Images("Use the first N images only, in place of the study's number");
        var threads = Choices.Threads();
        var noCache = Choices.NoCache();
        var overwrite = new Option<bool>("--overwrite") { Description = "If --out holds another study's results, remove them" };
        var command = new Command("study",
            $"Run every point of a study's grids (at most {StudyJson.MostPoints}), or continue an interrupted study") { file, target,
                overwrite, shard, merge, data, calibrationData, images, threads, noCache };
        var slurm = SlurmOptions.AddTo(command);
        var page = ReportOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            bool merges = result.GetResult(merge) is not null;
            if (merges == result.GetValue(file) is not null)
                result.AddError("'study' takes either FILE, a study, or --merge DIR..., the folders of its shards.");
            if (result.GetValue(slurm.Slurm) && result.GetResult(shard) is not null)
                result.AddError("--slurm makes its own shards; leave --shard out, and choose their number with --tasks.");
            if (!merges) return;
            if (result.GetValue(target) is null) result.AddError("--merge needs --out DIR, the folder to write.");
            foreach (Option option in new Option[] { shard, data, calibrationData, images, threads, noCache, slurm.Slurm })
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} goes with FILE, not with --merge.");
        });
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            page.Prepare(parse);
            if (parse.GetValue(file) is not { } study)
            {
                Merge(report, parse.GetValue(merge)!, parse.GetValue(target)!, parse.GetValue(overwrite), Finish);
                return ImcProgram.Success;
            }
            int threadCount = parse.GetValue(threads) ?? Environment.ProcessorCount;
            var chosen = new StudyChoice(parse.GetValue(data), parse.GetValue(calibrationData), parse.GetValue(images));
            var plan = await StudyPlan.ReadAsync(study, chosen, threadCount, report, cancellation);
            var folder = new StudyFolder(parse.GetValue(target) ?? Path.Combine(DefaultFolder, plan.Study.Name));
            var started = new StudyStart(report, plan, folder, parse.GetValue(overwrite), threadCount,
                new(Choices.CacheOf(parse, noCache)), Finish);
            if (slurm.Asked(parse)) started.Submit(SlurmOf, slurm.IsDryRun(parse));
            else await started.RunAsync(parse.GetValue(shard) ?? (1, 1), cancellation);
            return ImcProgram.Success;

            void Finish(StudyTablesWritten tables, Action line) => page.WriteBefore(line, parse, () => StudyPage.Create(tables));

            SlurmArray SlurmOf(int points) => StudySlurm.Create(study, plan.Study.Name, folder.Path, slurm.Tasks(parse, points),
                [.. chosen.Options, .. parse.GetValue(noCache) ? new[] { noCache.Name } : []], parse.GetValue(threads),
                slurm.OfSbatch(parse, parse.GetValue(threads)));
        });
        return command;
    }

    private static void Merge(Report report, string[] from, string to, bool overwrite, Action<StudyTablesWritten, Action> finish)
    {
        var tables = StudyMerge.Merge([.. from.Select(folder => new StudyFolder(folder))], new(to), overwrite, report);
        finish(tables, () => report.Line($"{tables.Points} points of {from.Length} folders in '{to}': "
            + "results.csv, results.json; times in timings.json."));
    }
}
