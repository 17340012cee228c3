using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

/// <summary>The schema's fields, words, bounds and defaults are the reader's, object by object.</summary>
public class RunSpecSchemaFieldsTests
{
    private static readonly JsonObject Root = JsonNode.Parse(RunSpecJson.Schema)!.AsObject();
    private static readonly JsonObject Definitions = Root["definitions"]!.AsObject();

    /// <summary>The shortest JSON that the reader takes for each kind of ADC, and the schema's object for it.</summary>
    private static readonly (AdcKind Kind, string Definition, string Least)[] Adcs =
    [
        (AdcKind.Uniform, "adcUniform", """{}"""),
        (AdcKind.List, "adcList", """{"kind":"list","levels":[0,1],"edges":[0.5]}"""),
        (AdcKind.Table, "adcTable", """{"kind":"table","table":"p.csv","secondNoiseMean":0,"secondNoiseSigma":0}"""),
        (AdcKind.D21Cifar, "adcD21Cifar", """{"kind":"d21-cifar","levels":3,"boundCounts":1}"""),
        (AdcKind.D21ImageNet, "adcD21ImageNet",
            """{"kind":"d21-imagenet","levels":3,"boundCounts":1,"secondNoiseMean":0,"secondNoiseSigma":0}"""),
        (AdcKind.None, "adcNone", """{"kind":"none"}"""),
    ];

    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["mapping"] = Of(SpecWords.Mappings), ["grouping"] = Of(SpecWords.Groupings), ["family"] = Of(SpecWords.Families),
        ["cell"] = Of(SpecWords.Cells),
        ["ties"] = Of(SpecWords.TieRules), ["gain"] = Of(SpecWords.Gains), ["method"] = Of(SpecWords.Methods),
        ["statistic"] = Of(SpecWords.Statistics), ["design"] = Of(SpecWords.Designs), ["correct"] = Of(SpecWords.Corrections),
        ["correctPer"] = Of(SpecWords.CorrectionScopes), ["per"] = Of(SpecWords.Scopes),
        ["activationEncoding"] = Of(SpecWords.ActivationChoices),
        ["beyondTable"] = Of(SpecWords.BeyondTableRules), ["rebase"] = Of(SpecWords.Rebasings), ["signPlane"] = Of(SpecWords.SignPlanes),
        ["voting"] = Of(SpecWords.Votings), ["arrayEnergy"] = Of(SpecWords.ArrayEnergies),
        ["weightEncoding"] = [.. Of(SpecWords.Encodings).Where(word => word != "unipolar")], ["edgeDecimals"] = ["0", "2"],
    };

    [Fact]
    public void Every_object_has_exactly_the_readers_fields_and_no_others()
    {
        void Same<T>(SpecField<T>[] fields, JsonObject schema) => AssertNames(fields.Select(field => field.Name), schema);
        Same(SpecFields.Run, Root);
        Same(SpecFields.Quantization, Property(Root, "quantization"));
        Same(SpecFields.Calibration, Property(Root, "calibration"));
        Same(SpecFields.Macro, Definition("macro"));
        Same(SpecFields.Die, Property(Definition("macro"), "die"));
        Same(TechnologyFields.All, Technology);
        Same(TechnologyFields.Energy, Property(Technology, "energyFemtojoules"));
        Same(LayerFields.All, Definition("layer"));
        foreach (var adc in Adcs) AssertNames(AdcFields.NamesOf(adc.Kind), Definition(adc.Definition));
        string[] variants = [.. Adcs.Select(adc => $"#/definitions/{adc.Definition}")];
        Assert.Equal((string[])[.. variants, ""], Refs(Property(Definition("macro"), "adc"), "oneOf"));
        Assert.Equal((string[])[.. variants, "#/definitions/adcOfSameKind", ""], Refs(Property(Definition("layer"), "adc"), "anyOf"));
        AssertNames(AdcFields.All.Select(field => field.Name).Where(name => name != "kind"), Definition("adcOfSameKind"));
    }

    [Fact]
    public void Every_property_is_described_and_every_number_has_a_unit()
    {
        foreach (var (name, schema) in Properties())
        {
            string description = schema["description"]?.GetValue<string>() ?? "";
            Assert.True(description.Length > 10 && description.EndsWith('.'), $"{name}: '{description}'");
            if (HoldsNumbers(schema)) Assert.True(description.Contains("Unit: ", StringComparison.Ordinal), $"{name} has no unit.");
        }
    }

    [Fact]
    public void Words_are_the_readers()
    {
        foreach (var (name, schema) in Properties())
            if (schema["enum"] is JsonArray words && name != "kind")
                Assert.Equal(Words[name].Order(), words.OfType<JsonNode>().Select(word => word.ToString()).Order());
        Assert.Equal(SpecWords.AdcKinds.Select(kind => kind.Word),
            Adcs.Select(adc => (string)Property(Definition(adc.Definition), "kind")["enum"]![0]!));
        Assert.Equal(MacroPresets.Names, Definition("preset")["enum"]!.AsArray().Select(word => (string)word!));
    }

    [Fact]
    public void The_reader_takes_the_least_and_the_greatest_number_and_none_beyond()
    {
        CheckBounds(SpecFields.Macro, Definition("macro"), new());
        CheckBounds(SpecFields.Die, Property(Definition("macro"), "die"), new());
        CheckBounds(TechnologyFields.All, Technology, new());
        CheckBounds(TechnologyFields.Energy, Property(Technology, "energyFemtojoules"), new());
        CheckBounds(SpecFields.Quantization, Property(Root, "quantization"), new());
        CheckBounds(SpecFields.Calibration, Property(Root, "calibration"), new());
        CheckBounds(LayerFields.All, Definition("layer"), new("*"));
        foreach (var adc in Adcs) CheckBounds(Definition(adc.Definition), (name, number) => ReadAdc(adc.Least, name, number));
    }

    [Fact]
    public void Defaults_are_what_an_empty_object_resolves_to()
    {
        var run = RunSpecJson.ToNode(RunSpecJson.Read("""{"macro":{}}"""));
        int compared = CheckDefaults(Definition("macro"), run["macro"]!)
            + CheckDefaults(Property(Definition("macro"), "die"), run["macro"]!["die"]!)
            + CheckDefaults(Definition("adcUniform"), run["macro"]!["adc"]!)
            + CheckDefaults(Property(Root, "quantization"), run["quantization"]!)
            + CheckDefaults(Property(Root, "calibration"), run["calibration"]!)
            + CheckDefaults(Definition("adcTable"), AdcFields.Write(new() { Kind = AdcKind.Table }));
        Assert.Equal(Properties().Count(each => each.Schema.ContainsKey("default")) - 1, compared); // 'ties' stands in two kinds of ADC
    }

    private static void AssertNames(IEnumerable<string> names, JsonObject schema)
    {
        Assert.Equal(names.Order(), schema["properties"]!.AsObject().Select(property => property.Key).Order());
        Assert.False((schema["additionalProperties"] as JsonValue)?.GetValue<bool>() ?? true, "additionalProperties must be false");
    }

    private static void CheckBounds<T>(SpecField<T>[] fields, JsonObject schema, T record) =>
        CheckBounds(schema, (name, number) => fields.Single(field => field.Name == name).Read(record, new(number, name)));

    private static void CheckBounds(JsonObject schema, Action<string, JsonNode> read)
    {
        foreach (var (name, reference) in schema["properties"]!.AsObject())
        {
            var property = Resolved(reference!);
            if (property["minimum"] is not { } minimum || property["maximum"] is not { } maximum) continue;
            read(name, minimum.DeepClone());
            read(name, maximum.DeepClone());
            bool whole = IsType(property, "integer");
            JsonNode below = whole ? (long)minimum - 1 : double.BitDecrement((double)minimum), above = whole ? (long)maximum + 1
                : double.BitIncrement((double)maximum);
            Assert.Throws<SpecException>(() => read(name, below));
            Assert.Throws<SpecException>(() => read(name, above));
        }
    }

    private static void ReadAdc(string least, string name, JsonNode number)
    {
        var json = JsonNode.Parse(least)!.AsObject();
        json[name] = number;
        SpecRules.Check(new MacroSpec { Mapping = MappingKind.SingleTap, Adc = AdcFields.Read(new(json, "macro.adc")) });
    }

    private static int CheckDefaults(JsonObject schema, JsonNode resolved)
    {
        int compared = 0;
        foreach (var (name, reference) in schema["properties"]!.AsObject())
        {
            if (Resolved(reference!)["default"] is not { } absent) continue;
            Assert.True(JsonNode.DeepEquals(absent, resolved[name]),
                $"{name}: default {absent} in the schema, {resolved[name]} by the reader.");
            compared++;
        }
        return compared;
    }

    private static bool HoldsNumbers(JsonObject schema) =>
        new[] { "integer", "number", "array" }.Any(type => IsType(schema, type))
            || (schema["enum"] is JsonArray words && words[0]!.GetValueKind() == System.Text.Json.JsonValueKind.Number)
        || (schema["oneOf"] is JsonArray alternatives && alternatives.Any(each => (string?)each!["type"] == "array"));

    /// <summary>Every property of every object of the schema, references resolved.</summary>
    private static IEnumerable<(string Name, JsonObject Schema)> Properties() => PropertiesIn(Root);

    private static IEnumerable<(string Name, JsonObject Schema)> PropertiesIn(JsonNode? node)
    {
        if (node is JsonArray list)
            foreach (var each in list.SelectMany(PropertiesIn)) yield return each;
        if (node is not JsonObject schema) yield break;
        if (schema["properties"] is JsonObject properties)
            foreach (var (name, property) in properties) yield return (name, Resolved(property!));
        // What an object must not be describes no field.
        foreach (var (_, below) in schema.Where(each => each.Key != "not"))
            foreach (var each in PropertiesIn(below)) yield return each;
    }

    /// <summary>Alone, or beside null.</summary>
    private static bool IsType(JsonObject schema, string type) =>
        schema["type"] is JsonArray either ? (string?)either[0] == type : (string?)schema["type"] == type;

    /// <summary>Empty: of no definition, but <c>null</c>.</summary>
    private static string[] Refs(JsonObject schema, string alternatives) =>
        [.. schema[alternatives]!.AsArray().Select(each => (string?)each!["$ref"] ?? "")];

    private static JsonObject Technology => Property(Definition("macro"), "technology");

    private static JsonObject Definition(string name) => Definitions[name]!.AsObject();

    private static JsonObject Property(JsonObject schema, string name) => Resolved(schema["properties"]![name]!);

    private static JsonObject Resolved(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference ? Definition(reference["#/definitions/".Length..]) : schema.AsObject();

    private static string[] Of<T>((string Word, T)[] words) where T : struct, Enum => [.. words.Select(each => each.Word)];
}
