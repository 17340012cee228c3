using System.CommandLine;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary><c>imc inspect</c>: how a network sits on a macro, and what stays digital and why.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "ONNX file" };
        var json = new Option<string?>("--json") { Description = "Write the report as JSON", HelpName = "FILE" };
        var map = new Option<bool>("--map") { Description = "Print, and write into --json, which array, row and column holds which weight" };
        var mapCsv = new Option<string?>("--map-csv") { Description = "Write the same as comma-separated lines, one for each column of each row group", HelpName = "FILE" };
        var command = new Command("inspect", "Print how a network is mapped: row groups, arrays, conversions, what stays digital and why") { model, json, map, mapCsv };
        var run = RunOptions.AddTo(command);
        command.SetAction(parse =>
        {
            var spec = run.Resolve(parse);
            string file = parse.GetRequiredValue(model);
            var imported = NetworkImporter.Import(OnnxFile.Load(file), spec, Path.GetFileNameWithoutExtension(file));
            if (imported.Network.MacroLayers.Count > 0) IdleSettings.RequireNone(file, spec, imported.Layers);
            var mapping = MappingReport.Of(imported.Network, spec.Macro);
            var inspection = new Inspection(imported, mapping, spec);
            inspection.Write(Report.Of(parse), withMap: parse.GetValue(map));
            if (parse.GetValue(json) is { } path) JsonOutput.Save(path, inspection.ToJson(file, withMap: parse.GetValue(map)));
            if (parse.GetValue(mapCsv) is { } csv) AtomicFile.Write(csv, WeightMap.ToCsv(mapping));
        });
        return command;
    }
}
