using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>A comparison as tables and as JSON.</summary>
internal static class ComparisonReport
{
    /// <param name="yieldAbove">Accuracy that a good die exceeds; null: none was named.</param>
    public static void Write(Report report, ComparisonResults results, double? yieldAbove)
    {
        report.Line($"Model {Path.GetFileName(results.Model.Path)}, float network {results.Model.FloatSource}; {results.Data.Evaluated.Count} of {results.Data.Evaluable} images of {results.Data.Name}");
        foreach (var layer in results.LayerNotes.Where(layer => !layer.OnMacro)) report.Line($"Digital: {layer.Name} ({layer.Reason})");
        report.Line();
        report.Write(Accuracies(results));
        report.Line();
        report.Write(Points(results));
        MonteCarloReport.Write(report, results, yieldAbove);
        foreach (var point in results.Points.Where(point => point.Layers.Count > 0))
        {
            report.Line();
            if (results.Points.Count > 1) report.Line($"{LabelOf(point)}:");
            report.Write(Layers(point.Layers));
        }
        report.Line();
        if (results.Points.Max(point => point.DieBytes) is > 0 and var bytes) report.Line($"A die takes {bytes / 1e6:F1} MB beside the network on its arrays.");
        report.Line($"{results.Runner.Threads} threads; kernels: {string.Join(", ", results.Points.SelectMany(point => point.Kernel.Split(", ")).Distinct())}");
    }

    public static JsonObject ToJson(ComparisonResults results, string? calibrationFile, double? yieldAbove)
    {
        var document = JsonOutput.NewDocument();
        document["model"] = JsonOutput.OfFile(results.Model.Path);
        document["data"] = new JsonObject { ["name"] = results.Data.Name, ["sha256"] = results.Data.Sha256 };
        if (calibrationFile is not null) document["calibrationFile"] = JsonOutput.OfFile(calibrationFile);
        document["die"] = results.DieChoice.First;
        document["dies"] = results.DieChoice.Count;
        document["repeats"] = results.DieChoice.Repeats;
        document["seed"] = results.DieChoice.Seed;
        JsonObject[] points = [.. results.Points.Select(point => PointToJson(results, point, yieldAbove))];
        foreach (var (name, field) in points[0]) document[name] = field?.DeepClone();
        document["points"] = new JsonArray([.. points]);
        if (results.ComparesSettings) document["differences"] = MonteCarloReport.DifferencesToJson(results);
        return document;
    }

    public static string LabelOf(ComparisonPoint point) => point.Setting.Label ?? Describe(point.Run.Macro);

    private static JsonObject PointToJson(ComparisonResults results, ComparisonPoint point, double? yieldAbove) => new()
    {
        ["images"] = results.Data.Evaluated.Count,
        ["floatTop1"] = results.Float.Top1,
        ["digitalTop1"] = results.Digital.Top1,
        ["imcTop1"] = point.Imc.Top1,
        ["digitalFloatAgreement"] = results.Digital.AgreementWith(results.Float),
        ["imcFloatAgreement"] = point.Imc.AgreementWith(results.Float),
        ["imcDigitalAgreement"] = point.Imc.AgreementWith(results.Digital),
        ["floatImagesPerSecond"] = results.Float.ImagesPerSecond,
        ["digitalImagesPerSecond"] = results.Digital.ImagesPerSecond,
        ["imcImagesPerSecond"] = point.Imc.ImagesPerSecond,
        ["floatSource"] = results.Model.FloatSource,
        ["conversionsPerImage"] = point.ConversionsPerImage,
        ["arrays"] = point.Arrays,
        ["dieBytes"] = point.DieBytes,
        ["kernel"] = point.Kernel,
        ["threads"] = results.Runner.Threads,
        ["batch"] = results.Runner.Batch,
        ["imcLogitsSha256"] = point.Imc.LogitsSha256(),
        ["largestLogitDifference"] = point.Imc.LargestDifferenceFrom(results.Digital),
        ["monteCarlo"] = MonteCarloReport.ToJson(point.Dies, yieldAbove),
        ["layers"] = new JsonArray([.. point.Layers.Select(LayerToJson)]),
        ["run"] = RunSpecJson.ToNode(point.Run),
    };

