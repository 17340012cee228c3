using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Optimization;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.Optimization;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Reports;

/// <summary>The page of <c>imc optimize</c>.</summary>
internal static class OptimizationPage
{
    public static ReportPage Create(OptimizationResult result, JsonObject document)
    {
        var (plan, spec, best) = (result.Plan, result.Plan.Spec, result.Choice.Best);
        return new($"Optimization {spec.Study.Name}",
            $"The least {spec.Cost} of a setting that {OptimizationReport.GoalText(spec)}; {plan.Split.Choosing.Length} images choose, "
                + $"{plan.Split.Confirming.Length} confirm",
            best is null ? [new("choice", "none")] :
            [
                new("cost of the choice", Number(best.Candidate.Cost), result.Of(best.Candidate).Setting.Label),
                new("points lost", FigureText.Points(best.Loss.Loss), FigureText.PointsInterval(best.Loss.Interval95)),
                new("verdict", OptimizationReport.VerdictText(best, spec.Goal)),
                new("candidates", $"{result.Screened.Count}", $"{result.Choice.Finalists.Count} finalists"),
            ],
            [.. Figures(result)], ReportTranscript.Of(report => OptimizationReport.Write(report, result)),
            best is null ? [] : [(result.Of(best.Candidate).Setting.Label,
                RunSpecJson.ToNode(plan.Resolved(result.Of(best.Candidate).Setting.Run)))], document);
    }

    private static IEnumerable<Figure> Figures(OptimizationResult result)
    {
        bool isAccuracy = result.Plan.Spec.Goal.IsAccuracy;
        string share = isAccuracy ? "Top-1 accuracy (%)" : "Accuracy minus digital accuracy (%)",
            cost = $"Cost of an image ({result.Plan.Spec.Cost})";
        var raced = result.Raced.Where(race => double.IsFinite(race.Candidate.Cost)).ToList();
        if (raced.Count > 1)
            yield return AccuracyPlots.Pareto("accuracy-cost", "Accuracy against cost of the candidates that ran",
                "On the images that choose, as many as a candidate ran on; upright lines are 95 % intervals. The dashed line joins the "
                    + "candidates that no other betters in both.", share, cost,
                [.. raced.Select(race => Costed(result, race.Candidate, race.Loss, isAccuracy))]);
        if (result.Choice.Tests.Count > 0)
            yield return AccuracyPlots.ByName("finalists", "Finalists on the images that confirm",
                "Points with 95 % intervals. The finalists were fixed before these images were read.", share,
                [.. result.Choice.Tests.Select(test => Costed(result, test.Candidate, test.Loss, isAccuracy))
                    .Select(finalist => new NamedShare(finalist.Name, finalist.Share, finalist.Interval95))]);
        if (result.Choice.Best is { } best && result.Of(best.Candidate).Cost.Layers.Count > 0)
            yield return CostPlots.Energies("layers-energy", result.Of(best.Candidate).Cost, adcModel: 0);
    }

    private static CostedShare Costed(OptimizationResult result, Candidate candidate, LossSample loss, bool isAccuracy)
    {
        double whole = isAccuracy ? 1 : 0;
        return new(result.Of(candidate).Setting.Label, whole - loss.Loss,
            new Interval(whole - loss.Interval95.High, whole - loss.Interval95.Low), candidate.Cost, candidate.Cost);
    }

    private static string Number(double number) => number.ToString("G5", CultureInfo.InvariantCulture);
}
