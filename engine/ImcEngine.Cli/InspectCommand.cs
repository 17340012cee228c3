using System.CommandLine;
using ImcEngine.Evaluation;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli;

/// <summary><c>imc inspect</c>: prints how a network is mapped to a macro, and what stays digital and why.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "ONNX file" };
        var json = new TextFileOption("--json", "Write the report as JSON");
        var map = new Option<bool>("--map")
        {
            Description = "Print, and write into --json, which array, row and column holds which weight",
        };
        var mapCsv = new TextFileOption("--map-csv", "Write the map of --map as comma-separated lines, one for each column of a row group");
        var command = new Command("inspect",
            "Print how a network is mapped: row groups, arrays, conversions, what stays digital and why") { model, json, map, mapCsv };
        var choice = NetworkOptions.AddTo(command);
        var run = RunOptions.AddTo(command);
        command.SetAction(parse =>
        {
            var spec = run.Resolve(parse);
            string file = parse.GetRequiredValue(model);
            var chosen = choice.Choose(parse, Report.ForConsole(parse));
            var network = UserFiles.Model(file, chosen);
            var imported = UserFiles.Network(file, network, spec);
            if (imported.Network.MacroLayers.Count > 0) IdleSettings.RequireNone(file, spec, imported.Layers);
            var outline = UserFiles.IsFloat(file, network) ? UserFiles.Outline(file, network, spec) : null;
            var mapping = MappingReport.Create(imported.Network, spec);
            if (outline is not null) mapping = Inspection.Planned(mapping, outline, spec);
            var inspection = new Inspection(imported, mapping, spec, outline);
            mapCsv.WriteBefore(
                () => json.WriteBefore(() => inspection.Write(Report.ForConsole(parse), withMap: parse.GetValue(map)), parse,
                    () => JsonOutput.Text(inspection.ToJson(JsonOutput.OfModel(file, chosen), withMap: parse.GetValue(map)))),
                parse, () => WeightMap.ToCsv(mapping));
        });
        return command;
    }
}