    /// <summary>An infinite ratio (no noise at all) is null.</summary>
    public static JsonNode LayerToJson(LayerStatistics layer)
    {
        var json = new JsonObject
        {
            ["name"] = layer.Name,
            ["localSqnrDb"] = Finite(layer.LocalSqnrDb),
            ["cumulativeSqnrDb"] = Finite(layer.CumulativeSqnrDb),
            ["partialSumSqnrDb"] = Finite(layer.PartialSumSqnrDb),
            ["clippedFraction"] = layer.ClippedFraction,
            ["unreachableCodes"] = layer.UnreachableCodes,
        };
        if (layer.ClampedFraction is { } clamped) json["clampedFraction"] = clamped;
        return json;
    }

    private static JsonNode? Finite(double decibels) => double.IsFinite(decibels) ? decibels : null;

    private static TextTable Accuracies(ComparisonResults results)
    {
        var table = new TextTable(TextTable.Text("network"), TextTable.Number("top-1"), TextTable.Number("images/s"));
        table.Add("float (OnnxRuntime)", Percent(results.Float.Top1), Rate(results.Float.ImagesPerSecond));
        table.Add("digital (exact sums)", Percent(results.Digital.Top1), Rate(results.Digital.ImagesPerSecond));
        return table;
    }

    private static TextTable Points(ComparisonResults results)
    {
        var table = new TextTable(TextTable.Text("IMC"), TextTable.Number("top-1"), TextTable.Number("as float"), TextTable.Number("as digital"),
            TextTable.Number("conversions/image"), TextTable.Number("arrays"), TextTable.Number("images/s"));
        foreach (var point in results.Points)
            table.Add(LabelOf(point), Percent(point.Imc.Top1), Percent(point.Imc.AgreementWith(results.Float)), Percent(point.Imc.AgreementWith(results.Digital)),
                point.ConversionsPerImage.ToString("N0", CultureInfo.InvariantCulture), point.Arrays.ToString(CultureInfo.InvariantCulture), Rate(point.Imc.ImagesPerSecond));
        return table;
    }

    private static TextTable Layers(IReadOnlyList<LayerStatistics> layers)
    {
        bool clamps = layers.Any(layer => layer.ClampedFraction is not null);
        var table = new TextTable([TextTable.Text("layer"), TextTable.Number("SQNR local dB"), TextTable.Number("cumulative dB"), TextTable.Number("partial sums dB"),
            TextTable.Number("clipped"), TextTable.Number("unreachable codes"), .. clamps ? new[] { TextTable.Number("beyond table") } : []]);
        foreach (var layer in layers)
            table.Add([layer.Name, Decibels(layer.LocalSqnrDb), Decibels(layer.CumulativeSqnrDb), Decibels(layer.PartialSumSqnrDb), Percent(layer.ClippedFraction),
                layer.UnreachableCodes.ToString(CultureInfo.InvariantCulture), .. clamps ? new[] { layer.ClampedFraction is { } clamped ? Percent(clamped) : "" } : []]);
        return table;
    }

    private static string Describe(MacroSpec macro) => $"{macro.Rows} rows, ADC {DescribeAdc(macro.Adc)}";

    private static string DescribeAdc(AdcSpec adc) => adc.Kind switch
    {
        AdcKind.Uniform when adc.LsbCounts is { } lsb => FormattableString.Invariant($"uniform, LSB {lsb} counts"),
        AdcKind.Uniform => $"{(adc.Bits is { } bits ? $"{bits} bits" : $"{AdcFactory.LevelCount(adc)} levels")}, {DescribeRange(adc.Range)}",
        _ => SpecWords.Of(adc.Kind),
    };

    private static string DescribeRange(AdcRange range) => range.Kind switch
    {
        RangeKind.Full => "full range",
        RangeKind.Calibrated => "calibrated range",
        _ => FormattableString.Invariant($"{range.LowCounts} to {range.HighCounts} counts"),
    };

    private static string Percent(double fraction) => (fraction * 100).ToString("F2", CultureInfo.InvariantCulture) + " %";
    private static string Rate(double rate) => rate.ToString("F1", CultureInfo.InvariantCulture);
    public static string Decibels(double decibels) =>
        double.IsPositiveInfinity(decibels) ? "exact" : double.IsFinite(decibels) ? decibels.ToString("F1", CultureInfo.InvariantCulture) : "no signal";
}
