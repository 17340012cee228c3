using ImcEngine.Macro;

namespace ImcEngine.Mapping;

/// <summary>
/// Whether a layer's measured tables hold every sum that the layer can make (ARITHMETIC §5).
/// What a table does not hold is not known: no code follows from it.
/// </summary>
internal static class TableSums
{
    /// <summary>Of the partial sums of the layer's row groups at every border of the image, padding included.</summary>
    /// <param name="sums">All that the layer can produce, ascending.</param>
    /// <exception cref="ImcException">A sum lies beyond the table, and <see cref="AdcSpec.BeyondTable"/> does not allow it.</exception>
    public static void Require(string layerName, IReadOnlyList<int> sums, AdcSpec spec, MeasuredTable table)
    {
        if (spec.BeyondTable == BeyondTable.Clamp) return;
        table.RequireSums(sums[0], sums[^1], $"Layer '{layerName}' makes partial sums of",
            "lower macro.rows, or set adc.beyondTable to 'clamp': conversions beyond then take the table's end lines, "
            + "and the result says how many did");
    }

    /// <summary>
    /// Of the digital sums that the second stage gets: over the kernel positions of a chunk,
    /// each position adding a level that its partial sums can give.
    /// A position in the padding converts the sum 0.
    /// </summary>
    /// <param name="adc">For its levels.</param>
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
            int[] sums = PartialSums.Producible([drivenRows], map.Product, layer.InputMayBeUndriven);
            long[] levels = [.. table.PossibleCodes(sums).Select(code => adc.LevelUnits[code])];
            return (levels.Min(), levels.Max());
        }
    }
}
