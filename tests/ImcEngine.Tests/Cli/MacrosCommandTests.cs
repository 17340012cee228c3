using System.Text.Json.Nodes;
using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Cli;

public class MacrosCommandTests
{
    [Fact]
    public async Task Every_preset_is_listed_with_its_source()
    {
        var lines = (await ImcRun.Of("macros")).Succeeds().Lines;
        Assert.Equal(MacroPresets.Names, lines.Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Split(' ')[0]));
        Assert.Contains(lines, line => line.Contains("DATE 2021", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_preset_is_printed_field_by_field_each_with_its_mark_on_the_same_line()
    {
        var lines = (await ImcRun.Of("macros", "cr-cim")).Succeeds().Lines;
        Assert.StartsWith("cr-cim: After Yoshioka", lines[0], StringComparison.Ordinal);
        var marks = MacroPresets.Marks("cr-cim");
        Assert.Contains(marks, mark => mark.IsStated);
        Assert.Contains(marks, mark => !mark.IsStated);
        Assert.All(marks, mark => Assert.Contains(lines, line => line.StartsWith($"{mark.Field} {mark.Value} ", StringComparison.Ordinal)
            && line.EndsWith($"  {(mark.IsStated ? "stated" : "assumed")}: {mark.Because}", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("pico-ram")]
    [InlineData(null)]
    public async Task The_document_has_every_field_with_value_and_mark(string? preset)
    {
        using var folder = new TemporaryFolder();
        string file = folder["presets.json"];
        (await ImcRun.Of(preset is null ? ["macros", "--json", file] : ["macros", preset, "--json", file])).Succeeds();
        var presets = JsonNode.Parse(File.ReadAllText(file))!["presets"]!.AsArray();
        Assert.Equal(preset is null ? MacroPresets.Names : [preset], presets.Select(each => (string)each!["name"]!));
        Assert.All(presets, each =>
        {
            string name = (string)each!["name"]!;
            Assert.Equal(MacroPresets.Get(name).Source, (string?)each["source"]);
            Assert.Equal(MacroPresets.Marks(name), each["fields"]!.AsArray().Select(field => new PresetMark((string)field!["field"]!,
                field["value"]!.ToJsonString(), field["stated"] is not null, (string)(field["stated"] ?? field["assumed"])!)));
        });
    }

    [Fact]
    public async Task A_name_that_no_preset_has_is_bad_input() =>
        (await ImcRun.Of("macros", "no-such-preset")).IsBadInput("'no-such-preset' is no preset", "jia-jssc2020");
}
