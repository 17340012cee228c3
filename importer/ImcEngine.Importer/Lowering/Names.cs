namespace ImcEngine.Importer.Lowering;

/// <summary>Makes the names of a network unique: the second <c>conv</c> becomes <c>conv#2</c>.</summary>
internal sealed class Names(params IEnumerable<string> used)
{
    private const string WeightSuffix = ".weight";

    private readonly HashSet<string> _used = [.. used];

    /// <summary>For each name, the number to try first: lower ones are taken.
    /// A network may give one name to all its nodes.</summary>
    private readonly Dictionary<string, int> _next = [];

    /// <summary>Returns the weight initializer without <c>.weight</c>, else the node name, else the result tensor (ARITHMETIC
    /// §8).</summary>
    public static string OfLayer(LayerStep layer) =>
        layer.Weights.Name.EndsWith(WeightSuffix, StringComparison.Ordinal) && layer.Weights.Name.Length > WeightSuffix.Length
        ? layer.Weights.Name[..^WeightSuffix.Length]
        : layer.Node.Name;

    /// <summary>Returns the name, or the name with the first number that makes it unique, and marks it as taken.</summary>
    public string Take(string name)
    {
        string unique = name;
        int next = _next.GetValueOrDefault(name, 2);
        while (!_used.Add(unique)) unique = $"{name}#{next++}";
        if (next > 2) _next[name] = next;
        return unique;
    }
}
