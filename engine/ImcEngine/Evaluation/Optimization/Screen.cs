namespace ImcEngine.Evaluation.Optimization;

/// <summary>
/// Leaves out candidates that another one beats in cost and in predicted error. The prediction orders settings only roughly, so the other
/// one must be better by a margin:
/// <code>
/// left out   another candidate costs at most as much and is predicted an error of at most 1 / 1.25 of this one's
/// </code>
/// </summary>
internal static class Screen
{
    private const double Margin = 1.25;

    /// <summary>Returns the candidates that stay, the cheapest first.</summary>
    public static IReadOnlyList<Candidate> Keep(IReadOnlyList<Candidate> candidates)
    {
        var kept = new List<Candidate>();
        double least = double.PositiveInfinity;
        foreach (var equal in candidates.GroupBy(candidate => candidate.Cost).OrderBy(group => group.Key))
        {
            least = Math.Min(least, equal.Min(candidate => candidate.PredictedError));
            kept.AddRange(equal.Where(candidate => candidate.PredictedError == least || candidate.PredictedError < least * Margin)
                .OrderBy(candidate => candidate.PredictedError).ThenBy(candidate => candidate.Number));
        }
        return kept;
    }
}
