using System.CommandLine;
using ImcEngine.Cli.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Optimization;

/// <summary><c>imc optimize</c>: finds the cheapest setting that meets a goal of accuracy, and confirms it on images that no choice has
/// seen.</summary>
internal static class OptimizeCommand
{
    private const string DefaultFolder = "optimize-results", ResultFile = "optimization.json", ChoiceFile = "chosen-run.json";

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
        var images = Choices.Images("Use the first N images only, in place of the file's number");
        var threads = Choices.Threads();
        var noCache = Choices.NoCache();
        var overwrite = new Option<bool>("--overwrite") { Description = "If --out holds other results, remove them" };
        var command = new Command("optimize",
            "Find the cheapest setting that reaches an accuracy, and confirm it on images that were not used to choose it")
        {
            file, target, overwrite, data, calibrationData, images, threads, noCache,
        };
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            var plan = await OptimizationPlan.ReadAsync(parse.GetValue(file)!, parse.GetValue(data),
                parse.GetValue(calibrationData), parse.GetValue(images), parse.GetValue(threads) ?? Environment.ProcessorCount, report,
                new(Choices.CacheOf(parse, noCache)), cancellation);
            var folder = new StudyFolder(parse.GetValue(target) ?? Path.Combine(DefaultFolder, plan.Spec.Study.Name));
            return await RunAsync(report, plan, folder, parse.GetValue(overwrite), cancellation) ? ImcProgram.Success : ImcProgram.Failure;
        });
        return command;
    }

    /// <returns>Whether a setting qualifies.</returns>
    private static async Task<bool> RunAsync(Report report, OptimizationPlan plan, StudyFolder folder, bool overwrite,
        CancellationToken cancellation)
    {
        var json = plan.Study.ToJson();
        bool clears = StudyClaim.Require(folder, json, overwrite);
        folder.Create();
        foreach (string made in new[] { ResultFile, ChoiceFile }) AtomicFile.RequireWritable(folder.In(made));
        plan.Require();
        if (clears) folder.Clear();
        folder.WritePlan(json);
        report.Line($"Optimization {plan.Spec.Study.Name}: the least {plan.Spec.Cost} of a setting that "
            + $"{OptimizationReport.GoalText(plan.Spec)}; "
            + $"{plan.Split.Choosing.Length} images choose, {plan.Split.Confirming.Length} confirm.");
        foreach (string note in plan.Study.Notes) report.Line(note);
        PreprocessingReport.Write(report, plan.Study.Model, "the file's fields scale, mean and std");
        if (plan.Spec.Dies > 1 && !plan.HasDies)
            report.Line("No candidate has static errors, so all dies are equal, and one of them runs.");

        DeleteChoice(folder);
        var result = await new OptimizationRun(plan, folder, report).RunAsync(cancellation);
        OptimizationReport.Write(report, result);
        JsonOutput.Save(folder.In(ResultFile), OptimizationJsonOutput.Document(result));
        if (result.Choice.Best is { } best)
        {
            JsonOutput.Save(folder.In(ChoiceFile), RunSpecJson.ToNode(plan.Resolved(result.Of(best.Candidate).Setting.Run)));
            report.Line($"'{folder.In(ChoiceFile)}' is its run specification, for --run of other commands.");
        }
        report.Line($"'{folder.In(ResultFile)}' holds all figures.");
        return result.Choice.Best is not null;
    }

    /// <summary>Removes the choice of an earlier run, which this run may not confirm.</summary>
    private static void DeleteChoice(StudyFolder folder)
    {
        try
        {
            File.Delete(folder.In(ChoiceFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"'{folder.In(ChoiceFile)}' cannot be removed: {e.Message}", e);
        }
    }
}
