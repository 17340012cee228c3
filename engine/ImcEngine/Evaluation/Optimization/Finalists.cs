namespace ImcEngine.Evaluation.Optimization;

/// <summary>
/// Chooses which candidates the confirming images test, before any of these is read. With k of them, the one of rank r = 0 .. k - 1 is the
/// cheapest candidate that is not yet among them and has
/// <code>
/// loss + (1/2 + r / (k - 1)) * (upper bound on as many images as confirm - loss) &lt;= goal
/// </code>
/// At a factor of 1 a candidate passes the test with a probability of about a half, at 1/2 with one of about a sixth, at 3/2 with one of
/// about five sixths. Where no candidate is that safe, the factor is lowered in steps of a quarter of it, down to 0.
/// </summary>
internal static class Finalists
{
    private const int SafetySteps = 4;

    /// <param name="finished">Candidates that ran all images that choose.</param>
    /// <param name="most">The greatest number of finalists.</param>
    /// <param name="confirming">The number of images that confirm.</param>
    /// <returns>The cheapest first; empty where no estimate meets the goal.</returns>
    public static IReadOnlyList<RaceResult> Choose(IReadOnlyList<RaceResult> finished, Goal goal, int most, int confirming)
    {
        var chosen = new List<RaceResult>();
        var byCost = finished.Where(result => result.IsFinished && result.Loss.Loss <= goal.MostLoss)
            .OrderBy(result => result.Candidate.Cost).ThenBy(result => result.Loss.Loss).ToList();
        for (int rank = 0; rank < most; rank++)
        {
            double safety = most == 1 ? 1 : 0.5 + ((double)rank / (most - 1));
            chosen.AddRange(Enumerable.Range(0, SafetySteps + 1)
                .Select(step => byCost.Find(result => !chosen.Contains(result)
                    && Expected(result, safety * (SafetySteps - step) / SafetySteps) <= goal.MostLoss))
                .OfType<RaceResult>().Take(1));
        }
        return [.. chosen.OrderBy(result => result.Candidate.Cost).ThenBy(result => result.Loss.Loss)];

        double Expected(RaceResult result, double safety)
        {
            double half = result.Loss.UpperBound(Goal.Alpha / most) - result.Loss.Loss;
            return result.Loss.Loss + safety * half * Math.Sqrt((double)result.Loss.Images / confirming);
        }
    }
}
