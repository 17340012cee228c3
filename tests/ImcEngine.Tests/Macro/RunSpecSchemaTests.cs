using System.Text.Json.Nodes;
using ImcEngine.Macro;
using NJsonSchema;

namespace ImcEngine.Tests.Macro;

/// <summary>What the published schema lets through and what it stops.</summary>
public class RunSpecSchemaTests
{
    /// <summary>Between them, every field that a specification can have.</summary>
    private static readonly string[] EveryField =
    [
        """{ "macro": { "technology": { "energyFemtojoules": { "cellAccess": 0.5 } } } }""",
        """
        {
          "macro": {
            "name": "all", "source": "a test", "family": "d21-cifar-2bit", "rows": 64, "arrayRows": 128, "columns": 32,
            "columnsPerAdc": 4, "mapping": "dense", "grouping": "blockDiagonal", "legacyOverfull": false,
            "cell": "any", "inputDigitBits": 2, "cellBits": 1, "weightDigitBits": 4, "signPlane": "own",
            "votes": 3, "voting": "mean", "digitalPlanePairs": 4,
            "adc": { "kind": "uniform", "bits": 5, "range": [-12.5, 20], "ties": "up" },
            "die": {
              "cellMismatchRelative": 0.01, "columnOffsetCounts": 1, "gainErrorRelative": 0.01, "edgeErrorLsb": 0.1,
              "bitlineNoiseCounts": 0.5, "comparatorNoiseLsb": 0.2,
              "parasiticRelative": 0.3, "referenceTracksParasitic": false, "stuckAtZeroRelative": 0.001, "stuckAtOneRelative": 0.002
            },
            "technology": {
              "nodeNanometres": 65, "supplyVolts": 0.8, "unitCapacitanceFemtofarads": 1.5, "clockMegahertz": 50,
              "arrayEnergy": "sharing", "arraysAtOnce": 4, "cellSquareMicrometres": 0.7,
              "energyFemtojoules": {
                "conversion": 700, "drivenRow": 1, "addition": 20, "registerWrite": 9, "inputBit": 3, "outputBit": 4
              }
            }
          },
          "quantization": {
            "weightBits": 2, "activationBits": 3, "weightEncoding": "bipolar", "activationEncoding": "bipolar", "rebase": "none",
            "method": "percentile", "percentile": 99
          },
          "layers": {
            "fc": "digital",
            "layer1.*": { "digital": false, "weightBits": 8, "activationBits": 8, "adc": { "levels": 11, "lsbCounts": 2.5 } },
            "layer2.*": { "adc": { "kind": "list", "levels": [-1, 0, 1], "ties": "even", "gain": "drivenRows", "edges": [-0.5, 0.5] } }
          },
          "calibration": { "data": "cifar10", "count": 64, "design": "percentile", "percentile": 99.5, "per": "planePair",
            "correct": "moments", "correctPer": "die" }
        }
        """,
        """
        {
          "macro": {
            "mapping": "single-tap", "adc": { "kind": "d21-imagenet", "levels": 11, "boundCounts": 60, "secondNoiseMean": -0.8,
            "secondNoiseSigma": 2.8 },
            "die": { "unitCapacitanceFemtofarads": 1.2, "columnOffsetLsb": 0.1, "noiseProfile": "noise.csv" }
          },
          "layers": { "a": { "adc": { "kind": "d21-cifar", "levels": 11, "boundCounts": 60, "edgeDecimals": 2 } } },
          "calibration": { "statistic": "minmax" }
        }
        """,
        """{ "macro": { "adc": { "bits": 4, "range": "calibrated" }, "die": { "sarMismatchRelative": 0.01 } } }""",
        """
        { "macro": { "mapping": "single-tap", "adc": { "kind": "table", "levels": [0, 1], "table": "p.csv", "beyondTable": "clamp",
        "secondTable": "q.csv" } }, "layers": { "a": { "adc": { "kind": "none" } }, "b": { "adc": { "secondNoiseMean": 0,
        "secondNoiseSigma": 1, "levels": null } } } }
        """,
        """{ "macro": { "source": null, "adc": { "bits": null, "lsbCounts": 3 } }, "layers": { "a": { "adc": { "ties": "up" } } } }""",
    ];

