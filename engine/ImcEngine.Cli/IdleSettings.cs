using System.CommandLine;
using System.CommandLine.Parsing;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>
/// Settings that cannot act. What asks of a network that is quantized already to be another one is refused;
/// all else that has no effect is named in a line.
/// </summary>
internal static class IdleSettings
{
    /// <summary>Of a network that is quantized already: it keeps its own codes, so nothing may ask for others.</summary>
    /// <param name="model">File, for the message.</param>
    /// <param name="layers">Of the imported network.</param>
    /// <exception cref="SpecException">The specification asks for codes, or for the macro where a layer has none.</exception>
    public static void RequireNone(string model, RunSpec run, IReadOnlyList<LayerNote> layers)
    {
        string keeps = $"'{Path.GetFileName(model)}' is quantized already and keeps its own codes ({Operands(layers)})";
        if (run.QuantizationStatement == Statement.Set || run.Quantization != new QuantizationSpec())
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

    /// <summary>Parts of a specification that have no effect on a network.</summary>
    public static IEnumerable<string> OfNetwork(RunSpec run, IReadOnlyList<LayerNote> layers, bool isQuantizedAlready)
    {
        if (isQuantizedAlready && run.QuantizationStatement == Statement.InFile)
            yield return "The specification's quantization has no effect: the network is quantized already "
                + $"and keeps its own codes ({Operands(layers)}).";
        foreach (var layer in run.Layers)
        {
            var its = LayersOf(layer, run, layers);
            string[] fields = [.. new (string Name, bool IsGiven)[]
                {
                    ("adc", layer.Adc is not null), ("weightBits", layer.WeightBits is not null),
                    ("activationBits", layer.ActivationBits is not null),
                }.Where(field => field.IsGiven).Select(field => field.Name)];
            if (its.Count == 0)
                yield return $"The override of layers \"{layer.Layers}\" has no effect: patterns before it take every layer that it names.";
            else if (fields.Length > 0 && its.All(note => !note.OnMacro))
                yield return $"The {string.Join(", ", fields)} of layers \"{layer.Layers}\" has no effect: "
                    + $"every layer that it names is digital, e.g. '{its[0].Name}' ({its[0].Reason}).";
        }
    }

    /// <summary>Options that have no effect on any of the runs.</summary>
    /// <param name="dies">How many run.</param>
    /// <param name="hasRanges">Whether any ADC's range is calibrated.</param>
    /// <param name="quantizes">Whether a float network is quantized on the calibration images.</param>
    public static IEnumerable<string> OfOptions(ParseResult parse, IReadOnlyList<RunSpec> runs, int dies, bool hasRanges, bool quantizes)
    {
        var given = parse.CommandResult.Children.OfType<OptionResult>().Where(option => !option.Implicit)
            .Select(option => option.Option.Name).ToHashSet();
        if (given.Contains("--die") && OfDie("--die", runs) is { } die) yield return die;
        if (given.Contains("--seed") && OfSeed("--seed", runs) is { } seed) yield return seed;
        if (given.Contains("--yield-above") && dies == 1)
            yield return "--yield-above judges one die, which says little of others: give --dies.";
        if (given.Contains("--calibration-file") && !hasRanges)
            yield return "--calibration-file has no effect: no ADC has a calibrated range.";
        bool isIdle = !quantizes && (!hasRanges || given.Contains("--calibration-file"));
        if (isIdle && given.Contains("--calibration"))
            yield return "--calibration calibrates nothing here: it only leaves its images out of the evaluation.";
        if (isIdle && given.Contains("--calibration-data"))
            yield return "--calibration-data calibrates nothing here: no range is looked for and the network is quantized already.";
    }

    /// <param name="name">Of what chooses the die.</param>
    /// <param name="runs">Those that it is chosen for.</param>
    /// <returns>Null where it acts on one of them.</returns>
    public static string? OfDie(string name, IEnumerable<RunSpec> runs) =>
        runs.Any(run => run.Macro.Die.HasStaticErrors) ? null : $"{name} has no effect: nothing static is on, so all dies are equal.";

    /// <summary>As <see cref="OfDie"/>, of the seed of temporal noise.</summary>
    public static string? OfSeed(string name, IEnumerable<RunSpec> runs) =>
        runs.Any(run => run.HasTemporalNoise) ? null : $"{name} has no effect: no noise is on.";

    /// <summary>Inputs and weights of the layers on the macro.</summary>
    private static string Operands(IReadOnlyList<LayerNote> layers) =>
        layers.Where(note => note.OnMacro).Select(note => $"{note.Input} x {note.Weight}").Distinct().ToList() is { Count: > 0 } formats
            ? string.Join(", ", formats) : "none on the macro";

    /// <summary>A later pattern would keep one of its layers digital.</summary>
    private static bool Exempts(LayerOverride layer, RunSpec run, IReadOnlyList<LayerNote> layers) =>
        LayersOf(layer, run, layers).Any(note =>
        note.OnMacro && run.Layers.SkipWhile(each => each != layer)
            .Any(later => later.Digital == true && NameGlob.Matches(later.Layers, note.Name)));

    private static string WhyDigital(LayerOverride layer, RunSpec run, IReadOnlyList<LayerNote> layers) =>
        LayersOf(layer, run, layers).FirstOrDefault(note => !note.OnMacro) is { } digital
            ? $" (layer '{digital.Name}' stays digital: {digital.Reason})" : "";

    /// <summary>The layers that an override decides about.</summary>
    private static List<LayerNote> LayersOf(LayerOverride layer, RunSpec run, IReadOnlyList<LayerNote> layers) =>
        [.. layers.Where(note => run.OverrideOf(note.Name) == layer)];
}
