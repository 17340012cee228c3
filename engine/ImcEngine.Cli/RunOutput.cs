using System.Text.Json.Nodes;
using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Cli;

/// <summary>Writes into documents what a network ran with.</summary>
internal static class RunOutput
{
    /// <summary>
    /// Returns the resolved specification. The name of a changed preset says what was changed.
    /// <c>quantization</c> is left out if the network was already quantized and keeps its own operands, except for <c>rebase</c>.
    /// </summary>
    public static JsonObject ToJson(RunSpec run, bool isQuantizedAlready)
    {
        var json = RunSpecJson.ToNode(PresetChanges.Marked(run));
        if (!isQuantizedAlready) return json;
        var rebase = json["quantization"]!["rebase"];
        json.Remove("quantization");
        if (rebase is not null) json["quantization"] = new JsonObject { ["rebase"] = rebase.DeepClone() };
        return json;
    }

    /// <summary>Returns the formats of the inputs and weights of every layer on the macro.</summary>
    public static JsonArray OperandsToJson(Network network) => [.. network.MacroLayers.Select(layer => new JsonObject
    {
        ["layer"] = layer.Name, ["input"] = ToJson(layer.InputFormat), ["weight"] = ToJson(layer.WeightFormat),
    })];

    private static JsonObject ToJson(OperandFormat format) =>
        new() { ["encoding"] = OperandFormat.Name(format.Encoding), ["bits"] = format.Bits };
}
