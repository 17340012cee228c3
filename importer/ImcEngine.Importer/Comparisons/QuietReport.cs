namespace ImcEngine.Importer.Comparisons;

/// <summary>The progress of a stage of a run.</summary>
/// <param name="Stage">What is done, e.g. <c>Calibration</c>.</param>
/// <param name="Done">How many of <paramref name="Total"/> are done.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="Things">What is counted, e.g. <c>images</c>.</param>
public readonly record struct RunProgress(string Stage, int Done, int Total, string Things);

/// <summary>Prints nothing: it keeps what the user should know, and passes progress on.</summary>
internal sealed class QuietReport(IProgress<RunProgress>? progress) : IRunReport
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Line(string text) => _lines.Add(text);

    public Task<T> WithCountAsync<T>(string title, string things, int total, Func<Action<int>, T> work) =>
        Task.Run(() => work(done => progress?.Report(new(title, done, total, things))));

    public void WithNotice(string notice, Action work) => work();
}
