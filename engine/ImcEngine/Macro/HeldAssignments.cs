using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// Assignments that are applied in order, all of which must still hold after the last one; otherwise a run's label would be untrue. An
/// assignment states a field, or every field in the object that it gives. After each assignment, every field that an earlier one stated
/// must still have its value. It loses its value in three cases:
/// <list type="bullet">
/// <item>An assignment of an object that contains the field replaces it: <c>macro=default</c> after <c>macro.rows=64</c>.</item>
/// <item>An alternative field replaces it (<see cref="SpecMerge"/>): <c>levels</c> after <c>bits</c>.</item>
/// <item>The same field is assigned twice, which is refused even with equal values.</item>
/// </list>
/// A preset, an empty object and null state none of the fields below them, so these fields may be set afterwards.
/// </summary>
/// <param name="nameOf">Returns the name of the assignment with this number in messages, e.g. <c>grid[1] 'macro.rows'</c>.</param>
internal sealed class HeldAssignments(Func<int, string> nameOf)
{
    private readonly List<SpecStatement> _assignments = [];
    private readonly List<StatedField> _fields = [];

    private readonly record struct StatedField(int Assignment, string[] Names, JsonNode? Value);

    /// <summary>Adds an assignment that has been applied.</summary>
    /// <param name="run">The run specification after the assignment.</param>
    /// <param name="assignment">The assignment.</param>
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

    /// <summary>Checks that no assigned layer pattern is without effect. The first pattern that names a layer wins, so a pattern has no
    /// effect if an earlier one covers all its layers.</summary>
    /// <param name="layers">The run's layer overrides, in order.</param>
    /// <exception cref="ImcException">An earlier pattern covers an assigned one.</exception>
    public void RequirePatternsThatAct(IReadOnlyList<LayerOverride> layers)
    {
        for (int i = 1; i < layers.Count; i++)
        {
            if (SetterOf(layers[i].Layers) is not { } setter) continue;
            foreach (var before in layers.Take(i).Where(before => NameGlob.Covers(before.Layers, layers[i].Layers)))
                if (SetterOf(before.Layers) is not { } other)
                    throw new ImcException($"{nameOf(setter)} has no effect: the run's own pattern '{before.Layers}' comes first "
                        + "and covers every layer that it names; move that pattern after it, or leave one out.");
                else if (other != setter)
                    throw new ImcException($"{nameOf(other)} covers every layer that {nameOf(setter)} names, which then has no effect; "
                        + "put it first, so that it comes later, or leave one out.");
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

    /// <summary>Whether the field lies inside the object <paramref name="above"/>; a field is not inside itself.</summary>
    private static bool IsInside(string[] names, string[] above) => names.Length > above.Length && names.AsSpan().StartsWith(above);
}
