using System.Text.Json.Nodes;
using ImcEngine.Cli.Cluster;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli.Studies;

/// <summary>Starts a study, or continues it: here, or on a cluster.</summary>
/// <param name="overwrite">Whether another study's results in the folder may be removed.</param>
internal sealed class StudyStart(Report report, StudyPlan plan, StudyFolder folder, bool overwrite, int threads, KeptResults kept)
{
    private readonly StudyRun _run = new(plan, folder, threads, report, kept);
    private readonly JsonObject _json = plan.ToJson();

    /// <summary>Computes the points of a shard that are not finished, and writes the tables of all that are.</summary>
    /// <exception cref="ImcException">The folder is another study's, a point cannot run, or a file cannot be written.</exception>
    public async Task RunAsync((int Shard, int Of) shard, CancellationToken cancellation)
    {
        bool clears = StudyClaim.Require(folder, _json, overwrite);
        folder.Create();
        var mine = _run.Shard(shard.Shard, shard.Of);
        var pending = Pending(mine, clears);
        Prepare(pending, clears, shard.Of == 1 ? "" : $", {mine.Count} of them in shard {shard.Shard} of {shard.Of}", mine.Count);
        await _run.ComputeAsync(pending, cancellation);
        WriteTables();
    }

    /// <summary>Submits the study to Slurm, once all points are checked.</summary>
    /// <param name="arrayFor">Returns the jobs for so many points.</param>
    /// <param name="isDryRun">Whether to print the scripts instead; nothing is written.</param>
    /// <exception cref="ImcException">As <see cref="RunAsync"/>, or Slurm does not take the jobs.</exception>
    public void Submit(Func<int, SlurmArray> arrayFor, bool isDryRun)
    {
        bool clears = StudyClaim.Require(folder, _json, overwrite);
        var points = _run.Shard(1, 1);
        var array = arrayFor(points.Count);
        if (isDryRun)
        {
            _run.Require();
            report.Document(array.Description);
            return;
        }
        folder.Create();
        var pending = Pending(points, clears);
        Prepare(pending, clears, "", points.Count);
        if (pending.Count == 0)
        {
            WriteTables();
            report.Line("No point is left to run: nothing was submitted.");
            return;
        }
        var (number, last) = array.Submit();
        report.Line($"Submitted to Slurm: array {number} of {array.Tasks} tasks, then job {last}, which writes the tables in "
            + $"'{folder.Path}'; logs in '{array.Logs}'. Submit again to continue: finished points stay.");
    }

    private void WriteTables()
    {
        int finished = StudyResults.Write(folder, _json, report);
        report.Line($"{finished} of {plan.Points.Count} points in '{folder.Path}': results.csv, results.json; times in timings.json.");
    }

    private List<(StudyPoint Point, string Key)> Pending(IEnumerable<(StudyPoint Point, string Key)> points, bool clears) =>
        [.. clears ? points : points.Where(point => folder.Point(point.Key).Content is null)];

    /// <summary>Checks what is to run, makes the folder this study's, and says what was found in it.</summary>
    private void Prepare(List<(StudyPoint Point, string Key)> pending, bool clears, string ofShard, int mine)
    {
        if (pending.Count > 0) _run.Require();
        if (clears) folder.Clear();
        string? planDamage = folder.PlanDamage;
        folder.WritePlan(_json);
        report.Line($"Study {plan.Study.Name}: {plan.Points.Count} points{ofShard}; "
            + $"{mine - pending.Count} finished before, {pending.Count} to run.");
        foreach (string note in plan.Notes) report.Line(note);
        PreprocessingReport.Write(report, plan.Model, "the study's fields scale, mean and std");
        foreach (string idle in plan.IdleSeeds()) report.Line(idle);
        if (planDamage is not null && !clears)
            report.Line($"'{folder.In(StudyFolder.PlanFile)}' is damaged ({planDamage}); it is written again.");
        NameDamage(pending.Select(point => point.Key).ToHashSet());
    }

    private void NameDamage(HashSet<string> madeAnew)
    {
        foreach (var (_, key) in plan.Points.DistinctBy(point => point.Key))
            if (folder.Point(key).Damage is { } damage)
                report.Line($"'{folder.PointFile(key)}' is damaged ({damage}); "
                    + $"{(madeAnew.Contains(key) ? "its point is computed again" : "its point counts as not finished")}.");
    }
}
