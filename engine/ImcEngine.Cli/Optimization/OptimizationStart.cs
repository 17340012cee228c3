using System.Text.Json.Nodes;
using ImcEngine.Cli.Cluster;
using ImcEngine.Cli.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Optimization;

/// <summary>Starts an optimization, or continues it: here, as a shard, or on a cluster.</summary>
/// <param name="overwrite">Whether other results in the folder may be removed.</param>
internal sealed class OptimizationStart(Report report, OptimizationPlan plan, StudyFolder folder, bool overwrite)
{
    private const string ResultFile = "optimization.json", ChoiceFile = "chosen-run.json";

    /// <summary>Finds, confirms and writes the choice.</summary>
    /// <param name="write">Reports the result and its JSON.</param>
    /// <returns>Whether a setting qualifies.</returns>
    /// <exception cref="ImcException">The folder holds other results, a candidate cannot run, or a file cannot be written.</exception>
    public async Task<bool> RunAsync(Action<OptimizationResult, JsonObject> write, CancellationToken cancellation)
    {
        Prepare();
        DeleteChoice();
        var result = await new OptimizationRun(plan, folder, report).RunAsync(cancellation);
        var document = OptimizationJsonOutput.Document(result);
        write(result, document);
        JsonOutput.Save(folder.In(ResultFile), document);
        if (result.Choice.Best is { } best)
        {
            JsonOutput.Save(folder.In(ChoiceFile), RunSpecJson.ToNode(plan.Resolved(result.Of(best.Candidate).Setting.Run)));
            report.Line($"'{folder.In(ChoiceFile)}' is its run specification, for --run of other commands.");
        }
        report.Line($"'{folder.In(ResultFile)}' holds all figures.");
        return result.Choice.Best is not null;
    }

    /// <summary>Runs a share of the candidates on the images that choose, and stores what they give.</summary>
    /// <exception cref="ImcException">As <see cref="RunAsync"/>.</exception>
    public async Task RunShardAsync((int Shard, int Of) shard, CancellationToken cancellation)
    {
        Prepare();
        int candidates = await new OptimizationRun(plan, folder, report).RunShardAsync(shard.Shard, shard.Of, cancellation);
        report.Line($"{candidates} candidates of shard {shard.Shard} of {shard.Of} ran. "
            + "The same command without --shard goes on from there.");
    }

    /// <summary>Submits the optimization to Slurm: shards run candidates, the last job does the rest.</summary>
    /// <param name="array">The jobs.</param>
    /// <param name="isDryRun">Whether to print the scripts instead; nothing is written.</param>
    /// <exception cref="ImcException">As <see cref="RunAsync"/>, or Slurm does not take the jobs.</exception>
    public void Submit(SlurmArray array, bool isDryRun)
    {
        if (isDryRun)
        {
            StudyClaim.Require(folder, plan.Study.ToJson(), overwrite);
            plan.Require();
            report.Document(array.Description);
            return;
        }
        Prepare();
        var (number, last) = array.Submit();
        report.Line($"Submitted to Slurm: array {number} of {array.Tasks} tasks, then job {last}, which confirms and writes the choice in "
            + $"'{folder.Path}'; logs in '{array.Logs}'. Submit again to continue: finished evaluations stay.");
    }

    /// <summary>Checks everything before the first image runs, and makes the folder this optimization's.</summary>
    private void Prepare()
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
    }

    /// <summary>Removes the choice of an earlier run, which this run may not confirm.</summary>
    private void DeleteChoice()
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
