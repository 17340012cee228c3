using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImcEngine.Macro;

/// <summary>
/// One <c>--set path=value</c> on a resolved specification.
/// <list type="bullet">
/// <item><c>macro.adc.bits=5</c>, <c>macro.adc.range=[0,128]</c>, <c>macro.name=mine</c>: the value is JSON, else a plain text.</item>
/// <item>A field that states the same thing another way gives way: setting <c>bits</c> drops <c>levels</c>, <c>range</c> drops <c>lsbCounts</c>,
/// <c>columnOffsetLsb</c> drops <c>columnOffsetCounts</c>, and the other way round.</item>
/// <item>Setting <c>kind</c> drops the ADC's fields that the new kind does not have.</item>
/// <item><c>macro=xnor-256</c> takes a preset; <c>path=null</c> takes a field back to its default.</item>
/// <item><c>layers.GLOB=digital</c>, <c>layers.GLOB.weightBits=8</c>, <c>layers.GLOB.adc.bits=6</c>; a new glob goes first, where it wins.</item>
/// </list>
/// </summary>
internal static partial class SpecPatch
{
    private static readonly string[][] Alternatives =
    [
        ["bits", "levels"], ["range", "lsbCounts"], ["columnOffsetCounts", "columnOffsetLsb"], ["cellMismatchRelative", "unitCapacitanceFemtofarads"],
        ["bitlineNoiseCounts", "noiseProfile"], ["edgeErrorLsb", "sarMismatchRelative"],
    ];

    [GeneratedRegex(@"^layers\.(?<glob>.+?)(\.(?<rest>digital|weightBits|activationBits|adc(\..+)?))?$")]
    private static partial Regex LayerPath();

    /// <exception cref="SpecException">The path leads nowhere. Values are judged when the whole is read.</exception>
    public static void Apply(JsonObject run, string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw new SpecException("--set", $"\"{assignment}\"", "write path=value, e.g. macro.adc.bits=5");
        string path = assignment[..equals].Trim();
        var value = ParseValue(assignment[(equals + 1)..].Trim());
        // Written out at once, so that assignments after it change the preset.
        if (path == "macro" && value?.GetValueKind() == JsonValueKind.String) value = SpecObject.Write(MacroPresets.Get(value.GetValue<string>()), SpecFields.Macro);

        var layer = LayerPath().Match(path);
        string[] names = layer.Success ? ["layers", layer.Groups["glob"].Value, .. SplitRest(layer.Groups["rest"].Value)] : path.Split('.');
        var parent = run;
        foreach (string name in names[..^1]) parent = Child(parent, name, path);
        Assign(parent, names[^1], value, first: layer.Success && names.Length == 2);
    }

    /// <summary>Whether it changes <c>quantization</c> or a field of it.</summary>
    public static bool IsOfQuantization(string assignment) => assignment.AsSpan().TrimStart().StartsWith("quantization", StringComparison.Ordinal);

    private static string[] SplitRest(string rest) => rest.Length == 0 ? [] : rest.Split('.');

    private static JsonObject Child(JsonObject parent, string name, string path)
    {
        if (parent[name] is JsonObject child) return child;
        // A glob that is new, or held "digital", becomes an object; so does an absent part of one.
        if (parent.ContainsKey(name) && parent[name] is JsonValue held && held.GetValueKind() != JsonValueKind.String)
            throw new SpecException(path, $"'{name}', which is no object", "a path leads through objects to one field");
        var made = new JsonObject();
        Assign(parent, name, made, first: true);
        return made;
    }

    private static void Assign(JsonObject parent, string name, JsonNode? value, bool first)
    {
        foreach (string[] group in Alternatives)
            if (value is not null && group.Contains(name))
                foreach (string other in group)
                    if (other != name && !(other == "levels" && parent[other] is JsonArray)) parent.Remove(other);
        if (name == "kind" && value?.GetValueKind() == JsonValueKind.String) DropFieldsOfOtherKinds(parent, value.GetValue<string>());

        if (value is null) parent.Remove(name);
        else if (parent.ContainsKey(name)) parent[name] = value;
        else if (first) parent.Insert(0, name, value);
        else parent.Add(name, value);
    }

    private static void DropFieldsOfOtherKinds(JsonObject adc, string word)
    {
        foreach (var (kindWord, kind) in SpecWords.AdcKinds)
        {
            if (kindWord != word) continue;
            string[] kept = AdcFields.NamesOf(kind);
            foreach (string name in adc.Select(field => field.Key).Where(name => !kept.Contains(name)).ToList()) adc.Remove(name);
            // 'levels' is a number in some kinds and a list in others.
            bool listed = kind is AdcKind.List or AdcKind.Table;
            if (adc["levels"] is { } levels && levels is JsonArray != listed) adc.Remove("levels");
        }
    }

    private static JsonNode? ParseValue(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
