using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>The ADCs of a layer's row groups where they differ (ARITHMETIC §15): a reference that follows the rows, or a calibrated range
/// for each row group.</summary>
/// <param name="kinds">The row groups that are converted alike.</param>
internal sealed class RowGroupAdcListing(IReadOnlyList<RowGroupAdcListing.Kind> kinds)
{
    private readonly IReadOnlyList<Kind> _kinds = kinds;

    /// <summary>The columns of a table for <see cref="Kind.Texts"/>.</summary>
    public static TextTable.Column[] Columns { get; } =
        [TextTable.Number("gain"), TextTable.Number("LSB, counts"), TextTable.Number("range, counts"), TextTable.Number("sums, counts")];

    /// <summary>Row groups that are converted alike.</summary>
    /// <param name="RowGroups">The row groups, ascending.</param>
    /// <param name="Rows">The rows of each.</param>
    /// <param name="Gain">The factor of edges, levels and LSB.</param>
    /// <param name="Adc">The ADC; null where its range is calibrated.</param>
    /// <param name="Sums">The least and the greatest sum of so many rows.</param>
    internal sealed record Kind(int[] RowGroups, int Rows, double Gain, AdcTransfer? Adc, CountRange Sums)
    {
        /// <summary>A line under <see cref="Columns"/>.</summary>
        public string[] Texts => [Figure(Gain), Adc is null ? Calibrated : Figure(Adc.LsbCounts),
            Adc is null ? Calibrated : Range(Adc.LevelCounts[0], Adc.LevelCounts[^1]), Range(Sums.LowCounts, Sums.HighCounts)];

        private string Calibrated => Gain == 1 ? "calibrated" : $"calibrated * {Figure(Gain)}";

        public JsonObject ToJson() => new()
        {
            ["rowGroups"] = new JsonArray([.. RowGroups.Select(group => (JsonNode)group)]),
            ["rows"] = Rows, ["gain"] = Gain, ["lsbCounts"] = Adc?.LsbCounts,
            ["rangeCounts"] = Adc is null ? null : new JsonArray(Adc.LevelCounts[0], Adc.LevelCounts[^1]),
            ["sumsCounts"] = new JsonArray(Sums.LowCounts, Sums.HighCounts),
        };

        private static string Range(double low, double high) => $"{Figure(low)} .. {Figure(high)}";

        private static string Figure(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the ADCs of a layer's row groups; null where one ADC converts all of them alike.</summary>
    public static RowGroupAdcListing? TryCreate(LayerMapping layer, RunSpec run)
    {
        if (layer.Map is not { } map) return null;
        var spec = run.MacroOf(layer.Name).Adc;
        bool hasOwnRanges = spec.IsCalibrated && run.Calibration.Per == CalibrationScope.RowGroup;
        if (spec.Gain == AdcGain.Fixed && !hasOwnRanges) return null;
        var full = spec.IsCalibrated ? null : AdcFactory.Create(spec, map.Rows, map.Products, map.Geometry.IsLinear);
        var alike = hasOwnRanges ? Enumerable.Range(0, map.Groups.Length).Select(group => (int[])[group])
            : RowGroupAdcs.ConvertedAlike(spec.Gain, map);
        return new([.. alike.Select(groups => Of(groups, map, spec.Gain, full))]);
    }

    private static Kind Of(int[] groups, LayerMap map, AdcGain gain, AdcTransfer? full)
    {
        int rows = map.Groups[groups[0]].Rows;
        double factor = gain == AdcGain.DrivenRows ? (double)rows / map.Rows : 1;
        return new(groups, rows, factor, full?.Times(factor), PartialSums.FullRange(rows, map.Products));
    }

    /// <summary>Returns the ADC of a row group.</summary>
    public Kind Of(int rowGroup) => _kinds.First(kind => kind.RowGroups.Contains(rowGroup));

    /// <summary>Prints the ADCs of all layers where they differ between row groups.</summary>
    public static void Write(Report report, MappingReport mapping, RunSpec run)
    {
        var table = new TextTable([TextTable.Name("layer"), TextTable.Text("row groups"), TextTable.Number("rows"), .. Columns]);
        bool isEmpty = true;
        foreach (var layer in mapping.Layers)
            foreach (var kind in TryCreate(layer, run)?._kinds ?? [])
            {
                table.Add([layer.Name, string.Join(", ", kind.RowGroups), $"{kind.Rows}", .. kind.Texts]);
                isEmpty = false;
            }
        if (isEmpty) return;
        report.Line();
        report.Line("Row groups with ADCs of their own; gain = rows / macro.rows with macro.adc.gain 'drivenRows', "
            + "a range for each row group with calibration.per 'rowGroup':");
        report.Write(table);
    }

    public JsonArray ToJson() => [.. _kinds.Select(kind => (JsonNode)kind.ToJson())];
}
