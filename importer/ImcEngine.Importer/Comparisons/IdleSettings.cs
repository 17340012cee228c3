using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;

namespace ImcEngine.Importer.Comparisons;

/// <summary>
/// Finds settings without effect. A setting that asks an already quantized network for other codes is refused;
/// every other one is named in a sentence.
/// </summary>
internal static class IdleSettings
{
    /// <summary>Checks an already quantized network: it keeps its own codes, so no setting may ask for others.</summary>
    /// <param name="model">File name, for the message.</param>
    /// <param name="layers">Layers of the imported network.</param>
    /// <exception cref="SpecException">The specification asks for codes, or for the macro where a layer has none.</exception>
    public static void RequireNone(string model, RunSpec run, IReadOnlyList<LayerNote> layers)
    {
        string keeps = $"'{Path.GetFileName(model)}' is quantized already and keeps its own codes ({Operands(layers)})";
        if (run.QuantizationStatement == Statement.Set || !IsOfCodes(run.Quantization))
            throw new SpecException("quantization", RunSpecJson.ToNode(run)["quantization"]!.ToJsonString(),
                $"{keeps}; leave quantization out, or give its float network");
        foreach (var layer in run.Layers)
        {
            if ((layer.WeightBits ?? layer.ActivationBits) is { } bits)
                throw new SpecException($"layers.{layer.Layers}.{(layer.WeightBits is null ? "activationBits" : "weightBits")}", $"{bits}",
                    $"{keeps}; leave bits out, or give its float network");
            if (layer.Digital == false && !Exempts(layer, run, layers))
                throw new SpecException($"layers.{layer.Layers}.digital", "false",
                    $"{keeps}, which decide what runs on the macro{WhyDigital(layer, run, layers)}; "
                        + "leave digital out, or give its float network");
        }
    }

    /// <summary>Whether a specification leaves the codes of a quantized network alone:
    /// it says at most which zero points they keep.</summary>
    private static bool IsOfCodes(QuantizationSpec quantization) =>
        quantization with { KeepsZeroPoints = false } == new QuantizationSpec();

    /// <summary>Returns a sentence for each part of a specification that has no effect on a network.</summary>
    public static IEnumerable<string> OfNetwork(RunSpec run, IReadOnlyList<LayerNote> layers, bool isQuantizedAlready)
    {
        if (run.Quantization.KeepsZeroPoints && !layers.Any(note => note.InputChange is not null || note.WeightChange is not null))
            yield return "The specification's quantization.rebase has no effect: no layer has codes that would be re-based.";
        else if (isQuantizedAlready && run.QuantizationStatement == Statement.InFile && !run.Quantization.KeepsZeroPoints)
            yield return "The specification's quantization has no effect: the network is quantized already "
                + $"and keeps its own codes ({Operands(layers)}).";
        foreach (var layer in run.Layers)
        {
            var its = LayersOf(layer, run, layers);
            string[] fields = [.. new (string Name, bool IsGiven)[]
                {
                    ("macro", layer.Macro is not null), ("adc", layer.Adc is not null), ("weightBits", layer.WeightBits is not null),
                    ("activationBits", layer.ActivationBits is not null),
                }.Where(field => field.IsGiven).Select(field => field.Name)];
            if (its.Count == 0)
                yield return $"The override of layers \"{layer.Layers}\" has no effect: earlier patterns take every layer that it names.";
            else if (fields.Length > 0 && its.All(note => !note.OnMacro))
                yield return $"The {string.Join(", ", fields)} of layers \"{layer.Layers}\" has no effect: "
                    + $"every layer that it names is digital, e.g. '{its[0].Name}' ({its[0].Reason}).";
        }
    }

    /// <summary>Returns the formats of the inputs and weights of the layers on the macro.</summary>
    private static string Operands(IReadOnlyList<LayerNote> layers) =>
        layers.Where(note => note.OnMacro).Select(note => $"{note.Input} x {note.Weight}").Distinct().ToList() is { Count: > 0 } formats
            ? string.Join(", ", formats) : "none on the macro";

    /// <summary>Whether a later pattern would keep one of its layers digital.</summary>
    private static bool Exempts(LayerOverride layer, RunSpec run, IReadOnlyList<LayerNote> layers) =>
        LayersOf(layer, run, layers).Any(note =>
        note.OnMacro && run.Layers.SkipWhile(each => each != layer)
            .Any(later => later.Digital == true && NameGlob.Matches(later.Layers, note.Name)));

    private static string WhyDigital(LayerOverride layer, RunSpec run, IReadOnlyList<LayerNote> layers) =>
        LayersOf(layer, run, layers).FirstOrDefault(note => !note.OnMacro) is { } digital
            ? $" (layer '{digital.Name}' stays digital: {digital.Reason})" : "";

    /// <summary>Returns the layers that an override applies to.</summary>
    private static List<LayerNote> LayersOf(LayerOverride layer, RunSpec run, IReadOnlyList<LayerNote> layers) =>
        [.. layers.Where(note => run.OverrideOf(note.Name) == layer)];
}
