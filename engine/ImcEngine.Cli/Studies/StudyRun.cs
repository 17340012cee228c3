using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Studies;

/// <summary>Computes points one after the other; each is on disk before the next begins.</summary>
internal sealed class StudyRun(StudyPlan plan, StudyFolder folder, int threads, Report report)
{
    private readonly Dictionary<string, StudySubject> _subjects = [];

    /// <exception cref="ImcException">A point's macro does not take the network: found before any point runs.</exception>
    public async Task ComputeAsync(IReadOnlyList<(StudyPoint Point, string Key)> pending, CancellationToken cancellation)
    {
        foreach (var (point, _) in pending)
        {
            var subject = await SubjectOf(point, cancellation);
            subject.Require(point.Run);
            subject.Map(point.Run.Macro);
        }
        for (int i = 0; i < pending.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (point, key) = pending[i];
            var subject = await SubjectOf(point, cancellation);
            var (result, timing) = await subject.RunAsync(point, key, await BaselineOf(point, subject, cancellation), $"Point {i + 1} of {pending.Count}", cancellation);
            folder.WritePoint(key, result, timing);
            report.Line(string.Create(CultureInfo.InvariantCulture, $"Point {i + 1} of {pending.Count}: {string.Join(' ', point.Assignments)}: top-1 {(double)result["imcTop1"]!:P2}"));
        }
    }

    private async Task<StudySubject> SubjectOf(StudyPoint point, CancellationToken cancellation)
    {
        string part = RunSpecJson.Write(StudySubject.PartOf(point.Run));
        if (!_subjects.TryGetValue(part, out var subject))
            _subjects[part] = subject = await StudySubject.CreateAsync(plan, point.Run, threads, report, cancellation);
        return subject;
    }

    private async Task<JsonObject> BaselineOf(StudyPoint point, StudySubject subject, CancellationToken cancellation)
    {
        string key = plan.KeyOf(StudySubject.PartOf(point.Run));
        if (folder.Baseline(key) is { } known) return known;
        var baseline = await subject.BaselineAsync(cancellation);
        folder.WriteBaseline(key, baseline);
        return baseline;
    }
}
