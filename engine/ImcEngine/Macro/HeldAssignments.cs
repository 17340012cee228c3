using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// Assignments that are applied one after another and of which every one must still hold after the last: what a label says of a run is true
/// only then. An assignment states a field, or every field in the object that it gives. After each assignment every field that those before
/// it stated must have the value that it had:
/// <list type="bullet">
/// <item>An object that contains the field replaces it: <c>macro=default</c> after <c>macro.rows=64</c>.</item>
/// <item>A field that says the same thing another way takes its place (<see cref="SpecMerge"/>): <c>levels</c> after <c>bits</c>.</item>
/// <item>The same field twice is refused, also with one value.</item>
/// </list>
/// A preset, an empty object and null state none of the fields below them: these may be set afterwards.
/// </summary>
/// <param name="nameOf">How messages name the assignment of this number, e.g. <c>grid[1] 'macro.rows'</c>.</param>
internal sealed class HeldAssignments(Func<int, string> nameOf)
{
    private readonly List<SpecStatement> _assignments = [];
    private readonly List<StatedField> _fields = [];

    private readonly record struct StatedField(int Assignment, string[] Names, JsonNode? Value);

    /// <param name="run">As the assignment left it.</param>
    /// <exception cref="ImcException">An earlier assignment no longer holds.</exception>
    public void Add(JsonObject run, SpecStatement assignment)
    {
        int number = _assignments.Count;
        if (_assignments.FindIndex(earlier => earlier.Names.SequenceEqual(assignment.Names)) is var same and >= 0)
            throw new ImcException($"{nameOf(number)} sets the same field as {nameOf(same)}; leave one out.");
        _assignments.Add(assignment);
        string[][] own = [.. FieldsOf(assignment.Names, assignment.Value)];
        for (int i = 0; i < _fields.Count; i++)
        {
            var field = _fields[i];
            var now = ValueAt(run, field.Names);
            if (JsonNode.DeepEquals(field.Value, now)) continue;
            if (field.Value is not (null or JsonObject) || !own.Any(names => IsInside(names, field.Names)))
                throw Replaced(field, number, now);
            _fields[i] = field with { Value = now?.DeepClone() };
        }
        _fields.AddRange(own.Select(names => new StatedField(number, names, ValueAt(run, names)?.DeepClone())));
    }

    /// <summary>That no pattern before one that was set takes every layer that this one names:
    /// the first that names a layer counts.</summary>
    /// <param name="layers">Of the run, in order.</param>
    /// <exception cref="ImcException">One does.</exception>
    public void RequirePatternsThatAct(IReadOnlyList<LayerOverride> layers)
    {
        for (int i = 1; i < layers.Count; i++)
        {
            if (SetterOf(layers[i].Layers) is not { } setter) continue;
            foreach (var before in layers.Take(i).Where(before => NameGlob.Covers(before.Layers, layers[i].Layers)))
                if (SetterOf(before.Layers) is not { } other)
                    throw new ImcException($"{nameOf(setter)} has no effect: the run's own pattern '{before.Layers}' stands before it "
                        + "and takes every layer that it names; put that one behind it, or leave one out.");
                else if (other != setter)
                    throw new ImcException($"{nameOf(other)} takes every layer that {nameOf(setter)} names, which then has no effect; "
                        + "put it first, so that it stands behind, or leave one out.");
        }
    }

    private int? SetterOf(string pattern)
    {
        int found = _fields.FindLastIndex(field => field.Names is ["layers", var name, ..] && name == pattern);
        return found < 0 ? null : _fields[found].Assignment;
    }

    private ImcException Replaced(StatedField field, int by, JsonNode? now)
    {
        string advice = IsInside(field.Names, _assignments[by].Names) ? "put it first, or leave one out"
            : "the two cannot both hold; leave one out";
        return new ImcException($"{nameOf(by)} replaces what {nameOf(field.Assignment)} set "
            + $"({string.Join('.', field.Names)}: {Shown(field.Value)} becomes {Shown(now)}); {advice}.");
    }

    private static string Shown(JsonNode? value) => value is null ? "nothing" : SpecValue.Shortened(value.ToJsonString());

    private static IEnumerable<string[]> FieldsOf(string[] names, JsonNode? value) => value is JsonObject { Count: > 0 } fields
        ? fields.SelectMany(field => FieldsOf([.. names, field.Key], field.Value)) : [names];

    private static JsonNode? ValueAt(JsonNode? node, string[] names) =>
        names.Aggregate(node, (at, name) => at is JsonObject fields ? fields[name] : null);

    /// <summary>Below, not the same.</summary>
    private static bool IsInside(string[] names, string[] above) => names.Length > above.Length && names.AsSpan().StartsWith(above);
}