    private static readonly Lazy<Task<JsonSchema>> Schema = new(() => JsonSchema.FromJsonAsync(RunSpecJson.Schema));

    public static TheoryData<string> Presets => [.. MacroPresets.Names];

    [Theory, MemberData(nameof(Presets))]
    public async Task A_preset_is_valid_by_name_as_its_file_has_it_and_resolved(string name)
    {
        await AssertValid($$"""{"macro":"{{name}}"}""");
        await AssertValid($$"""{"macro":{{MacroPresets.Json(name)}}}""");
        await AssertValid(RunSpecJson.Write(new RunSpec { Macro = MacroPresets.Get(name) }));
    }

    [Fact]
    public async Task The_default_and_an_empty_specification_are_valid()
    {
        await AssertValid(RunSpecJson.Write(RunSpecJson.Default));
        await AssertValid("{}");
    }

    [Fact]
    public async Task Specifications_with_every_field_are_valid_as_given_and_as_written()
    {
        foreach (string json in EveryField)
        {
            await AssertValid(json);
            await AssertValid(RunSpecJson.Write(RunSpecJson.Read(json)));
        }
        string[] given = [.. EveryField.SelectMany(json => NamesIn(JsonNode.Parse(json)!)).Distinct()];
        Assert.Empty(AllFieldNames().Except(given));
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{"macr":{}}""")]
    [InlineData("""{"macro":"no-such-preset"}""")]
    [InlineData("""{"macro":{"rows":0}}""")]
    [InlineData("""{"macro":{"rows":65537}}""")]
    [InlineData("""{"macro":{"rows":"256"}}""")]
    [InlineData("""{"macro":{"rows":255.5}}""")]
    [InlineData("""{"macro":{"mapping":"whole-tap"}}""")]
    [InlineData("""{"macro":{"legacyOverfull":1}}""")]
    [InlineData("""{"macro":{"cellBits":9}}""")]
    [InlineData("""{"macro":{"adc":{"bitz":4}}}""")]
    [InlineData("""{"macro":{"adc":{"bits":17}}}""")]
    [InlineData("""{"macro":{"adc":{"bits":4,"levels":16}}}""")]
    [InlineData("""{"macro":{"adc":{"range":"full","lsbCounts":2}}}""")]
    [InlineData("""{"macro":{"adc":{"range":[1]}}}""")]
    [InlineData("""{"macro":{"adc":{"levels":65537}}}""")]
    [InlineData("""{"macro":{"adc":{"kind":"list","levels":[],"edges":[]}}}""")]
    [InlineData("""{"macro":{"adc":{"kind":"table","table":""}}}""")]
    [InlineData("""{"macro":{"adc":{"kind":"table","table":"p.csv","beyondTable":"extend"}}}""")]
    [InlineData("""{"layers":{"fc":{"adc":{"bitz":4}}}}""")]
    [InlineData("""{"macro":{"adc":{"kind":"none","bits":4}}}""")]
    [InlineData("""{"macro":{"adc":{"kind":"list","levels":3,"edges":[0,1]}}}""")]
    [InlineData("""{"macro":{"adc":{"kind":"d21-cifar","levels":2,"boundCounts":60}}}""")]
    [InlineData("""{"macro":{"adc":{"kind":"d21-cifar","levels":11,"boundCounts":60,"edgeDecimals":1}}}""")]
    [InlineData("""{"macro":{"die":{"cellMismatchRelative":-0.1}}}""")]
    [InlineData("""{"macro":{"die":{"stuckAtZeroRelative":1.5}}}""")]
    [InlineData("""{"quantization":{"weightEncoding":"unipolar"}}""")]
    [InlineData("""{"quantization":{"activationBits":9}}""")]
    [InlineData("""{"layers":{"fc":"analog"}}""")]
    [InlineData("""{"layers":{"fc":{"bits":4}}}""")]
    [InlineData("""{"calibration":{"per":"plane-pair"}}""")]
    public async Task A_specification_that_the_reader_refuses_is_not_valid_either(string json)
    {
        Assert.Throws<SpecException>(() => RunSpecJson.Read(json));
        Assert.NotEmpty((await Schema.Value).Validate(json));
    }

    /// <summary>Field by field: the schema takes null where a file may have it, and nowhere else.</summary>
    [Fact]
    public async Task Null_is_valid_where_the_reader_takes_it()
    {
        int taken = 0, refused = 0;
        foreach (string json in EveryField)
            foreach (string path in PathsIn(JsonNode.Parse(json)!.AsObject(), ""))
            {
                var document = JsonNode.Parse(json)!.AsObject();
                var parent = path.Split('/')[..^1].Aggregate(document, (node, name) => node[name]!.AsObject());
                parent[path.Split('/')[^1]] = null;
                string text = document.ToJsonString();
                bool reads = Record.Exception(() => RunSpecJson.Read(text)) is null,
                    isValid = (await Schema.Value).Validate(text).Count == 0;
                if (reads) Assert.True(isValid, $"{path}: the reader takes null, the schema does not.");
                else if (IsOwnFault(text, parent, path)) Assert.False(isValid, $"{path}: the schema takes null, the reader does not.");
                (taken, refused) = reads ? (taken + 1, refused) : (taken, refused + 1);
            }
        Assert.True(taken > 40 && refused > 5, $"{taken} taken, {refused} refused");

        // A rule between fields, which no schema states, may refuse what is left.
        static bool IsOwnFault(string text, JsonObject parent, string path) =>
            Record.Exception(() => RunSpecJson.Read(text)) is SpecException error && error.Field == path.Replace('/', '.')
                && parent["kind"] is not null
            && path.Split('/')[^1] is "table" or "edges" or "boundCounts";
    }

    [Theory]
    [InlineData("{\"macro\":{\"adc\":{\"bits\":5,\"levels\":null,\"range\":\"full\",\"lsbCounts\":null}}}")]
    [InlineData("{\"macro\":{\"adc\":{\"bits\":null,\"levels\":9,\"range\":null,\"lsbCounts\":2}}}")]
    [InlineData("{\"macro\":null,\"quantization\":null,\"layers\":null,\"calibration\":null}")]
    [InlineData("{\"macro\":{\"adc\":null,\"die\":null},\"layers\":{\"a\":null,\"b\":{\"adc\":null}}}")]
    public async Task Null_beside_what_replaces_it_is_valid(string json)
    {
        RunSpecJson.Read(json);
        await AssertValid(json);
    }

    private static IEnumerable<string> PathsIn(JsonObject json, string parent) => json.SelectMany(field =>
        field.Value is JsonObject below ? PathsIn(below, $"{parent}{field.Key}/").Prepend(parent + field.Key) : [parent + field.Key]);

    private static async Task AssertValid(string json)
    {
        var errors = (await Schema.Value).Validate(json);
        Assert.True(errors.Count == 0, $"{string.Join("; ", errors)} in {json}");
    }

    private static string[] AllFieldNames() =>
        [
            .. new[]
            {
                SpecFields.Run.Select(field => field.Name), SpecFields.Macro.Select(field => field.Name),
                SpecFields.Die.Select(field => field.Name), TechnologyFields.All.Select(field => field.Name),
                TechnologyFields.Energy.Select(field => field.Name),
                SpecFields.Quantization.Select(field => field.Name), SpecFields.Calibration.Select(field => field.Name),
                LayerFields.All.Select(field => field.Name), AdcFields.All.Select(field => field.Name),
            }.SelectMany(names => names).Distinct(),
        ];

    private static IEnumerable<string> NamesIn(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => NamesIn(field.Value).Prepend(field.Key)),
        _ => [],
    };
}
