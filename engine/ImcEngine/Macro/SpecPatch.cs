using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImcEngine.Macro;

/// <summary>A parsed assignment: the names from the specification's root to one field, and the value.</summary>
internal readonly record struct SpecStatement(string[] Names, JsonNode? Value);

/// <summary>
/// Applies one <c>--set path=value</c> to a specification.
/// <list type="bullet">
/// <item><c>macro.adc.bits=5</c>, <c>macro.adc.range=[0,128]</c>, <c>macro.name=mine</c>: the value is JSON, or otherwise plain
/// text.</item>
/// <item><c>macro.adc={"bits":5}</c>, <c>macro={...}</c>: an object changes the fields that it states, as in a file (<see
/// cref="SpecMerge"/>).</item>
/// <item>Setting a field drops its alternatives: <c>bits</c> drops <c>levels</c>, and vice versa.</item>
/// <item>Setting <c>kind</c> drops the fields of the ADC that the new kind does not have.</item>
/// <item><c>macro=xnor-256</c> sets a preset; <c>path=null</c> resets a field to its default, <c>macro=null</c> to the default
/// preset.</item>
/// <item><c>layers.GLOB=digital</c>, <c>layers.GLOB.weightBits=8</c>, <c>layers.GLOB.adc.bits=6</c>, <c>layers.GLOB.macro.rows=64</c>,
/// <c>layers.GLOB.macro=xnor-256</c>; a new glob is put first, so that it wins.</item>
/// </list>
/// </summary>
internal static partial class SpecPatch
{
    [GeneratedRegex(@"^layers\.(?<glob>.+?)(\.(?<rest>digital|weightBits|activationBits|(macro|adc)(\..+)?))?$", RegexOptions.Singleline)]
    private static partial Regex LayerPath();

    /// <param name="run">The specification, which is changed.</param>
    /// <param name="assignment"><c>path=value</c>.</param>
    /// <param name="option">The option that the assignment comes from, for messages.</param>
    /// <returns>The parsed assignment; its value is now a part of <paramref name="run"/>.</returns>
    /// <exception cref="SpecException">The path leads through something that is not an object. Values are checked later, when the
    /// specification is read.</exception>
    public static SpecStatement Apply(JsonObject run, string assignment, string option)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw new SpecException(option, $"\"{assignment}\"", "write path=value, e.g. macro.adc.bits=5");
        string path = assignment[..equals].Trim();
        RequireCharacters(assignment, option);
        var value = ParseValue(path, assignment[(equals + 1)..].Trim());
        if (path == "macro" && (value is null || value.GetValueKind() == JsonValueKind.String))
        {
            // The preset is written out now, so that later assignments can change its fields.
            run["macro"] = SpecObject.Write(MacroPresets.Get(value?.GetValue<string>() ?? MacroPresets.DefaultName), SpecFields.Macro);
            return new([path], value);
        }

        var layer = LayerPath().Match(path);
        string[] names = layer.Success ? ["layers", layer.Groups["glob"].Value, .. SplitRest(layer.Groups["rest"].Value)] : path.Split('.');
        var parent = run;
        for (int depth = 0; depth < names.Length - 1; depth++)
            parent = Child(parent, names[depth], path, isGlob: layer.Success && depth == 1);
        if (layer.Success && names is [_, _, "macro"] && value?.GetValueKind() == JsonValueKind.String)
        {
            // As above. Fields that the preset lacks are stated too, so that the layer does not inherit them.
            var preset = MacroPresets.Get(value.GetValue<string>());
            SpecMerge.Set(parent, "macro", LayerFields.InFull(SpecObject.Write(preset, SpecFields.Macro)));
            return new(names, value);
        }
        Assign(parent, names[^1], value, isGlob: layer.Success && names.Length == 2);
        return new(names, value);
    }

    /// <summary>Whether the assignment changes <c>quantization</c> or a field of it other than <c>rebase</c>, which quantized networks
    /// follow too.</summary>
    public static bool IsOfQuantization(string assignment)
    {
        var path = assignment.AsSpan().TrimStart();
        return path.StartsWith("quantization", StringComparison.Ordinal)
            && !path.StartsWith("quantization.rebase", StringComparison.Ordinal);
    }

    private static string[] SplitRest(string rest) => rest.Length == 0 ? [] : rest.Split('.');

    private static JsonObject Child(JsonObject parent, string name, string path, bool isGlob)
    {
        if (parent[name] is JsonObject child) return child;
        // A glob that is new or was "digital" becomes an object; so does a missing object within one.
        if (parent[name] is JsonArray || (parent[name] is JsonValue held && held.GetValueKind() != JsonValueKind.String))
            throw new SpecException(path, $"'{name}', which is not an object", "a path must lead through objects to one field");
        var made = new JsonObject();
        Assign(parent, name, made, isGlob);
        return made;
    }

    private static void Assign(JsonObject parent, string name, JsonNode? value, bool isGlob)
    {
        if (isGlob && !parent.ContainsKey(name)) parent.Insert(0, name, value);
        else if (value is JsonObject stated && parent[name] is JsonObject overridden && name != "layers")
            SpecMerge.Into(overridden, stated);
        else if (isGlob) parent[name] = value;
        else SpecMerge.Set(parent, name, value);
    }

    private static JsonNode? ParseValue(string path, string text)
    {
        try
        {
            return RunSpecJson.Parse(text, path);
        }
        catch (ImcException error) when (error.InnerException is JsonException)
        {
            // Any other text is plain text.
            return !text.StartsWith('{') ? text
                : throw new SpecException(path, SpecValue.Shortened(text),
                    $"a value in braces is a JSON object: {error.InnerException.Message}", error);
        }
    }

    private static void RequireCharacters(string assignment, string option)
    {
        for (int i = 0; i < assignment.Length; i++)
            if (char.IsSurrogatePair(assignment, i)) i++;
            else if (char.IsSurrogate(assignment[i]))
                throw new SpecException(option, $"half of a surrogate pair in '{assignment}'", "write complete characters");
    }
}
