using System.Text.Json.Nodes;
using ImcEngine.Macro;
using NJsonSchema;

namespace ImcEngine.Tests.Macro;

public class RunSpecSchemaTests
{
    private static readonly JsonNode Definitions = JsonNode.Parse(RunSpecJson.Schema())!["definitions"]!;

    public static TheoryData<string> Presets => [.. MacroPresets.Names];

    [Fact]
    public void The_schema_lists_exactly_the_fields_that_are_read()
    {
        var run = JsonNode.Parse(RunSpecJson.Schema())!["properties"]!.AsObject().Select(field => field.Key);
        Assert.Equal(["$schema", .. SpecFields.Run.Select(field => field.Name)], run);
        Assert.Equal(SpecFields.Macro.Select(field => field.Name), FieldsOf("macro"));
        Assert.Equal(AdcFields.All.Select(field => field.Name), FieldsOf("adc"));
        Assert.Equal(SpecFields.Die.Select(field => field.Name), FieldsOf("die"));
        Assert.Equal(SpecFields.Quantization.Select(field => field.Name), FieldsOf("quantization"));
        Assert.Equal(SpecFields.Layer.Select(field => field.Name), FieldsOf("layer"));
        Assert.Equal(SpecFields.Calibration.Select(field => field.Name), FieldsOf("calibration"));
    }

    [Theory, MemberData(nameof(Presets))]
    public async Task Every_resolved_preset_satisfies_the_schema(string name)
    {
        var schema = await JsonSchema.FromJsonAsync(RunSpecJson.Schema());
        var run = RunSpecJson.Set(RunSpecJson.Default with { Macro = MacroPresets.Get(name) }, "layers.fc=digital", "layers.layer1.*.weightBits=8");
        Assert.Empty(schema.Validate(RunSpecJson.Write(run)));
    }

    [Theory]
    [InlineData("""{"macro":{"adc":{"bitz":4}}}""")]
    [InlineData("""{"macro":{"adc":{"bits":0}}}""")]
    [InlineData("""{"macro":{"mapping":"wide"}}""")]
    [InlineData("""{"macro":{"die":{"cellMismatchRelative":-0.1}}}""")]
    [InlineData("""{"layers":{"fc":"analog"}}""")]
    [InlineData("""{"quantization":{"weightEncoding":"unipolar"}}""")]
    [InlineData("""{"calibration":{"count":0}}""")]
    public async Task What_the_reader_refuses_the_schema_refuses(string json)
    {
        var schema = await JsonSchema.FromJsonAsync(RunSpecJson.Schema());
        Assert.NotEmpty(schema.Validate(json));
        Assert.Throws<SpecException>(() => RunSpecJson.Read(json));
    }

    [Theory]
    [InlineData("macro", "macro")]
    [InlineData("adc", "macro.adc")]
    [InlineData("die", "macro.die")]
    [InlineData("quantization", "quantization")]
    [InlineData("calibration", "calibration")]
    public void Numbers_end_where_the_schema_says(string definition, string path)
    {
        foreach (var (name, field) in Definitions[definition]!["properties"]!.AsObject())
        {
            var range = Resolve(field!);
            if (range["minimum"] is not { } least) continue;
            foreach (double beyond in new[] { least.GetValue<double>() - 1, range["maximum"]!.GetValue<double>() + 1 })
            {
                var e = Assert.Throws<SpecException>(() => RunSpecJson.Read(Nested($"{path}.{name}", beyond)));
                Assert.Equal($"{path}.{name}", e.Field);
                Assert.Contains(least.GetValue<double>() == range["maximum"]!.GetValue<double>() ? $"allowed is {least} only" : $"from {least} to {range["maximum"]}", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_file_may_name_its_schema() =>
        Assert.Equal(RunSpecJson.Write(RunSpecJson.Default), RunSpecJson.Write(RunSpecJson.Read("""{"$schema":"run-specification.schema.json"}""")));

    private static IEnumerable<string> FieldsOf(string definition) => Definitions[definition]!["properties"]!.AsObject().Select(field => field.Key);

    private static JsonNode Resolve(JsonNode field) =>
        field["$ref"] is { } reference ? Definitions[reference.GetValue<string>()["#/definitions/".Length..]]! : field;

    private static string Nested(string path, double number)
    {
        JsonNode node = number;
        foreach (string name in path.Split('.').Reverse()) node = new JsonObject { [name] = node };
        return node.ToJsonString();
    }
}
