namespace ImcEngine.Importer.Lowering;

internal static class Names
{
    private const string WeightSuffix = ".weight";

    /// <summary>Weight initializer less <c>.weight</c>, else node name, else result tensor (ARITHMETIC §8).</summary>
    public static string OfLayer(LayerStep layer) => layer.Weights.Name.EndsWith(WeightSuffix, StringComparison.Ordinal) && layer.Weights.Name.Length > WeightSuffix.Length
        ? layer.Weights.Name[..^WeightSuffix.Length]
        : layer.Node.Name;

    public static string Unique(string name, HashSet<string> used)
    {
        string unique = name;
        for (int i = 2; !used.Add(unique); i++) unique = $"{name}#{i}";
        return unique;
    }
}
