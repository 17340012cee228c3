using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Evaluation.Optimization;

/// <summary>What the confirming images say of a setting.</summary>
internal enum Verdict
{
    /// <summary>The upper bound of its loss is within the goal.</summary>
    Confirmed,

    /// <summary>Its estimate is within the goal, the upper bound is not.</summary>
    Estimate,

    /// <summary>Its estimate is not within the goal.</summary>
    Missed,
}

/// <summary>
/// The test of a finalist on images and dies that no choice has seen. Each of k finalists is tested at the level alpha / k, so the
/// probability that any confirmed one truly loses more than the goal allows is at most alpha (Bonferroni's inequality).
/// A share of good dies Z is confirmed where the lower end of Wilson's interval reaches Z, which needs at least 3.84 Z / (1 - Z) dies.
/// </summary>
/// <param name="Loss">The loss on the confirming images.</param>
/// <param name="UpperBound">Its one-sided bound at <paramref name="Level"/>.</param>
/// <param name="Level">alpha / k.</param>
/// <param name="GoodDies">The dies that reach the goal each.</param>
/// <param name="ImagesNeeded">The images that the bound would need at these proportions; null where none suffice, or where it
/// holds.</param>
internal sealed record Confirmation(
    Candidate Candidate, LossSample Loss, double UpperBound, double Level, Proportion GoodDies, Verdict Verdict, long? ImagesNeeded)
{
    /// <param name="finalists">k.</param>
    public static Confirmation Of(Candidate candidate, LossSample loss, Goal goal, int finalists)
    {
        double level = Goal.Alpha / finalists, bound = loss.UpperBound(level);
        var good = loss.GoodDies(goal.MostLoss);
        bool isWithin = loss.Loss <= goal.MostLoss && !(good.Fraction < goal.Yield),
            isProven = bound <= goal.MostLoss && !(good.Interval95.Low < goal.Yield);
        return new(candidate, loss, bound, level, good, isProven ? Verdict.Confirmed : isWithin ? Verdict.Estimate : Verdict.Missed,
            bound <= goal.MostLoss ? null : loss.ImagesFor(goal.MostLoss, level));
    }

    /// <summary>Returns the least number of dies with which a share of good dies can be confirmed, if all of them are good:
    /// z^2 Z / (1 - Z), z = 1.96.</summary>
    public static int DiesFor(double yield) =>
        (int)Math.Ceiling(Proportion.Normal95 * Proportion.Normal95 * yield / (1 - yield));
}
