using ImcEngine.Data;

namespace ImcEngine.Importer.Packing;

/// <summary>The arrays that are put into a float network, and everything about them that does not fit it.</summary>
internal sealed class TopologyArrays(IReadOnlyDictionary<string, NpyFile> arrays)
{
    private const int MostNames = 8;

    private readonly HashSet<string> _used = [];
    private readonly List<string> _problems = [];

    public IEnumerable<string> Names => arrays.Keys;

    public bool Has(string name) => arrays.ContainsKey(name);

    public bool IsUsed(string name) => _used.Contains(name);

    public NpyFile this[string name] => arrays[name];

    public float[] Singles(string name) => TrainedArrays.Finite(name, arrays[name].ToSingle());

    public void Problem(string text) => _problems.Add(text);

    /// <summary>Marks an array as used that cannot be.</summary>
    public void Refuse(string name, string problem)
    {
        _used.Add(name);
        Problem(problem);
    }

    /// <summary>Marks an array as used, and notes it as a problem where it is missing or has none of the shapes.</summary>
    public bool Require(string name, params int[][] shapes)
    {
        _used.Add(name);
        string allowed = string.Join(" or ", shapes.Select(shape => $"[{string.Join(", ", shape)}]").Distinct());
        if (!arrays.TryGetValue(name, out var array)) Problem($"'{name}' {allowed} is missing");
        else if (!shapes.Any(shape => array.Shape.SequenceEqual(shape)))
            Problem($"'{name}' is [{string.Join(", ", array.Shape)}]; it must be {allowed}");
        else return true;
        return false;
    }

    /// <param name="file">The network's file.</param>
    /// <param name="advice">What to give instead.</param>
    /// <exception cref="ImcException">There are problems, or arrays that nothing used.</exception>
    public void RequireFit(string file, string advice)
    {
        string[] extra = [.. arrays.Where(array => !IsUsed(array.Key) && !TrainedArrays.IsBookkeeping(array.Key))
            .Select(array => $"'{array.Key}' [{string.Join(", ", array.Value.Shape)}]")];
        if (extra.Length > 0) Problem($"the network has no place for {Some(extra)}");
        if (_problems.Count > 0) throw new ImcException($"The archive does not fit '{file}': {string.Join("; ", _problems)}. {advice}");
    }

    public static string Some(string[] names) =>
        string.Join(", ", names.Take(MostNames)) + (names.Length > MostNames ? $" and {names.Length - MostNames} more" : "");
}
