using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class PresetMarksTests
{
    private const int FewestLetters = 10;

    public static TheoryData<string> Presets => [.. MacroPresets.Names];

    [Theory, MemberData(nameof(Presets))]
    public void Every_field_that_a_preset_states_has_one_mark_and_no_mark_is_idle(string name)
    {
        string[] marked = [.. MacroPresets.MarksJson(name).Select(mark => mark.Key)];
        Assert.Equal(FieldsOf(JsonNode.Parse(MacroPresets.Json(name))!.AsObject(), "").Except(["name", "source"]), marked);
    }

    [Theory, MemberData(nameof(Presets))]
    public void A_mark_is_stated_or_assumed_and_gives_a_source_or_a_reason(string name) =>
        Assert.All(MacroPresets.MarksJson(name), mark =>
        {
            var (key, text) = Assert.Single(mark.Value!.AsObject());
            Assert.Contains(key, (string[])["stated", "assumed"]);
            Assert.True(((string)text!).Length >= FewestLetters, $"{name}, {mark.Key}: '{text}'");
        });

    /// <summary>Words that only a source has: a year, or an archive's number.</summary>
    [Theory, MemberData(nameof(Presets))]
    public void What_is_stated_names_a_paper_and_its_year(string name) =>
        Assert.All(MacroPresets.Marks(name).Where(mark => mark.IsStated),
            mark => Assert.Matches(@"20[0-9]{2}\b|arXiv [0-9]{4}\.[0-9]{5}", mark.Because));

    [Theory]
    [InlineData("default"), InlineData("ideal"), InlineData("xnor-256")]
    public void Nothing_of_a_generic_macro_is_stated(string name) => Assert.DoesNotContain(MacroPresets.Marks(name), mark => mark.IsStated);

    [Fact]
    public void Marks_have_the_fields_values_in_the_order_of_the_file()
    {
        var marks = MacroPresets.Marks("pico-ram");
        Assert.Equal(["rows 144", "arrayRows 1296", "columns 32"], marks.Take(3).Select(mark => $"{mark.Field} {mark.Value}"));
        Assert.Equal(("die.comparatorNoiseLsb", "0.4", true), (marks[^1].Field, marks[^1].Value, marks[^1].IsStated));
    }

    [Fact]
    public void A_field_without_a_mark_is_an_error() => Assert.Contains("'adc.bits'",
        Assert.Throws<InvalidOperationException>(() => PresetMark.Of(JsonNode.Parse("""{"adc": {"bits": 4}}""")!.AsObject(), [])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void An_unknown_preset_has_no_marks() => Assert.Throws<SpecException>(() => MacroPresets.Marks("no-such-preset"));

    private static IEnumerable<string> FieldsOf(JsonObject json, string prefix) => json.SelectMany(field =>
        field.Value is JsonObject child ? FieldsOf(child, $"{prefix}{field.Key}.") : [prefix + field.Key]);
}
