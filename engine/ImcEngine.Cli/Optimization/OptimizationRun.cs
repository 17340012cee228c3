using ImcEngine.Cli.Studies;
using ImcEngine.Evaluation.Optimization;

namespace ImcEngine.Cli.Optimization;

/// <summary>What an optimization did.</summary>
/// <param name="Screened">All candidates, with cost and predicted error.</param>
/// <param name="Raced">Those that raced, and where the race ended for each.</param>
internal sealed record OptimizationResult(
    OptimizationPlan Plan, IReadOnlyList<ScreenedSetting> Screened, IReadOnlyList<RaceResult> Raced, Choice Choice, DigitalCorrect Digital)
{
    public ScreenedSetting Of(Candidate candidate) => Screened.First(each => each.Candidate == candidate);

    /// <summary>The finalist, or else the candidate of the race, that comes nearest to the goal; null if nothing ran.</summary>
    public (ScreenedSetting Setting, LossSample Loss)? NearestMiss
    {
        get
        {
            var runs = Choice.Tests.Count > 0 ? Choice.Tests.Select(test => (test.Candidate, test.Loss))
                : Raced.Where(result => result.IsFinished || Raced.All(other => !other.IsFinished))
                    .Select(result => (result.Candidate, result.Loss));
            return runs.OrderBy(run => run.Loss.Loss).Select(run => ((ScreenedSetting, LossSample)?)(Of(run.Candidate), run.Loss))
                .FirstOrDefault();
        }
    }
}

/// <summary>Whether the digital network is right.</summary>
/// <param name="Choosing">On each image that chooses.</param>
/// <param name="Confirming">On each image that confirms.</param>
internal sealed record DigitalCorrect(bool[] Choosing, bool[] Confirming);

/// <summary>Screens, races and confirms.</summary>
internal sealed class OptimizationRun
{
    private readonly OptimizationPlan _plan;
    private readonly StudyFolder _folder;
    private readonly Report _report;
    private readonly Evaluations _evaluations;
    private readonly Screening _screening;

    public OptimizationRun(OptimizationPlan plan, StudyFolder folder, Report report)
    {
        (_plan, _folder, _report) = (plan, folder, report);
        _evaluations = new(plan, folder, report);
        _screening = new(plan, _evaluations);
    }

    public async Task<OptimizationResult> RunAsync(CancellationToken cancellation)
    {
        var (goal, finalists) = (_plan.Spec.Goal, _plan.Spec.Finalists);
        var digital = await DigitalAsync(cancellation);
        var screened = await ScreenAsync(cancellation);
        var kept = Screened(screened);
        var race = new Race(goal, digital.Choosing, finalists, Evaluate);
        var raced = (await race.RunAsync(kept, cancellation)).ToList();
        if (_plan.Spec.LayerBits.Count > 0 && Start(raced, screened) is { } start)
            foreach (var (setting, result) in await new LayerBitsSearch(_plan, _evaluations, _screening, race, _report)
                .RunAsync(start, cancellation))
            {
                screened.Add(setting);
                raced.Add(result);
            }
        var choice = await Choice.MakeAsync(raced, goal, digital.Confirming, finalists, Evaluate, cancellation);
        _report.Line($"{_evaluations.Computed} evaluations computed, {_evaluations.Stored} of an earlier run.");
        return new(_plan, screened, raced, choice, digital);
    }

    /// <summary>Runs a share of the candidates that stay after the screen, until they clearly miss the goal.</summary>
    /// <returns>The number of these candidates.</returns>
    public async Task<int> RunShardAsync(int shard, int shards, CancellationToken cancellation)
    {
        var digital = await DigitalAsync(cancellation);
        var mine = Screened(await ScreenAsync(cancellation)).Where((_, i) => i % shards == shard - 1).ToList();
        // Whether cheaper candidates suffice is known only once all shards have run.
        await new Race(_plan.Spec.Goal, digital.Choosing, int.MaxValue, Evaluate).RunAsync(mine, cancellation);
        return mine.Count;
    }

    private async Task<List<ScreenedSetting>> ScreenAsync(CancellationToken cancellation)
    {
        var screened = new List<ScreenedSetting>();
        foreach (var setting in _plan.Settings.ToArray()) screened.Add(await _screening.ScreenAsync(setting, cancellation));
        return screened;
    }

    private IReadOnlyList<Candidate> Screened(List<ScreenedSetting> all)
    {
        var kept = Screen.Keep([.. all.Select(each => each.Candidate)]);
        _report.Line($"{all.Count} candidates; {kept.Count} stay, the others cost as much as one of clearly less predicted error.");
        return kept;
    }

    private Task<IReadOnlyList<bool[]>> Evaluate(ImagesOfCandidate images, CancellationToken cancellation) =>
        _evaluations.CorrectAsync(_plan.Settings[images.Candidate], images, cancellation);

    /// <summary>Returns the cheapest setting that meets the goal on the images that choose.</summary>
    private ScreenedSetting? Start(IEnumerable<RaceResult> raced, IEnumerable<ScreenedSetting> screened) =>
        raced.Where(result => result.IsFinished && result.Loss.Loss <= _plan.Spec.Goal.MostLoss).MinBy(result => result.Candidate.Cost)
            is { } cheapest ? screened.First(each => each.Candidate == cheapest.Candidate) : null;

    internal async Task<DigitalCorrect> DigitalAsync(CancellationToken cancellation)
    {
        int[] classes = StudyBaseline.DigitalClasses(
            await StudyBaseline.FindOrMakeAsync(_plan.Study, _folder, _plan.Settings[0].Run, _plan.Subject, _report, cancellation));
        int[] labels = _plan.Subject.Images.Labels();
        bool[] Correct(int[] positions) => [.. positions.Select(position => classes[position] == labels[position])];
        return new(Correct(_plan.Split.Choosing), Correct(_plan.Split.Confirming));
    }
}
