using System.Globalization;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Studies;

/// <summary>Computes points one after the other; each is on disk before the next begins.</summary>
/// <param name="kept">What earlier runs computed.</param>
internal sealed class StudyRun(StudyPlan plan, StudyFolder folder, int threads, Report report, KeptResults kept)
{
    private readonly Dictionary<string, StudySubject> _subjects = [];

    /// <summary>Returns the different points of one of <paramref name="shards"/> shards (from 1), in canonical order. Points are shared out
    /// by their estimated cost.</summary>
    /// <exception cref="ImcException">The network is not supported, or there are too few images.</exception>
    public IReadOnlyList<(StudyPoint Point, string Key)> Shard(int shard, int shards)
    {
        var points = plan.Points.DistinctBy(each => each.Key).ToList();
        if (shards == 1) return points;
        int[] owners = StudyShards.Assign([.. points.Select(each => SubjectOf(each.Point).CostOf(each.Point))], shards);
        return [.. points.Where((_, i) => owners[i] == shard)];
    }

    /// <summary>Checks every point of the study, including those of other shards, before the first one runs.</summary>
    /// <exception cref="ImcException">A point cannot run, or the float network cannot.</exception>
    public void Require()
    {
        foreach (var (point, _) in plan.Points.DistinctBy(each => each.Key)) SubjectOf(point).Require(point);
        SubjectOf(plan.Points[0].Point).RequireFloat();
        foreach (string hint in TableFindings.Hints(plan.Points.Select(each => each.Point.RunFrom(plan.Folder)))) report.Line(hint);
    }

    public async Task ComputeAsync(IReadOnlyList<(StudyPoint Point, string Key)> pending, CancellationToken cancellation)
    {
        for (int i = 0; i < pending.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (point, key) = pending[i];
            var subject = SubjectOf(point);
            var baseline = await StudyBaseline.FindOrMakeAsync(plan, folder, point.Run, subject, report, cancellation);
            var (result, timing) = await subject.RunAsync(point, key, baseline, $"Point {i + 1} of {pending.Count}", cancellation);
            folder.WritePoint(key, result, timing);
            report.Line(string.Create(CultureInfo.InvariantCulture,
                $"Point {i + 1} of {pending.Count}: {string.Join(' ', point.Assignments)}: top-1 {(double)result["imcTop1"]!:P2}"));
        }
    }

    private StudySubject SubjectOf(StudyPoint point)
    {
        string part = RunSpecJson.Write(NetworkSpec.PartOf(point.Run));
        if (!_subjects.TryGetValue(part, out var subject))
            _subjects[part] = subject = new(plan, point.Run, threads, report, kept);
        return subject;
    }
}
