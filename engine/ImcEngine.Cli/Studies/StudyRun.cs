using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Studies;

/// <summary>Computes points one after the other; each is on disk before the next begins.</summary>
internal sealed class StudyRun(StudyPlan plan, StudyFolder folder, int threads)
{
    private readonly Dictionary<string, StudySubject> _subjects = [];

    public void Compute(IReadOnlyList<(StudyPoint Point, string Key)> pending, Action<ProgressStep> show, CancellationToken cancellation)
    {
        for (int i = 0; i < pending.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (point, key) = pending[i];
            int done = i;
            void Progress(string what, int images, int of) =>
                show(new((done + (what == "IMC" ? (double)images / of : 0)) / pending.Count, $"{done} of {pending.Count} points; {string.Join(' ', point.Assignments)}: {what}, {images} of {of} images"));
            var (result, timing) = Compute(point, key, Progress, cancellation);
            folder.WritePoint(key, result, timing);
        }
    }

    private (JsonObject Result, JsonObject Timing) Compute(StudyPoint point, string key, Action<string, int, int> progress, CancellationToken cancellation)
    {
        var part = StudySubject.PartOf(point.Run);
        string name = RunSpecJson.Write(part);
        if (!_subjects.TryGetValue(name, out var subject)) _subjects[name] = subject = new(plan, point.Run, threads);
        string baselineKey = plan.KeyOf(part);
        if (folder.Baseline(baselineKey) is not { } baseline)
            folder.WriteBaseline(baselineKey, baseline = subject.Baseline(progress, cancellation));
        return subject.Run(point, key, baseline, progress, cancellation);
    }
}
