using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Optimization;

/// <summary>
/// Reads an optimization: the fields of a study, and
/// <code>
/// { "goal": { "lossPoints": 1, "dies": 35, "yieldPercent": 90 }, "cost": "nanojoules",
///   "choosingPercent": 40, "finalists": 3, "layerBits": [3, 4, 5, 6], ... }
/// </code>
/// <c>grid</c> holds the candidates; where it is missing they are the usual ones.
/// </summary>
internal static class OptimizationJson
{
    private const int MostFormula = 200, MostDies = 10_000, MostFinalists = 10;

    /// <summary>The candidates of an optimization that names none.</summary>
    private const string UsualGrid = """
        [ { "macro.rows": [64, 128, 256] }, { "macro.adc.bits": [3, 4, 5, 6] },
          { "calibration.design": ["lloydMax", "mse"], "calibration.correct": ["moments", "none"] } ]
        """;

    private static readonly SpecField<OptimizationSpec>[] GoalFields =
    [
        new("lossPoints", _ => null, (o, v) => o with { Goal = o.Goal with { MostLoss = v.Number(0, 100) / 100, IsAccuracy = false } }),
        new("accuracyPercent", _ => null,
            (o, v) => o with { Goal = o.Goal with { MostLoss = (100 - v.Number(0, 100)) / 100, IsAccuracy = true } }),
        new("dies", _ => null, (o, v) => o with { Dies = v.Integer(1, MostDies) }),
        new("yieldPercent", _ => null, (o, v) => o with { Goal = o.Goal with { Yield = v.Number(1, 99.99) / 100 } }),
    ];

    private static readonly SpecField<OptimizationSpec>[] Fields =
    [
        new("goal", _ => null, (o, v) => SpecObject.Read(v, GoalFields, o) is var read && HasOneBound(v) ? read
            : throw v.Error("a goal states either lossPoints, the most points to lose against the digital network, "
                + "or accuracyPercent, the least accuracy")),
        new("cost", _ => null, (o, v) => o with { Cost = ReadCost(v) }),
        new("choosingPercent", _ => null, (o, v) => o with { ChoosingShare = v.Number(1, 99) / 100 }),
        new("finalists", _ => null, (o, v) => o with { Finalists = v.Integer(1, MostFinalists) }),
        new("layerBits", _ => null, (o, v) => o with { LayerBits = ReadBits(v) }),
    ];

    /// <exception cref="SpecException">A field is unknown, missing or cannot be used.</exception>
    /// <exception cref="ImcException">The text is not JSON.</exception>
    public static OptimizationSpec Read(string json, string what = "The optimization")
    {
        if (RunSpecJson.Parse(json, what) is not JsonObject given) throw new ImcException($"{what} is not a JSON object in braces.");
        var own = new JsonObject();
        foreach (var field in Fields)
            if (given.Remove(field.Name, out var node)) own[field.Name] = node;
        if (own["goal"] is null)
            throw new SpecException("goal", "nothing", "an optimization needs a goal such as {\"lossPoints\": 1}");
        if (given["grid"] is null && given["grids"] is null) given["grid"] = JsonNode.Parse(UsualGrid);
        var study = StudyJson.Read(given.ToJsonString(), what);
        RequireNoSeeds(study);
        var read = SpecObject.Read(new(own, ""), Fields, new OptimizationSpec(study));
        if (read.Goal.Yield is not null && read.Dies == 1)
            throw new SpecException("goal.yieldPercent", "1 die", "a share of good dies needs several: state goal.dies");
        return read;
    }

    /// <exception cref="ImcException">As <see cref="Read"/>, or the file cannot be read.</exception>
    public static OptimizationSpec ReadFile(string path) => Read(RunSpecJson.ReadText(path, "optimization"), $"'{path}'");

    private static bool HasOneBound(SpecValue goal) =>
        goal.Node is JsonObject given && given["lossPoints"] is null != given["accuracyPercent"] is null;

    private static CostFormula ReadCost(SpecValue value)
    {
        string text = value.Text();
        string names = string.Join(", ", OptimizationSpec.CostNames);
        if (text.Length > MostFormula) throw value.Error($"allowed is a formula of at most {MostFormula} characters");
        try
        {
            return new(text, OptimizationSpec.CostNames);
        }
        catch (FormatException e)
        {
            throw value.Error($"{e.Message}; allowed is a formula of numbers, + - * / and brackets, and of {names}");
        }
    }

    private static int[] ReadBits(SpecValue value) => value.Node is JsonArray { Count: >= 2 and <= 16 } list
        ? [.. list.Select((bits, i) => new SpecValue(bits, $"{value.Path}[{i}]").Integer(1, 16)).Distinct().Order()]
        : throw value.Error("allowed is a list of 2 to 16 numbers of bits such as [3, 4, 5, 6]");

    private static void RequireNoSeeds(StudySpec study)
    {
        foreach (var grid in study.Grids)
            foreach (var step in grid.Axes.Select(axis => axis.Steps[0]))
                if (step.FirstOrDefault(each => each.Path is StudyJson.DiePath or StudyJson.SeedPath) is { } seed)
                    throw new SpecException($"{grid.Name}.{seed.Path}", seed.Json,
                        "dies and noise are no settings to choose: state goal.dies, and the study's die and seed");
    }
}
