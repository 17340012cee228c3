using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>A comparison as tables and as JSON.</summary>
internal static class ComparisonReport
{
    public static void Write(Report report, ComparisonResults results)
    {
        report.Line($"Model {Path.GetFileName(results.Model.Path)}, float network {results.Model.FloatSource}; {results.Data.Evaluated.Count} images of {results.Data.Name}");
        foreach (var layer in results.LayerNotes.Where(layer => !layer.OnMacro)) report.Line($"Digital: {layer.Name} ({layer.Reason})");
        report.Write(Accuracies(results));
        report.Write(Points(results));
        if (results.Points.Count == 1 && results.Points[0].Layers.Count > 0) report.Write(Layers(results.Points[0].Layers));
        report.Line($"{results.Threads} threads; kernels: {string.Join(", ", results.Points.Select(point => point.Kernel).Distinct())}");
    }

    public static JsonObject ToJson(ComparisonResults results)
    {
        var document = JsonOutput.NewDocument();
        document["model"] = JsonOutput.OfFile(results.Model.Path);
        document["data"] = new JsonObject { ["name"] = results.Data.Name, ["sha256"] = results.Data.Sha256 };
        document["seed"] = results.Seed;
        foreach (var (name, field) in PointToJson(results, results.Points[0])) document[name] = field?.DeepClone();
        document["points"] = new JsonArray([.. results.Points.Select(point => PointToJson(results, point))]);
        return document;
    }

    private static JsonObject PointToJson(ComparisonResults results, ComparisonPoint point) => new()
    {
        ["images"] = results.Data.Evaluated.Count,
        ["floatTop1"] = results.FloatTop1,
        ["digitalTop1"] = results.DigitalTop1,
        ["imcTop1"] = point.ImcTop1,
        ["digitalFloatAgreement"] = results.DigitalFloatAgreement,
        ["imcFloatAgreement"] = point.ImcFloatAgreement,
        ["imcDigitalAgreement"] = point.ImcDigitalAgreement,
        ["floatImagesPerSecond"] = results.FloatImagesPerSecond,
        ["digitalImagesPerSecond"] = results.DigitalImagesPerSecond,
        ["imcImagesPerSecond"] = point.ImcImagesPerSecond,
        ["floatSource"] = results.Model.FloatSource,
        ["conversionsPerImage"] = point.ConversionsPerImage,
        ["arrays"] = point.Arrays,
        ["kernel"] = point.Kernel,
        ["threads"] = results.Threads,
        ["batch"] = results.Batch,
        ["imcLogitsSha256"] = point.LogitsSha256,
        ["largestLogitDifference"] = point.LargestDigitalDifference,
        ["layers"] = new JsonArray([.. point.Layers.Select(LayerToJson)]),
        ["run"] = RunSpecJson.ToNode(point.Run),
    };

    /// <summary>An infinite ratio (no noise at all) is null.</summary>
    private static JsonNode LayerToJson(LayerStatistics layer) => new JsonObject
    {
        ["name"] = layer.Name,
        ["localSqnrDb"] = Finite(layer.LocalSqnrDb),
        ["cumulativeSqnrDb"] = Finite(layer.CumulativeSqnrDb),
        ["partialSumSqnrDb"] = Finite(layer.PartialSumSqnrDb),
        ["clippedFraction"] = layer.ClippedFraction,
        ["unreachableCodes"] = layer.UnreachableCodes,
    };

    private static JsonNode? Finite(double decibels) => double.IsFinite(decibels) ? decibels : null;

    private static TextTable Accuracies(ComparisonResults results)
    {
        var table = new TextTable(TextTable.Text("network"), TextTable.Number("top-1"), TextTable.Number("images/s"));
        table.Add("float (OnnxRuntime)", Percent(results.FloatTop1), Rate(results.FloatImagesPerSecond));
        table.Add("digital (exact sums)", Percent(results.DigitalTop1), Rate(results.DigitalImagesPerSecond));
        return table;
    }

    private static TextTable Points(ComparisonResults results)
    {
        var table = new TextTable(TextTable.Text("IMC"), TextTable.Number("top-1"), TextTable.Number("as float"), TextTable.Number("as digital"),
            TextTable.Number("clipped"), TextTable.Number("conversions/image"), TextTable.Number("arrays"), TextTable.Number("images/s"));
        foreach (var point in results.Points)
            table.Add(Describe(point.Run.Macro), Percent(point.ImcTop1), Percent(point.ImcFloatAgreement), Percent(point.ImcDigitalAgreement),
                point.Layers.Count == 0 ? "" : Percent(point.Layers.Max(layer => layer.ClippedFraction)),
                point.ConversionsPerImage.ToString("N0", CultureInfo.InvariantCulture), point.Arrays.ToString(CultureInfo.InvariantCulture), Rate(point.ImcImagesPerSecond));
        return table;
    }

    private static TextTable Layers(IReadOnlyList<LayerStatistics> layers)
    {
        var table = new TextTable(TextTable.Text("layer"), TextTable.Number("SQNR local dB"), TextTable.Number("cumulative dB"), TextTable.Number("partial sums dB"),
            TextTable.Number("clipped"), TextTable.Number("unreachable codes"));
        foreach (var layer in layers)
            table.Add(layer.Name, Decibels(layer.LocalSqnrDb), Decibels(layer.CumulativeSqnrDb), Decibels(layer.PartialSumSqnrDb), Percent(layer.ClippedFraction),
                layer.UnreachableCodes.ToString(CultureInfo.InvariantCulture));
        return table;
    }

    private static string Describe(MacroSpec macro) => $"{macro.Rows} rows, ADC {DescribeAdc(macro.Adc)}";

    private static string DescribeAdc(AdcSpec adc) => adc.Kind switch
    {
        AdcKind.Uniform when adc.LsbCounts is { } lsb => FormattableString.Invariant($"uniform, LSB {lsb} counts"),
        AdcKind.Uniform => $"{AdcFactory.LevelCount(adc)} levels, range {DescribeRange(adc.Range)}",
        _ => SpecWords.Of(adc.Kind),
    };

    private static string DescribeRange(AdcRange range) => range.Kind == RangeKind.Fixed
        ? FormattableString.Invariant($"{range.LowCounts} .. {range.HighCounts} counts") : range.Kind.ToString().ToLowerInvariant();

    private static string Percent(double fraction) => (fraction * 100).ToString("F2", CultureInfo.InvariantCulture) + " %";
    private static string Rate(double rate) => rate.ToString("F1", CultureInfo.InvariantCulture);
    private static string Decibels(double decibels) =>
        double.IsPositiveInfinity(decibels) ? "exact" : double.IsFinite(decibels) ? decibels.ToString("F1", CultureInfo.InvariantCulture) : "no signal";
}
