using System.Text.Json.Nodes;
using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Cli;

/// <summary>How documents record what a network ran with.</summary>
internal static class RunOutput
{
    /// <summary>
    /// The resolved specification, its macro under the name that is true of it;
    /// without <c>quantization</c> where the network was quantized before and keeps its own operands.
    /// </summary>
    public static JsonObject ToJson(RunSpec run, bool isQuantizedAlready)
    {
        var json = RunSpecJson.ToNode(run with { Macro = PresetChanges.Marked(run.Macro) });
        if (isQuantizedAlready) json.Remove("quantization");
        return json;
    }

    /// <summary>Inputs and weights of every layer on the macro.</summary>
    public static JsonArray OperandsToJson(Network network) => [.. network.MacroLayers.Select(layer => new JsonObject
    {
        ["layer"] = layer.Name, ["input"] = ToJson(layer.InputFormat), ["weight"] = ToJson(layer.WeightFormat),
    })];

    private static JsonObject ToJson(OperandFormat format) =>
        new() { ["encoding"] = OperandFormat.Name(format.Encoding), ["bits"] = format.Bits };
}
