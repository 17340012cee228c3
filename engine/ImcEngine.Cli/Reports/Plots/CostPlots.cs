using ImcEngine.Cost;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>Plots of what layers cost.</summary>
internal static class CostPlots
{
    private const double FemtojoulesPerNanojoule = 1e6;

    /// <summary>Returns the energies of layers with one ADC model. Where the model has no energy, the ADC is left out.</summary>
    public static Figure Energies(string name, NetworkCost cost, int adcModel)
    {
        string? model = cost.Layers.FirstOrDefault(layer => layer.Adcs.Count > adcModel)?.Adcs[adcModel].Model.Name;
        var parts = new List<(string, IReadOnlyList<double>)>();
        void Add(string label, Func<LayerCost, double?> femtojoules)
        {
            double[] numbers = [.. cost.Layers.Select(layer => (femtojoules(layer) ?? 0) / FemtojoulesPerNanojoule)];
            if (numbers.Any(number => number > 0)) parts.Add((label, numbers));
        }

        Add(model ?? "", layer => layer.Adcs.Count > adcModel
            ? layer.Adcs[adcModel].ConversionFemtojoules * layer.Counts.Conversions : null);
        Add("array", layer => layer.ArrayFemtojoules);
        Add("drivers", layer => layer.DriverFemtojoules);
        Add("shift-and-add", layer => layer.ShiftAddFemtojoules);
        Add("buffers", layer => layer.BufferFemtojoules);
        return LayerPlots.Bars(name, $"Energy of every layer{(model is null ? "" : $" with {model}")}",
            cost.IsBound ? "For one image; the array at most, with every row driven that can be."
                : $"For one image, with products driven as on {cost.MeasuredImages} images.",
            "Energy (nJ)", [.. cost.Layers.Select(layer => layer.Map.Layer)], [.. parts]);
    }
}
