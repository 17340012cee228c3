using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// What an object of the specification inherits from the one that it overrides: every field that it does not state, one by one.
/// The same for files and for <c>--set</c>.
/// <list type="bullet">
/// <item>Fields that say the same thing another way replace each other (<see cref="Alternatives"/>).</item>
/// <item>What only goes with an inherited field goes with it (<see cref="Dependents"/>): a source with the name,
/// a percentile with the method.</item>
/// <item>A list's edges and levels are inherited together or not at all.</item>
/// <item>Another <c>kind</c> takes the fields that both kinds have and that mean the same in both. A uniform ADC's range and resolution are
/// then stated anew (<see cref="RequireOwnRange"/>): what stood before the other kind is gone.</item>
/// <item>null states a field's own default, as it is where nothing is inherited.</item>
/// <item><c>layers</c> is a list of patterns and no object in this sense: it is replaced as a whole.</item>
/// </list>
/// </summary>
internal static class SpecMerge
{
    private static readonly string[][] Alternatives =
    [
        ["bits", "levels"], ["range", "lsbCounts"], ["secondTable", "secondNoiseMean"], ["secondTable", "secondNoiseSigma"],
        ["columnOffsetCounts", "columnOffsetLsb"], ["cellMismatchRelative", "unitCapacitanceFemtofarads"],
        ["bitlineNoiseCounts", "noiseProfile"], ["edgeErrorLsb", "sarMismatchRelative"],
    ];

    private static readonly (string Field, string Dependent)[] Dependents =
        [("name", "source"), ("method", "percentile"), ("statistic", "percentile")];

    /// <summary>Makes <paramref name="target"/> what <paramref name="stated"/> overrides it to.</summary>
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

    /// <summary>Sets one field and nothing else but what it replaces; of a list, edges and levels one after the other.</summary>
    public static void Set(JsonObject target, string name, JsonNode? value)
    {
        Drop(target, name, value);
        target[name] = value;
    }

    /// <summary>
    /// Adds to <paramref name="own"/>, an object in full, a null for every field that it does not have and would inherit,
    /// so that it reads back as it is.
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

    /// <summary>A uniform ADC has a range and a resolution, or an LSB:
    /// where another kind, or another way of saying it, has replaced them, none is taken silently.</summary>
    /// <param name="adc">After all that overrides it.</param>
    /// <exception cref="SpecException">One of them was replaced and is not stated again.</exception>
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
                    // 'levels' is a number in some kinds and a list, which no bits replace, in others.
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
