using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>A layer's frozen range: one, or one per plane pair.</summary>
/// <param name="Ranges">One range, or <c>[inputBit * weightBits + weightBit]</c>.</param>
/// <param name="WeightBits">Weight planes, where ranges are per plane pair; 0 where there is one range.</param>
public sealed record LayerCalibration(IReadOnlyList<CountRange> Ranges, int WeightBits = 0)
{
    public CalibrationScope Scope => WeightBits == 0 ? CalibrationScope.Layer : CalibrationScope.PlanePair;

    public CountRange Of(int inputBit, int weightBit) => WeightBits == 0 ? Ranges[0] : Ranges[(inputBit * WeightBits) + weightBit];
}

/// <summary>
/// Calibrated ADC ranges as data: found once on the ideal die, the same for every die (ARITHMETIC §9), written by <c>imc calibrate --out</c>.
/// Rows and levels are those that the ranges were found for; another macro needs a calibration of its own.
/// </summary>
/// <param name="Layers">By layer name.</param>
public sealed record Calibration(int Rows, IReadOnlyDictionary<string, LayerCalibration> Layers)
{
    private static readonly string[] LayerFields = ["rangesCounts", "weightBits"];

    /// <exception cref="ImcException">The calibration was made for other rows, or lacks the layer.</exception>
    public LayerCalibration Of(string layer, int rows)
    {
        if (rows != Rows) throw new ImcException($"The calibration was made for {Rows} rows; the macro has {rows}. Calibrate again with this macro.");
        return Layers.TryGetValue(layer, out var found) ? found
            : throw new ImcException($"The calibration has no layer '{layer}'; it has {string.Join(", ", Layers.Keys.Order(StringComparer.Ordinal))}. Calibrate again with this network.");
    }

    public string Write()
    {
        var layers = new JsonObject();
        foreach (var (name, layer) in Layers.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var json = new JsonObject { ["rangesCounts"] = new JsonArray([.. layer.Ranges.Select(range => (JsonNode)new JsonArray(range.LowCounts, range.HighCounts))]) };
            if (layer.WeightBits != 0) json.Add("weightBits", layer.WeightBits);
            layers.Add(name, json);
        }
        return RunSpecJson.Text(new() { ["numericsVersion"] = ImcVersion.Numerics, ["version"] = ImcVersion.Product, ["rows"] = Rows, ["layers"] = layers });
    }

    /// <exception cref="ImcException">The text is no calibration of this numericsVersion.</exception>
    public static Calibration Read(string json)
    {
        var root = new SpecValue(RunSpecJson.Parse(json, "The calibration"), "calibration");
        if (root.Node is not JsonObject given) throw root.Error("allowed is an object in braces, as imc calibrate --out writes it");
        foreach (var (name, node) in given)
            if (name is not ("numericsVersion" or "version" or "rows" or "layers")) throw new SpecValue(node, name).Error("no such field; allowed are numericsVersion, version, rows, layers");
        new SpecValue(given["numericsVersion"], "numericsVersion").Integer(ImcVersion.Numerics, ImcVersion.Numerics);
        int rows = new SpecValue(given["rows"], "rows").Integer(1, SpecFields.MostRows);
        var layers = new SpecValue(given["layers"], "layers");
        if (layers.Node is not JsonObject named) throw layers.Error("allowed is an object: layer name to rangesCounts");
        return new(rows, named.ToDictionary(each => each.Key, each => ReadLayer(new(each.Value, $"layers.{each.Key}")), StringComparer.Ordinal));
    }

    private static LayerCalibration ReadLayer(SpecValue value)
    {
        if (value.Node is not JsonObject layer) throw value.Error("allowed is an object with rangesCounts");
        foreach (var (name, node) in layer)
            if (!LayerFields.Contains(name)) throw new SpecValue(node, $"{value.Path}.{name}").Error($"no such field; allowed are {string.Join(", ", LayerFields)}");
        int weightBits = layer["weightBits"] is { } bits ? new SpecValue(bits, $"{value.Path}.weightBits").Integer(1, BitPlanes.OperandFormat.MaxBits) : 0;
        var ranges = new SpecValue(layer["rangesCounts"], $"{value.Path}.rangesCounts");
        if (ranges.Node is not JsonArray { Count: > 0 } list || (weightBits == 0 ? list.Count != 1 : list.Count % weightBits != 0))
            throw ranges.Error("allowed is one [low, high], or with weightBits one for each plane pair");
        return new([.. list.Select((each, i) => ReadRange(new(each, $"{ranges.Path}[{i}]")))], weightBits);
    }

    private static CountRange ReadRange(SpecValue value) =>
        value.Kind == JsonValueKind.Array && value.CountsList() is [var low, var high] && low < high ? new(low, high) : throw value.Error("allowed is [low, high] with low below high, in counts");
}
