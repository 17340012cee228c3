using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>The numbers of a calibration file that are lists: edges and levels of ADCs that are not uniform, and corrections.</summary>
internal static class CalibrationLists
{
    private const int MostChannels = 1 << 20;
    private static readonly string[] CorrectionFields = ["method", "madeFor", "layers"], LayerFields = ["factors", "offsets", "biasOnly"];

    public static JsonArray Write(IEnumerable<double[]> lists) => [.. lists.Select(list => (JsonNode)Numbers(list))];

    public static JsonObject Write(Corrections corrections)
    {
        var layers = new JsonObject();
        foreach (var (name, layer) in corrections.Layers.OrderBy(each => each.Key, StringComparer.Ordinal))
            layers.Add(name, new JsonObject
            {
                ["factors"] = Numbers(layer.Factors), ["offsets"] = Numbers(layer.Offsets), ["biasOnly"] = layer.BiasOnly,
            });
        return new()
        {
            ["method"] = SpecWords.WordFor(corrections.Method), ["madeFor"] = corrections.MadeFor, ["layers"] = layers,
        };
    }

    /// <summary>Reads the edges and levels of a layer's ADCs; returns null where it has none.</summary>
    /// <param name="codes">The codes of each.</param>
    /// <param name="count">The number of ADCs.</param>
    /// <exception cref="SpecException">One of the two is missing, or a list has another length or does not ascend.</exception>
    public static IReadOnlyList<CodeList>? Read(JsonObject layer, string path, int codes, int count)
    {
        if (layer["edgesCounts"] is null && layer["levelsCounts"] is null) return null;
        double[][] edges = ReadAll("edgesCounts", codes - 1), levels = ReadAll("levelsCounts", codes);
        for (int i = 0; i < count; i++)
            if (Array.Find(levels[i], level => level * LloydMax.LevelsPerCount % 1 != 0) is not 0 and var odd)
                throw new SpecException($"{path}.levelsCounts[{i}]", $"{odd}",
                    $"allowed are multiples of 1/{LloydMax.LevelsPerCount} count");
        return [.. edges.Zip(levels, (own, itsLevels) => new CodeList(own, itsLevels))];

        double[][] ReadAll(string field, int length)
        {
            var all = new SpecValue(layer[field], SpecObject.PathOf(path, field));
            if (all.Node is not JsonArray lists || lists.Count != count)
                throw all.Error($"needed are {count} lists of {length} numbers, one for each range");
            return [.. lists.Select((list, i) => Ascending(new(list, $"{all.Path}[{i}]"), length))];
        }
    }

    /// <exception cref="SpecException">A field is unknown, missing or damaged.</exception>
    public static Corrections ReadCorrections(SpecValue value)
    {
        var given = Fields(value, CorrectionFields);
        var hash = new SpecValue(given["madeFor"], $"{value.Path}.madeFor");
        var layers = new SpecValue(given["layers"], $"{value.Path}.layers");
        if (hash.Node is null || layers.Node is not JsonObject named)
            throw value.Error($"needed are {string.Join(", ", CorrectionFields)}");
        return new(new SpecValue(given["method"], $"{value.Path}.method").Word(SpecWords.Corrections), hash.Text(),
            named.ToDictionary(each => each.Key, each => ReadLayer(new(each.Value, $"{layers.Path}.{each.Key}")), StringComparer.Ordinal));
    }

    private static LayerCorrection ReadLayer(SpecValue value)
    {
        var given = Fields(value, LayerFields);
        double[] factors = Reals("factors"), offsets = Reals("offsets");
        if (factors.Length != offsets.Length) throw value.Error("allowed are as many offsets as factors");
        return new(factors, offsets, new SpecValue(given["biasOnly"], $"{value.Path}.biasOnly").Integer(0, factors.Length));

        double[] Reals(string field)
        {
            var list = new SpecValue(given[field], $"{value.Path}.{field}");
            if (list.Node is not JsonArray { Count: > 0 and <= MostChannels } numbers) throw list.Error("allowed is a list of numbers");
            return [.. numbers.Select((number, i) => new SpecValue(number, $"{list.Path}[{i}]").Number(-double.MaxValue, double.MaxValue))];
        }
    }

    private static JsonObject Fields(SpecValue value, string[] allowed)
    {
        if (value.Node is not JsonObject given) throw value.Error("allowed is an object in braces");
        foreach (var (name, node) in given)
            if (!allowed.Contains(name))
                throw new SpecValue(node, $"{value.Path}.{name}").Error($"no such field; allowed are {string.Join(", ", allowed)}");
        return given;
    }

    private static double[] Ascending(SpecValue value, int length)
    {
        if (value.Node is not JsonArray { } list || list.Count != length) throw value.Error($"allowed are {length} numbers");
        double[] counts = value.CountsList(length, length);
        for (int k = 1; k < counts.Length; k++)
            if (counts[k] < counts[k - 1]) throw value.Error("allowed are numbers that ascend");
        return counts;
    }

    private static JsonArray Numbers(double[] numbers) => [.. numbers.Select(number => (JsonNode)number)];
}
