using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Evaluation.Optimization;

namespace ImcEngine.Cli.Optimization;

/// <summary>An optimization as JSON: the same bytes for the same input on every machine.</summary>
internal static class OptimizationJsonOutput
{
    public static JsonObject Document(OptimizationResult result)
    {
        var (plan, spec, json) = (result.Plan, result.Plan.Spec, result.Plan.Study.ToJson());
        json.Remove("points");
        json["goal"] = OptimizationReport.GoalText(spec);
        json["cost"] = spec.Cost.ToString();
        json["images"] = new JsonObject { ["choosing"] = plan.Split.Choosing.Length, ["confirming"] = plan.Split.Confirming.Length };
        json["dies"] = new JsonObject
        {
            ["choosing"] = new JsonArray([.. plan.Dies(false).Select(die => (JsonNode)die)]),
            ["confirming"] = new JsonArray([.. plan.Dies(true).Select(die => (JsonNode)die)]),
        };
        json["digitalTop1"] = new JsonObject
        {
            ["choosing"] = Share(result.Digital.Choosing), ["confirming"] = Share(result.Digital.Confirming),
        };
        json["candidates"] = new JsonArray([.. result.Screened.Select(each => Candidate(result, each))]);
        json["finalists"] = new JsonArray([.. result.Choice.Finalists.Select(finalist => Finalist(result, finalist))]);
        json["conclusion"] = new JsonArray([.. OptimizationReport.Conclusion(result).Select(line => (JsonNode)line)]);
        if (result.Choice.Best is { } best)
            json["choice"] = new JsonObject
            {
                ["number"] = best.Candidate.Number,
                ["verdict"] = OptimizationReport.VerdictText(best, spec.Goal),
                ["run"] = RunOutput.ToJson(result.Of(best.Candidate).Setting.Run, plan.Subject.IsQuantizedAlready),
            };
        return json;
    }

    private static JsonObject Candidate(OptimizationResult result, ScreenedSetting each)
    {
        var raced = result.Raced.FirstOrDefault(race => race.Candidate == each.Candidate);
        var json = new JsonObject
        {
            ["number"] = each.Setting.Number,
            ["set"] = each.Setting.SetToJson(),
            ["layerBits"] = each.Setting.LayerBits is { } bits ? new JsonArray([.. bits.Select(bit => (JsonNode)bit)]) : null,
            ["cost"] = each.Candidate.Cost,
            ["costs"] = CostJson.Totals(each.Cost),
            ["predictedError"] = each.Candidate.PredictedError,
            ["end"] = OptimizationReport.EndText(result, each.Candidate, raced),
        };
        if (raced is not null) json["choosing"] = Loss(raced.Loss);
        return json;
    }

    private static JsonObject Finalist(OptimizationResult result, RaceResult finalist)
    {
        var json = new JsonObject { ["number"] = finalist.Candidate.Number, ["cost"] = finalist.Candidate.Cost };
        if (result.Choice.Tests.FirstOrDefault(test => test.Candidate == finalist.Candidate) is not { } confirmation) return json;
        json["confirming"] = Loss(confirmation.Loss);
        json["level"] = confirmation.Level;
        json["upperBound"] = confirmation.UpperBound;
        json["goodDies"] = confirmation.GoodDies.Count;
        json["goodDiesInterval95"] = FigureText.ToJson(confirmation.GoodDies.Interval95);
        json["verdict"] = OptimizationReport.VerdictText(confirmation, result.Plan.Spec.Goal);
        json["imagesNeeded"] = confirmation.ImagesNeeded;
        return json;
    }

    private static JsonObject Loss(LossSample loss) => new()
    {
        ["images"] = loss.Images,
        ["loss"] = loss.Loss,
        ["interval95"] = FigureText.ToJson(loss.Interval95),
        ["lossOfDies"] = new JsonArray([.. loss.OfDies.Select(die => (JsonNode)die)]),
    };

    private static double Share(bool[] correct) => (double)correct.Count(each => each) / correct.Length;
}
