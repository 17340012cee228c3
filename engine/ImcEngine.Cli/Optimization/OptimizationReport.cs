using System.Globalization;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.Optimization;

namespace ImcEngine.Cli.Optimization;

/// <summary>An optimization as tables.</summary>
internal static class OptimizationReport
{
    public static void Write(Report report, OptimizationResult result)
    {
        var (plan, spec) = (result.Plan, result.Plan.Spec);
        report.Line();
        report.Line($"Candidates of {spec.Study.Name}, the cheapest first. Cost: {spec.Cost}, of one image.");
        report.Write(Candidates(result));
        report.Line();
        if (result.Choice.Tests.Count > 0)
        {
            report.Line($"Finalists on the {plan.Split.Confirming.Length} images that confirm{OnDies(spec.Dies)}. "
                + "They were fixed before these images were read.");
            report.Write(Finalists(result));
            report.Line();
        }
        foreach (string line in Conclusion(result)) report.Line(line);
        if (result.Choice.Best is { } best && result.Of(best.Candidate) is { Setting.LayerBits: { } bits } chosen)
            report.Line("Bits of its layers: "
                + string.Join(", ", chosen.Cost.Layers.Zip(bits, (layer, own) => $"{layer.Map.Layer} {own}")) + ".");
    }

    /// <summary>The goal in words.</summary>
    public static string GoalText(OptimizationSpec spec)
    {
        string goal = spec.Goal.IsAccuracy ? $"has an accuracy of at least {FigureText.Percent(1 - spec.Goal.MostLoss)}"
            : $"loses at most {FigureText.Points(spec.Goal.MostLoss)} points against the digital network";
        return goal + (spec.Dies > 1 ? ", as the mean of dies" : "")
            + (spec.Goal.Yield is { } yield ? $" and on at least {FigureText.Percent(yield)} of them" : "");
    }

    /// <summary>What was chosen and what is claimed of it, a sentence each.</summary>
    public static IEnumerable<string> Conclusion(OptimizationResult result)
    {
        var (spec, choice) = (result.Plan.Spec, result.Choice);
        if (choice.Best is not { } best)
        {
            yield return $"No candidate {GoalText(spec)}.";
            if (result.NearestMiss is { } miss)
                yield return $"The nearest miss is {miss.Setting.Setting.Label}: "
                    + $"{LossText(spec.Goal, miss.Loss.Loss)} on {miss.Loss.Images} images.";
            yield break;
        }
        var setting = result.Of(best.Candidate);
        yield return $"Choice: {setting.Setting.Label}, cost {Figure(setting.Candidate.Cost)}, {VerdictText(best, spec.Goal)}.";
        yield return $"It {GoalText(spec)}: {LossText(spec.Goal, best.Loss.Loss)}, bound: "
            + $"{LossText(spec.Goal, best.UpperBound)}, at level {(100 * best.Level).ToString("0.##", CultureInfo.InvariantCulture)} %.";
        if (spec.Goal.Yield is { } yield) yield return YieldText(best.GoodDies, yield);
        if (best.ImagesNeeded is { } images)
            yield return $"A bound within the goal would need about {images} images that confirm, if the proportions stay as they are.";
        yield return "Claim: the probability that any confirmed setting truly loses more than the goal allows is at most 5 %, "
            + $"over the choice of images{(spec.Dies > 1 ? " and for these dies" : "")}. "
            + "The choice of candidates on the other images is a heuristic.";
    }

    /// <summary>The verdict in words.</summary>
    public static string VerdictText(Confirmation test, Goal goal) => test.Verdict switch
    {
        Verdict.Confirmed => goal.Yield is null ? "confirmed" : "confirmed, yield confirmed",
        Verdict.Estimate => test.UpperBound <= goal.MostLoss ? "confirmed, yield observed" : "estimate, not confirmed",
        _ => "misses the goal",
    };

    /// <summary>A loss in words; of a goal of accuracy, the accuracy.</summary>
    private static string LossText(Goal goal, double loss) => goal.IsAccuracy ? $"accuracy {FigureText.Percent(1 - loss)}"
        : $"{FigureText.Points(loss)} points lost";

    /// <summary>The title of losses in tables; of a goal of accuracy they are against the labels.</summary>
    private static string LossTitle(Goal goal) => goal.IsAccuracy ? "wrong, %" : "points lost";

    private static string YieldText(Proportion good, double yield)
    {
        string observed = $"{good.Count} of {good.Of} dies are good ({FigureText.PercentInterval(good.Interval95)}, Wilson)";
        return good.Interval95.Low >= yield ? $"{observed}, so a yield of {FigureText.Percent(yield)} is confirmed."
            : $"{observed}: observed yield. To confirm {FigureText.Percent(yield)}, at least {Confirmation.DiesFor(yield)} dies are "
                + "needed, all of them good.";
    }

    private static TextTable Candidates(OptimizationResult result)
    {
        var table = new TextTable(TextTable.Text("setting"), TextTable.Number("cost"), TextTable.Number("predicted error"),
            TextTable.Number("images"), TextTable.Number(LossTitle(result.Plan.Spec.Goal)), TextTable.Number("95 % interval"),
            TextTable.Text("outcome"));
        foreach (var each in result.Screened.OrderBy(each => each.Candidate.Cost).ThenBy(each => each.Candidate.PredictedError))
        {
            var raced = result.Raced.FirstOrDefault(race => race.Candidate == each.Candidate);
            string[] losses = raced is null ? ["", "", ""] : [raced.Loss.Images.ToString(CultureInfo.InvariantCulture),
                FigureText.Points(raced.Loss.Loss), FigureText.PointsInterval(raced.Loss.Interval95)];
            table.Add([each.Setting.Label, Figure(each.Candidate.Cost), Figure(each.Candidate.PredictedError), .. losses,
                EndText(result, each.Candidate, raced)]);
        }
        return table;
    }

    /// <summary>Why a candidate is out, or that it is a finalist.</summary>
    public static string EndText(OptimizationResult result, Candidate candidate, RaceResult? raced) => raced switch
    {
        null => "predicted worse",
        { End: RaceEnd.Misses } => "misses the goal",
        { End: RaceEnd.CheaperSuffice } => "cheaper ones suffice",
        _ when result.Choice.Finalists.Any(finalist => finalist.Candidate == candidate) => "finalist",
        _ => raced.Loss.Loss > result.Plan.Spec.Goal.MostLoss ? "misses the goal" : "others were taken",
    };

    private static TextTable Finalists(OptimizationResult result)
    {
        var table = new TextTable(TextTable.Text("setting"), TextTable.Number("cost"), TextTable.Number(LossTitle(result.Plan.Spec.Goal)),
            TextTable.Number("95 % interval"), TextTable.Number("upper bound"), TextTable.Text("verdict"));
        foreach (var finalist in result.Choice.Finalists)
        {
            var test = result.Choice.Tests.FirstOrDefault(each => each.Candidate == finalist.Candidate);
            var setting = result.Of(finalist.Candidate);
            table.Add(setting.Setting.Label, Figure(setting.Candidate.Cost), test is null ? "" : FigureText.Points(test.Loss.Loss),
                test is null ? "" : FigureText.PointsInterval(test.Loss.Interval95), test is null ? "" : FigureText.Points(test.UpperBound),
                test is null ? "not read: a cheaper one is confirmed" : VerdictText(test, result.Plan.Spec.Goal));
        }
        return table;
    }

    private static string OnDies(int dies) => dies == 1 ? "" : $" and {dies} dies";

    private static string Figure(double number) => double.IsNaN(number) ? "" : number.ToString("G5", CultureInfo.InvariantCulture);
}
