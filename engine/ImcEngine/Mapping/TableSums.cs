using ImcEngine.Macro;

namespace ImcEngine.Mapping;

/// <summary>
/// Checks that a layer's measured tables hold every sum that the layer can produce (ARITHMETIC §5). A table says nothing about other sums.
/// </summary>
internal static class TableSums
{
    /// <summary>Checks the partial sums of all row groups, including those at the borders of the image.</summary>
    /// <param name="sums">All partial sums that the layer can produce, ascending.</param>
    /// <exception cref="ImcException">A sum lies beyond the table, and <see cref="AdcSpec.BeyondTable"/> does not allow it.</exception>
    public static void Require(string layerName, IReadOnlyList<int> sums, AdcSpec spec, MeasuredTable table)
    {
        if (spec.BeyondTable == BeyondTable.Clamp) return;
        table.RequireSums(sums[0], sums[^1], $"Layer '{layerName}' makes partial sums of",
            "lower macro.rows, or set adc.beyondTable to 'clamp': conversions beyond then take the table's end lines, "
            + "and the result says how many did");
    }

    /// <summary>
    /// Checks the digital sums that the second stage receives. Each is the sum, over the kernel positions of a chunk, of a level that the
    /// position's partial sums can give. A position in the padding converts the sum 0.
    /// </summary>
    /// <param name="adc">The ADC whose levels are summed.</param>
    /// <exception cref="ImcException">A sum lies beyond the second table.</exception>
    public static void RequireSecond(string layerName, MappedLayer layer, MeasuredTable table, AdcTransfer adc, SecondStage second)
    {
        var map = layer.Map;
        int chunks = map.Geometry.IsLinear ? map.Groups.Length : map.Groups.Length / map.Geometry.Taps;
        var ranges = new Dictionary<int, (long Least, long Most)>();
        for (int border = 0; border < layer.Borders.Count; border++)
        {
            var ofChunks = new (long Least, long Most)[chunks];
            for (int group = 0; group < map.Groups.Length; group++)
            {
                int driven = layer.Borders.DrivenRows(border, map.Groups[group], map.Geometry.GroupInputChannels);
                if (!ranges.TryGetValue(driven, out var range)) ranges[driven] = range = LevelsOf(driven);
                var (least, most) = ofChunks[group % chunks];
                ofChunks[group % chunks] = (least + range.Least, most + range.Most);
            }
            foreach (var (least, most) in ofChunks) second.RequireSums(least, most, layerName);
        }

        (long Least, long Most) LevelsOf(int drivenRows)
        {
            int[] sums = PartialSums.Producible([drivenRows], map.Products, layer.InputMayBeUndriven);
            long[] levels = [.. table.PossibleCodes(sums).Select(code => adc.LevelUnits[code])];
            return (levels.Min(), levels.Max());
        }
    }
}
