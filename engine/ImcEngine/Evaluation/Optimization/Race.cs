namespace ImcEngine.Evaluation.Optimization;

/// <summary>Why a candidate left the race.</summary>
internal enum RaceEnd
{
    /// <summary>It ran all images that choose.</summary>
    Finished,

    /// <summary>The lower end of its interval lies above the goal.</summary>
    Misses,

    /// <summary>Enough cheaper candidates are within the goal with the upper end of their interval.</summary>
    CheaperSuffice,
}

/// <summary>How far a candidate came.</summary>
/// <param name="Loss">Its loss on the images that it ran.</param>
/// <param name="End">Why it ended there.</param>
internal sealed record RaceResult(Candidate Candidate, LossSample Loss, RaceEnd End)
{
    public bool IsFinished => End == RaceEnd.Finished;
}

/// <summary>
/// Runs candidates on more and more of the images that choose, all on the same images, dies and noise, and drops clear losers after each
/// stage by the 95 % intervals of their losses. It is a heuristic: no error rate is claimed for what it drops.
/// </summary>
internal sealed class Race
{
    private static readonly int[] Stages = [64, 256, 1024];

    private readonly Goal _goal;
    private readonly bool[] _reference;
    private readonly int _enough;
    private readonly EvaluateAsync _evaluate;

    /// <param name="digital">Whether the digital network is right on each image that chooses.</param>
    /// <param name="enough">The number of cheaper candidates within the goal that make a dearer one needless.</param>
    public Race(Goal goal, bool[] digital, int enough, EvaluateAsync evaluate) =>
        (_goal, _reference, _enough, _evaluate) = (goal, goal.ReferenceOf(digital), enough, evaluate);

    /// <summary>The images after each stage.</summary>
    public int[] Ends => [.. Stages.Where(end => end < _reference.Length), _reference.Length];

    /// <returns>One for each candidate, in their order.</returns>
    public async Task<IReadOnlyList<RaceResult>> RunAsync(IReadOnlyList<Candidate> candidates, CancellationToken cancellation)
    {
        var correct = candidates.ToDictionary(candidate => candidate, _ => new List<bool[]>());
        var results = new Dictionary<Candidate, RaceResult>();
        List<Candidate> running = [.. candidates.OrderBy(candidate => candidate.Cost).ThenBy(candidate => candidate.PredictedError)];
        int first = 0;
        foreach (int end in Ends)
        {
            var losses = new List<LossSample>();
            foreach (var candidate in running)
            {
                Append(correct[candidate], await _evaluate(new(candidate.Number, false, first, end), cancellation));
                losses.Add(new(_reference[..end], correct[candidate]));
            }
            running = Remaining(running, losses, results);
            first = end;
        }
        return [.. candidates.Select(candidate => results[candidate])];
    }

    /// <summary>Notes what every running candidate reached, and returns those that go on.</summary>
    /// <param name="running">The cheapest first.</param>
    private List<Candidate> Remaining(List<Candidate> running, List<LossSample> losses, Dictionary<Candidate, RaceResult> results)
    {
        var remaining = new List<Candidate>();
        int safe = 0;
        for (int i = 0; i < running.Count; i++)
        {
            var interval = losses[i].Interval95;
            var end = interval.Low > _goal.MostLoss ? RaceEnd.Misses
                : safe >= _enough && running[i].Cost > running[i - 1].Cost ? RaceEnd.CheaperSuffice : RaceEnd.Finished;
            results[running[i]] = new(running[i], losses[i], end);
            if (end == RaceEnd.Finished) remaining.Add(running[i]);
            if (interval.High <= _goal.MostLoss) safe++;
        }
        return remaining;
    }

    private static void Append(List<bool[]> correct, IReadOnlyList<bool[]> more)
    {
        if (correct.Count == 0) correct.AddRange(more);
        else
            for (int die = 0; die < correct.Count; die++) correct[die] = [.. correct[die], .. more[die]];
    }
}
