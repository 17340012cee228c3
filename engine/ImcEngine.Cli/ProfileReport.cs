using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Importer.Lowering;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Cli;

/// <summary>A network's profile as a table and as JSON.</summary>
/// <param name="model">The network, as <see cref="JsonOutput.OfModel"/> writes it.</param>
/// <param name="run">The run specification, as <see cref="RunOutput"/> writes it.</param>
internal sealed class ProfileReport(
    NetworkProfile profile, JsonObject model, JsonObject run, string macroName, Network network, SourcedPreprocessing preprocessing,
    ImageSet images, RunnerOptions runner)
{
    public void Write(Report report)
    {
        double seconds = profile.Steps.Sum(step => step.SecondsPerImage);
        report.Line($"{model["file"]} on macro '{macroName}': "
            + $"{Text(seconds * 1e3, "F3")} ms per image and thread, {runner.Threads} threads, "
            + $"batch {runner.Batch}{(runner.ThreadsPerImage > 1 ? $", {runner.ThreadsPerImage} threads per image" : "")}, "
            + $"{images.Count} images of {images.Name}.");
        foreach (var (kernel, bound) in profile.Bounds)
            report.Line($"Bound of {kernel}: {Text(bound.OperationsPerSecond / 1e9, "F1")} G logic operations/s of {bound.Lanes} lanes, "
                + $"{bound.OperationsPerAdder} per full adder: "
                + $"{Text(bound.AddersPerSecond * bound.Lanes / 1e9, "F0")} G rows x columns/s.");
        report.Line();
        var table = new TextTable(
            TextTable.Text("step"), TextTable.Text("kind"), TextTable.Number("ms/image"), TextTable.Number("share"),
            TextTable.Number("row groups x rows"), TextTable.Number("arrays"),
            TextTable.Text("kernel"), TextTable.Text("lanes"), TextTable.Number("density"), TextTable.Number("G binary MAC/s"),
            TextTable.Number("M conversions/s"), TextTable.Number("of bound"));
        foreach (var step in profile.Steps) table.Add(Cells(step));
        report.Write(table);
        report.Line();
        foreach (var kind in profile.Steps.GroupBy(step => step.Kind))
            report.Line($"{Word(kind.Key)}: {Percent(kind.Sum(step => step.Share))} of the time");
    }

    public JsonObject ToJson()
    {
        var json = JsonOutput.NewDocument();
        json["model"] = model.DeepClone();
        json["data"] = images.Name;
        json["images"] = images.Count;
        json["threads"] = runner.Threads;
        json["batch"] = runner.Batch;
        json["secondsPerImage"] = profile.Steps.Sum(step => step.SecondsPerImage);
        json["bounds"] = new JsonObject(profile.Bounds.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)new JsonObject
        {
            ["lanes"] = each.Value.Lanes,
            ["logicOperationsPerSecond"] = each.Value.OperationsPerSecond,
            ["operationsPerFullAdder"] = each.Value.OperationsPerAdder,
        })));
        json["steps"] = new JsonArray([.. profile.Steps.Select(StepJson)]);
        json["preprocessing"] = PreprocessingReport.ToJson(preprocessing);
        json["operands"] = RunOutput.OperandsToJson(network);
        json["run"] = run.DeepClone();
        return json;
    }

    private static string[] Cells(StepProfile step)
    {
        string[] common = [step.Name, Word(step.Kind), Text(step.SecondsPerImage * 1e3, "F3"), Percent(step.Share)];
        return step.Macro is not { } layer ? [.. common, "", "", "", "", "", "", "", ""]
            : [.. common, $"{layer.RowGroups} x {layer.Rows}", $"{layer.Arrays}", layer.Kernel, layer.Lanes, Text(layer.Density, "F2"),
                Text(layer.BinaryMacsPerSecond / 1e9, "F0"),
                Text(layer.ConversionsPerSecond / 1e6, "F0"), layer.OfBound is { } share ? Percent(share) : ""];
    }

    private static JsonNode StepJson(StepProfile step)
    {
        var json = new JsonObject
        {
            ["name"] = step.Name,
            ["kind"] = Word(step.Kind),
            ["secondsPerImage"] = step.SecondsPerImage,
            ["share"] = step.Share,
        };
        if (step.Macro is not { } layer) return json;
        json["rowGroups"] = layer.RowGroups;
        json["rows"] = layer.Rows;
        json["arrays"] = layer.Arrays;
        json["kernel"] = layer.Kernel;
        json["lanes"] = layer.Lanes;
        json["density"] = layer.Density;
        json["binaryMacsPerSecond"] = layer.BinaryMacsPerSecond;
        json["conversionsPerSecond"] = layer.ConversionsPerSecond;
        json["ofBound"] = layer.OfBound;
        return json;
    }

    public static string Word(StepKind kind) =>
        kind switch { StepKind.Macro => "macro", StepKind.Digital => "digital", StepKind.Quantizer => "quantizer", _ => "other" };
    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
    private static string Percent(double share) => Text(share * 100, "F1") + " %";
}
