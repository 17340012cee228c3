namespace ImcEngine.Importer.Lowering;

/// <summary>Names of a network of which none stands twice: the second <c>conv</c> becomes <c>conv#2</c>.</summary>
internal sealed class Names(params IEnumerable<string> used)
{
    private const string WeightSuffix = ".weight";

    private readonly HashSet<string> _used = [.. used];

    /// <summary>The number that the next tensor of a name tries first:
    /// those below are taken, and a network may give one name to all its nodes.</summary>
    private readonly Dictionary<string, int> _next = [];

    /// <summary>Weight initializer less <c>.weight</c>, else node name, else result tensor (ARITHMETIC §8).</summary>
    public static string OfLayer(LayerStep layer) =>
        layer.Weights.Name.EndsWith(WeightSuffix, StringComparison.Ordinal) && layer.Weights.Name.Length > WeightSuffix.Length
        ? layer.Weights.Name[..^WeightSuffix.Length]
        : layer.Node.Name;

    /// <summary>The name itself, or with the first number that makes it a new one; which is then taken.</summary>
    public string Take(string name)
    {
        string unique = name;
        int next = _next.GetValueOrDefault(name, 2);
        while (!_used.Add(unique)) unique = $"{name}#{next++}";
        if (next > 2) _next[name] = next;
        return unique;
    }
}
