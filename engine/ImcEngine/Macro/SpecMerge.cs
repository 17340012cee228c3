using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// Merges an object of the specification into the one that it overrides. It inherits every field that it does not state. The rules are the
/// same for files and for <c>--set</c>:
/// <list type="bullet">
/// <item>Alternative fields replace each other (<see cref="Alternatives"/>).</item>
/// <item>If a field is stated, its dependent fields are not inherited (<see cref="Dependents"/>): the source with the name, the percentile
/// with the method.</item>
/// <item>The edges and levels of a list are inherited together or not at all.</item>
/// <item>Another <c>kind</c> inherits only the fields that both kinds have with the same meaning. If it is uniform, its range and
/// resolution must be stated (<see cref="RequireOwnRange"/>).</item>
/// <item>null states the field's own default, not the inherited value.</item>
/// <item><c>layers</c>, a list of patterns, is replaced as a whole.</item>
/// </list>
/// </summary>
internal static class SpecMerge
{
    private static readonly string[][] Alternatives =
    [
        ["bits", "levels"], ["range", "lsbCounts"], ["design", "statistic"],
        ["secondTable", "secondNoiseMean"], ["secondTable", "secondNoiseSigma"],
        ["columnOffsetCounts", "columnOffsetLsb"], ["cellMismatchRelative", "unitCapacitanceFemtofarads"],
        ["bitlineNoiseCounts", "noiseProfile"], ["edgeErrorLsb", "sarMismatchRelative"],
    ];

    private static readonly (string Field, string Dependent)[] Dependents =
        [("name", "source"), ("method", "percentile"), ("design", "percentile"), ("statistic", "percentile")];

    /// <summary>Overrides the fields of <paramref name="target"/> with those of <paramref name="stated"/>.</summary>
    public static void Into(JsonObject target, JsonObject stated)
    {
        var inherited = target.ToDictionary(field => field.Key, field => field.Value);
        if (stated.ContainsKey("edges") || stated["levels"] is JsonArray) DropList(target);
        foreach (var (name, value) in stated) Drop(target, name, value);
        foreach (var (name, value) in stated)
            if (name != "layers" && value is JsonObject child && inherited.GetValueOrDefault(name) is JsonObject overridden)
                Into(overridden, child);
            else target[name] = value?.DeepClone();
    }

    /// <summary>Sets one field and drops the fields that it replaces. Unlike <see cref="Into"/>, it allows the edges and the levels of a
    /// list to be set one after the other.</summary>
    public static void Set(JsonObject target, string name, JsonNode? value)
    {
        Drop(target, name, value);
        target[name] = value;
    }

    /// <summary>
    /// Adds to <paramref name="own"/>, a complete object, a null for every field that it does not have but would inherit, so that it reads
    /// back unchanged.
    /// </summary>
    public static void Complete(JsonObject own, JsonObject overridden)
    {
        var merged = overridden.DeepClone().AsObject();
        Into(merged, own);
        foreach (var (name, value) in merged)
            if (value is not null && !own.ContainsKey(name)) own.Add(name, null);
        foreach (var (name, value) in own)
            if (value is JsonObject child && overridden[name] is JsonObject below) Complete(child, below);
    }

    /// <summary>Checks that a uniform ADC has a range and a resolution, or an LSB. If a merge has dropped one of them, no default replaces
    /// it silently.</summary>
    /// <param name="adc">The merged ADC.</param>
    /// <param name="path">The ADC's path, for the error.</param>
    /// <exception cref="SpecException">The range or the resolution was dropped and is not stated again.</exception>
    public static void RequireOwnRange(JsonObject adc, string path)
    {
        if ((adc["kind"] is { } kind && !(IsText(kind) && kind.GetValue<string>() == SpecWords.WordFor(AdcKind.Uniform)))
            || adc["lsbCounts"] is not null) return;
        if (!adc.ContainsKey("range"))
            throw new SpecException($"{path}.range", "nothing",
                "a uniform ADC that replaces another kind, or lsbCounts, inherits no range; "
                + "state range: \"calibrated\", \"full\" or [low, high]");
        if (!adc.ContainsKey("bits") && adc["levels"] is null)
            throw new SpecException($"{path}.bits", "nothing",
                "a uniform ADC that replaces another kind, or levels, inherits no resolution; state bits or levels");
    }

    private static void Drop(JsonObject target, string name, JsonNode? stated)
    {
        if (stated is null) return;
        foreach (string[] pair in Alternatives)
            if (pair.Contains(name))
                foreach (string other in pair)
                    // 'levels' is a number in some kinds and a list in others; 'bits' does not replace a list.
                    if (other != name && !(other == "levels" && target[other] is JsonArray)) target.Remove(other);
        foreach (var (field, dependent) in Dependents)
            if (field == name) target.Remove(dependent);
        if (name == "kind" && IsText(stated)) DropFieldsOfOtherKinds(target, stated.GetValue<string>());
    }

    private static void DropFieldsOfOtherKinds(JsonObject adc, string word)
    {
        foreach (var (kindWord, kind) in SpecWords.AdcKinds)
        {
            if (kindWord != word) continue;
            bool wasList = adc.ContainsKey("edges"), isListed = kind is AdcKind.List or AdcKind.Table;
            if (adc["levels"] is { } levels && (levels is JsonArray != isListed || (wasList && kind == AdcKind.Table)))
                adc.Remove("levels");
            string[] kept = AdcFields.NamesOf(kind);
            foreach (string name in adc.Select(field => field.Key).Where(name => !kept.Contains(name)).ToList()) adc.Remove(name);
        }
    }

    private static void DropList(JsonObject adc)
    {
        adc.Remove("edges");
        if (adc["levels"] is JsonArray) adc.Remove("levels");
    }

    private static bool IsText(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String;
}
