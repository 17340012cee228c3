using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Optimization;

/// <summary>A candidate as its user wrote it.</summary>
/// <param name="Number">Its number among the candidates.</param>
/// <param name="Set">The fields that it sets.</param>
/// <param name="Run">Its run specification; paths are as in the file.</param>
internal sealed record Setting(int Number, IReadOnlyList<StudyAssignment> Set, RunSpec Run)
{
    private const string BitsPath = "macro.adc.bits";

    /// <summary>The bits of the ADC of each layer on the macro, where they differ; else null.</summary>
    public IReadOnlyList<int>? LayerBits { get; init; }

    /// <summary>The setting in short: each field by the last part of its path, where that tells the fields apart.</summary>
    public string Label
    {
        get
        {
            bool areShort = Set.Select(set => LastPart(set.Path)).Distinct().Count() == Set.Count;
            var words = (LayerBits is null ? Set : Set.Where(set => set.Path != BitsPath))
                .Select(set => $"{(areShort ? LastPart(set.Path) : set.Path)}={set.Json.Trim('"')}");
            return string.Join(' ', LayerBits is null ? words : words.Append($"layer bits #{Number}"));
        }
    }

    public JsonObject SetToJson() => new([.. Set.Select(set => KeyValuePair.Create(set.Path, JsonNode.Parse(set.Json)))]);

    private static string LastPart(string path) => path[(path.LastIndexOf('.') + 1)..];

    /// <summary>Returns this setting with ADCs of other bits.</summary>
    /// <param name="layers">The names of the layers on the macro.</param>
    public Setting With(int number, IReadOnlyList<string> layers, IReadOnlyList<int> bits) => this with
    {
        Number = number,
        LayerBits = bits,
        Run = Run with { Layers = [.. layers.Select((name, i) => Override(name, bits[i])), .. Run.Layers] },
    };

    /// <summary>Returns the setting in which only one layer has converters, on the ideal die.</summary>
    public RunSpec WithConvertersOf(string layer, int bits)
    {
        var exact = Run.WithExactSums();
        var own = Override(layer, bits);
        return exact with
        {
            Layers = [own with { Macro = Run.MacroOf(layer) with { Die = new() }, Adc = own.Adc }, .. exact.Layers],
        };
    }

    /// <summary>The first override of a layer wins, so this one takes over what an earlier one states.</summary>
    private LayerOverride Override(string layer, int bits) =>
        (Run.OverrideOf(layer) ?? new(layer)) with { Layers = layer, Adc = Run.MacroOf(layer).Adc with { Bits = bits } };
}
