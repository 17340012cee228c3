using System.CommandLine;
using ImcEngine.Cli.Cluster;
using ImcEngine.Cli.Reports;
using ImcEngine.Cli.Studies;

namespace ImcEngine.Cli.Optimization;

/// <summary><c>imc optimize</c>: finds the cheapest setting that meets a goal of accuracy, and confirms it on images that no choice has
/// seen.</summary>
internal static class OptimizeCommand
{
    private const string DefaultFolder = "optimize-results";

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The optimization, a JSON file: a study with a goal" };
        var target = new Option<string?>("--out")
        {
            Description = $"Folder of results; evaluations that it already holds are not computed again (default: {DefaultFolder}/NAME)",
            HelpName = "DIR",
        };
        var data = new Option<string?>("--data") { Description = "Images in place of the file's", HelpName = "PATH" };
        var calibrationData = new Option<string?>("--calibration-data")
        {
            Description = "Images to calibrate on, in place of the file's",
            HelpName = "PATH",
        };
        var shard = Choices.Shard("Run only the i-th of n shares of the candidates, on the images that choose, and store what they give");
        var images = Choices.Images("Use the first N images only, in place of the file's number");
        var threads = Choices.Threads();
        var noCache = Choices.NoCache();
        var overwrite = new Option<bool>("--overwrite") { Description = "If --out holds other results, remove them" };
        var command = new Command("optimize",
            "Find the cheapest setting that reaches an accuracy, and confirm it on images that were not used to choose it")
        {
            file, target, overwrite, shard, data, calibrationData, images, threads, noCache,
        };
        var slurm = SlurmOptions.AddTo(command);
        var page = ReportOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(shard) is null) return;
            if (result.GetValue(slurm.Slurm))
                result.AddError("--slurm makes its own shards; leave --shard out, and choose their number with --tasks.");
            foreach (var option in page.Options)
                if (result.GetResult(option) is { Implicit: false })
                    result.AddError($"{option.Name} goes with the last run, the one without --shard.");
        });
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            page.Prepare(parse);
            var chosen = new StudyChoice(parse.GetValue(data), parse.GetValue(calibrationData), parse.GetValue(images));
            var plan = await OptimizationPlan.ReadAsync(parse.GetValue(file)!, chosen,
                parse.GetValue(threads) ?? Environment.ProcessorCount, report, new(Choices.CacheOf(parse, noCache)), cancellation);
            var folder = new StudyFolder(parse.GetValue(target) ?? Path.Combine(DefaultFolder, plan.Spec.Study.Name));
            var started = new OptimizationStart(report, plan, folder, parse.GetValue(overwrite));
            if (slurm.Asked(parse)) started.Submit(Jobs(), slurm.IsDryRun(parse));
            else if (parse.GetValue(shard) is { } part) await started.RunShardAsync(part, cancellation);
            else
                return await started.RunAsync((result, json) => page.WriteBefore(() => OptimizationReport.Write(report, result), parse,
                    () => OptimizationPage.Create(result, json)), cancellation) ? ImcProgram.Success : ImcProgram.Failure;
            return ImcProgram.Success;

            SlurmArray Jobs() => OptimizationSlurm.Create(parse.GetValue(file)!, plan.Spec.Study.Name, folder.Path,
                slurm.Tasks(parse, plan.Settings.Count), [.. chosen.Options, .. parse.GetValue(noCache) ? new[] { noCache.Name } : []],
                page.Given(parse), parse.GetValue(threads), slurm.OfSbatch(parse, parse.GetValue(threads)));
        });
        return command;
    }
}
