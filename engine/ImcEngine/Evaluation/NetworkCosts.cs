using ImcEngine.Cost;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation;

/// <summary>The cost of a network's layers, each on the macro and with the ADC that a run specification gives it.</summary>
internal static class NetworkCosts
{
    /// <summary>Returns the cost with bounds of what rows are driven and what they sum.</summary>
    /// <exception cref="ImcException">A measured table cannot be read, or an ADC cannot be made for a layer.</exception>
    public static NetworkCost Bound(MappingReport mapping, RunSpec run) =>
        new([.. mapping.Layers.Select(layer => layer.Map).OfType<LayerMap>().Select(map => Create(map, run, null, []))]);

    /// <summary>Returns the cost with what images made of the layers (<see cref="DrivenProductsMeasurement"/>).</summary>
    /// <param name="measured">One for each layer on the macro; null: bounds.</param>
    /// <inheritdoc cref="Bound"/>
    public static NetworkCost Of(MappedNetwork mapped, RunSpec run, IReadOnlyList<DrivenProducts>? measured) =>
        new([.. mapped.Layers.Select((layer, i) => Create(layer.Map, run, measured?[i], layer.WeightCodes))]);

    private static LayerCost Create(LayerMap map, RunSpec run, DrivenProducts? measured, ReadOnlySpan<short> weights) =>
        new(map, run.MacroOf(map.Layer), measured, weights);
}
