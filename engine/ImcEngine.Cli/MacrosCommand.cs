using System.CommandLine;
using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary><c>imc macros</c>: lists the presets, or the fields of one, and where their figures come from.</summary>
internal static class MacrosCommand
{
    public static Command Create()
    {
        var preset = new Argument<string?>("PRESET")
        {
            Description = "Print the fields of this preset, each with the source that states it or why it is assumed",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new TextFileOption("--json", "Write the presets with their fields as JSON");
        var command = new Command("macros", "List the macro presets and where their figures come from") { preset, json };
        command.SetAction(parse =>
        {
            string? name = parse.GetValue(preset);
            string[] names = name is null ? [.. MacroPresets.Names] : [Known(name)];
            json.WriteBefore(() => Write(Report.ForConsole(parse), names, inFull: name is not null), parse,
                () => JsonOutput.Text(ToJson(names)));
        });
        return command;
    }

    private static string Known(string name) => MacroPresets.Names.Contains(name) ? name
        : throw new ImcException($"'{name}' is no preset; presets are {string.Join(", ", MacroPresets.Names)}.");

    private static void Write(Report report, string[] names, bool inFull)
    {
        if (inFull) WriteFields(report, names[0]);
        else WriteList(report, names);
    }

    private static void WriteList(Report report, string[] names)
    {
        var table = new TextTable(TextTable.Text("macro"), TextTable.Number("rows"), TextTable.Text("mapping"), TextTable.Text("ADC"),
            TextTable.Number("fields stated"), TextTable.Number("assumed"), TextTable.Text("source"));
        foreach (string name in names)
        {
            var (macro, marks) = (MacroPresets.Get(name), MacroPresets.Marks(name));
            int stated = marks.Count(mark => mark.IsStated);
            table.Add(name, $"{macro.Rows}", SpecWords.WordFor(macro.Mapping), SpecWords.WordFor(macro.Adc.Kind), $"{stated}",
                $"{marks.Count - stated}", macro.Source ?? "");
        }
        report.Write(table);
    }

    private static void WriteFields(Report report, string name)
    {
        report.Line($"{name}: {MacroPresets.Get(name).Source}");
        report.Line();
        // Two columns, so that a field and its mark stay on one line.
        var table = new TextTable(TextTable.Text("field"), TextTable.Text("stated by, or assumed because"));
        foreach (var mark in MacroPresets.Marks(name)) table.Add($"{mark.Field} {mark.Value}", $"{mark.Key}: {mark.Because}");
        report.Write(table);
    }

    private static JsonObject ToJson(string[] names)
    {
        var document = JsonOutput.NewDocument();
        document["presets"] = new JsonArray([.. names.Select(name => new JsonObject
        {
            ["name"] = name,
            ["source"] = MacroPresets.Get(name).Source,
            ["fields"] = new JsonArray([.. MacroPresets.Marks(name).Select(ToJson)]),
        })]);
        return document;
    }

    private static JsonObject ToJson(PresetMark mark) =>
        new() { ["field"] = mark.Field, ["value"] = JsonNode.Parse(mark.Value), [mark.Key] = mark.Because };
}
