namespace ImcEngine.Evaluation.Optimization;

/// <summary>What an optimization found.</summary>
/// <param name="Tests">The finalists that were tested, the cheapest first; those after the first confirmed one cost more and are not
/// tested.</param>
internal sealed record Choice(IReadOnlyList<RaceResult> Finalists, IReadOnlyList<Confirmation> Tests)
{
    /// <summary>The cheapest confirmed setting, else the cheapest whose estimate meets the goal; null if there is none.</summary>
    public Confirmation? Best => Tests.FirstOrDefault(test => test.Verdict == Verdict.Confirmed)
        ?? Tests.FirstOrDefault(test => test.Verdict == Verdict.Estimate);

    /// <summary>Fixes the finalists, then reads the confirming images once for each of them until one is confirmed.</summary>
    /// <param name="raced">All candidates that raced.</param>
    /// <param name="digital">Whether the digital network is right on each image that confirms.</param>
    /// <param name="most">The greatest number of finalists.</param>
    public static async Task<Choice> MakeAsync(IReadOnlyList<RaceResult> raced, Goal goal, bool[] digital, int most,
        EvaluateAsync evaluate, CancellationToken cancellation)
    {
        var (finalists, reference) = (Optimization.Finalists.Choose(raced, goal, most, digital.Length), goal.ReferenceOf(digital));
        var tests = new List<Confirmation>();
        foreach (var finalist in finalists)
        {
            var correct = await evaluate(new(finalist.Candidate.Number, true, 0, digital.Length), cancellation);
            tests.Add(Confirmation.Of(finalist.Candidate, new(reference, correct), goal, finalists.Count));
            if (tests[^1].Verdict == Verdict.Confirmed) break;
        }
        return new(finalists, tests);
    }
}
