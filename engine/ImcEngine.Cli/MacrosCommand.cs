using System.CommandLine;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary><c>imc macros</c>: lists the presets and where their figures come from.</summary>
internal static class MacrosCommand
{
    public static Command Create()
    {
        var command = new Command("macros", "List the macro presets and where their figures come from");
        command.SetAction(parse =>
        {
            var table = new TextTable(TextTable.Text("macro"), TextTable.Number("rows"), TextTable.Text("mapping"), TextTable.Text("ADC"),
                TextTable.Text("source"));
            foreach (string name in MacroPresets.Names)
            {
                var macro = MacroPresets.Get(name);
                table.Add(name, $"{macro.Rows}", SpecWords.WordFor(macro.Mapping), SpecWords.WordFor(macro.Adc.Kind), macro.Source ?? "");
            }
            Report.ForConsole(parse).Write(table);
        });
        return command;
    }
}
