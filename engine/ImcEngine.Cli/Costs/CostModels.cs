using ImcEngine.Cost;

namespace ImcEngine.Cli.Costs;

/// <summary>The models that the numbers of a network are of.</summary>
internal static class CostModels
{
    public static IEnumerable<CostModel> Used(NetworkCost cost)
    {
        var layers = cost.Layers;
        return layers.SelectMany(layer => layer.Adcs.Select(adc => adc.Model))
            .Concat(layers.Select(layer => layer.ArrayModel))
            .Concat(layers.Any(layer => layer.DriverFemtojoules > 0 && layer.Technology.Stated.EnergyFemtojoules.DrivenRow is null)
                ? [ColumnLogic.Dac] : [])
            .Append(ColumnLogic.Digital).Append(ColumnLogic.Cycle)
            .Concat(layers.Any(layer => layer.Technology.UnitFemtofarads is not null) ? [ChargeSharing.ThermalNoise, ChargeSharing.Mismatch]
                : []).Distinct();
    }
}
