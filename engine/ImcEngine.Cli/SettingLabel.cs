using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>
/// Describes a hardware setting in one line: rows and ADC in words, then every other field that is not at its default, by its name in
/// the specification. So different settings have different labels.
/// Long lists and many layer overrides are shortened to their number and a hash.
/// </summary>
internal static class SettingLabel
{
    private const int MostOverridesInWords = 2, MostNumbers = 2, HashDigits = 6;

    /// <summary>Fields that are not listed: those that name a macro, and those that are put in words.</summary>
    private static readonly string[] NotListed = ["name", "source", "family", "rows", "adc", "die"];

    /// <summary>Fields that choose calibration images: not hardware, and the same in all settings of a comparison.</summary>
    private static readonly string[] OfImages = ["data", "count"];

    /// <param name="layers">Names of the network's layers: overrides that match none of them are left out.
    /// Null if they are not known: all overrides are described.</param>
    public static string Describe(RunSpec run, IEnumerable<string>? layers = null)
    {
        var taken = layers?.Select(run.OverrideOf).OfType<LayerOverride>().ToHashSet(ReferenceEqualityComparer.Instance);
        LayerOverride[] overrides = [.. run.Layers.Where(layer => taken?.Contains(layer) != false)];
        JsonObject spec = RunSpecJson.ToNode(run), usual = RunSpecJson.ToNode(new RunSpec());
        string[] parts =
        [
            .. OfMacro(run.Macro), .. OfOverrides(overrides, spec["layers"]!),
            .. Changes(spec["quantization"], usual["quantization"], "quantization."),
            .. Changes(spec["calibration"], usual["calibration"], "calibration.", OfImages),
        ];
        return string.Join(", ", parts);
    }

    private static IEnumerable<string> OfMacro(MacroSpec macro)
    {
        JsonNode fields = RunSpecJson.ToNode(new RunSpec { Macro = macro })["macro"]!,
            usual = RunSpecJson.ToNode(new RunSpec())["macro"]!;
        return [$"{macro.Rows} rows", $"ADC {OfAdc(macro.Adc)}", .. Changes(fields, usual, "", NotListed),
            .. Changes(fields["die"], usual["die"], "")];
    }

    private static string OfAdc(AdcSpec adc)
    {
        var fields = RunSpecJson.ToNode(new RunSpec { Macro = new() { Adc = adc } })["macro"]!["adc"]!.AsObject();
        string[] others = [.. Changes(fields, new JsonObject { ["ties"] = "down" }, "", ["kind", "bits", "levels", "range", "lsbCounts"])];
        string levels = adc.Bits is { } bits ? $"{bits} bits" : adc.LevelCount is { } count ? $"{count} levels"
            : Short(fields["levels"]) is { Length: > 0 } list ? list : "";
        string[] words = adc.Kind != AdcKind.Uniform ? [SpecWords.WordFor(adc.Kind), levels]
            : adc.LsbCounts is { } lsb ? ["uniform", levels, FormattableString.Invariant($"LSB {lsb} counts")]
            : [levels, OfRange(adc.Range)];
        return string.Join(", ", words.Where(word => word.Length > 0).Concat(others));
    }

    private static string OfRange(AdcRange range) => range.Kind switch
    {
        RangeKind.Full => "full range",
        RangeKind.Calibrated => "calibrated range",
        _ => FormattableString.Invariant($"{range.LowCounts} to {range.HighCounts} counts"),
    };

    private static IEnumerable<string> OfOverrides(IReadOnlyList<LayerOverride> layers, JsonNode json) =>
        layers.Count <= MostOverridesInWords ? layers.Select(OfOverride)
        : [$"{layers.Count} layer overrides #{Hash(json)}"];

    private static string OfOverride(LayerOverride layer)
    {
        string[] words =
        [
            .. layer.Digital is { } digital ? [digital ? "digital" : "on the macro"] : Array.Empty<string>(),
            .. layer.WeightBits is { } weights ? [$"weightBits {weights}"] : Array.Empty<string>(),
            .. layer.ActivationBits is { } activations ? [$"activationBits {activations}"] : Array.Empty<string>(),
            .. layer.Macro is { } macro ? OfMacro(macro) : [],
            .. layer.Adc is { } adc ? [$"ADC {OfAdc(adc)}"] : Array.Empty<string>(),
        ];
        // An override that states nothing still counts: the first that names a layer hides later ones.
        return $"{layer.Layers}: {(words.Length == 0 ? "as the macro" : string.Join(", ", words))}";
    }

    /// <summary>Fields that differ from what is usual, as name and setting.</summary>
    private static IEnumerable<string> Changes(JsonNode? fields, JsonNode? usual, string path, string[]? notListed = null) =>
        from field in fields!.AsObject()
        where notListed?.Contains(field.Key) != true && !JsonNode.DeepEquals(field.Value, usual![field.Key])
        select $"{path}{field.Key} {Short(field.Value)}";

    private static string Short(JsonNode? node) => node switch
    {
        null => "",
        JsonArray { Count: > MostNumbers } list => $"of {list.Count} numbers #{Hash(list)}",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => node.ToJsonString(),
    };

    private static string Hash(JsonNode node) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node.ToJsonString())))[..HashDigits];
}
