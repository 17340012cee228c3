using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>Where a field of a preset comes from: a source states it, or it is assumed.</summary>
/// <param name="Field">The path of the field, such as <c>adc.bits</c>.</param>
/// <param name="Value">The field's JSON.</param>
/// <param name="IsStated">Whether a source states the field; otherwise it is assumed.</param>
/// <param name="Because">The source that states the field, or why it is assumed so.</param>
public sealed record PresetMark(string Field, string Value, bool IsStated, string Because)
{
    /// <summary>The key of a stated field's source, and that of the reason of an assumed one.</summary>
    internal const string Stated = "stated", Assumed = "assumed";

    /// <summary>The key of <see cref="Because"/>.</summary>
    internal string Key => IsStated ? Stated : Assumed;

    /// <summary>Returns the paths of the fields of a preset that need a mark: all but its name and source.</summary>
    internal static IEnumerable<string> FieldsOf(JsonObject preset) =>
        StatedFields.PathsOf(preset).Split(',').Except(PresetChanges.Titles);

    /// <summary>Returns a mark for every field, in the order of the preset.</summary>
    /// <param name="preset">The preset as its file has it.</param>
    /// <param name="marks">An object with <c>stated</c> or <c>assumed</c> for each path.</param>
    internal static PresetMark[] Of(JsonObject preset, JsonObject marks) =>
    [
        .. FieldsOf(preset).Select(path =>
        {
            var mark = marks[path]?.AsObject() ?? throw new InvalidOperationException($"'{path}' has no mark.");
            bool isStated = mark.ContainsKey(Stated);
            return new PresetMark(path, At(preset, path).ToJsonString(), isStated, (string)mark[isStated ? Stated : Assumed]!);
        }),
    ];

    private static JsonNode At(JsonObject preset, string path) => path.Split('.').Aggregate((JsonNode)preset, (node, name) => node[name]!);
}
