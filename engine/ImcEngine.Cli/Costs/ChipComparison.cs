using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Cost;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Costs;

/// <summary>What a publication measured of the chip that a preset is after, beside what the models give for it. It does not depend on the
/// network.</summary>
internal static class ChipComparison
{
    public static IEnumerable<string> Lines(MacroSpec macro)
    {
        if (PublishedChip.Of(PresetChanges.PresetOf(macro)) is not { } chip) yield break;
        string measured = $"{chip.Source}: measured {CostFigure.Number(chip.ColumnFemtojoules)} fJ a column and cycle";
        if (chip.NotModelled is { } why)
        {
            yield return $"{measured}; not modelled: {why}.";
            yield break;
        }
        foreach (var (how, process) in Processes(chip))
            yield return $"{measured}, models {CostFigure.Number(chip.ModelledFemtojoules(process))} fJ {how}: model / measured "
                + $"{Ratio(chip.ModelledFemtojoules(process)!.Value / chip.ColumnFemtojoules)}.";
        if (AdcArea(chip) is var (adcs, area))
            yield return $"{chip.Source}: measured {CostFigure.Number(area)} mm^2, its ADCs alone by ADC A {CostFigure.Number(adcs)} mm^2: "
                + $"model / measured {Ratio(adcs / area)}.";
        if (AdcDelay(chip) is var (delay, cycle))
            yield return $"{chip.Source}: measured {CostFigure.Number(cycle)} ns a cycle, its ADC by ADC A {CostFigure.Number(delay)} ns: "
                + $"model / measured {Ratio(delay / cycle)}.";
    }

    public static JsonObject? ToJson(MacroSpec macro)
    {
        if (PublishedChip.Of(PresetChanges.PresetOf(macro)) is not { } chip) return null;
        var json = new JsonObject
        {
            ["source"] = chip.Source,
            ["measuredColumnFemtojoules"] = chip.ColumnFemtojoules,
            ["notModelled"] = chip.NotModelled,
        };
        if (chip.NotModelled is not null) return json;
        json["energies"] = new JsonArray([.. Processes(chip).Select(each => new JsonObject
        {
            ["models"] = $"{SmallAdc.Instance.Model.Name}, {ColumnLogic.Array.Name}",
            ["array"] = each.How,
            ["columnFemtojoules"] = chip.ModelledFemtojoules(each.Process),
            ["modelOverMeasured"] = chip.ModelledFemtojoules(each.Process) / chip.ColumnFemtojoules,
        })]);
        if (AdcArea(chip) is var (adcs, area))
            json["area"] = new JsonObject { ["measuredSquareMillimetres"] = area, ["adcsSquareMillimetres"] = adcs };
        if (AdcDelay(chip) is var (delay, cycle))
            json["cycle"] = new JsonObject { ["measuredNanoseconds"] = cycle, ["adcNanoseconds"] = delay };
        return json;
    }

    /// <summary>The array with the capacitances of 28 nm, and with those scaled to the node of the chip.</summary>
    private static IEnumerable<(string How, Process Process)> Processes(PublishedChip chip) =>
    [
        ("with an array of 28 nm", chip.Process with { NodeNanometres = Process.ModelledNodeNanometres }),
        (string.Create(CultureInfo.InvariantCulture, $"with an array scaled to {chip.Process.NodeNanometres} nm"), chip.Process),
    ];

    private static (double Adcs, double Chip)? AdcArea(PublishedChip chip) =>
        chip is { AdcBits: { } bits, SquareMillimetres: { } area }
            && SmallAdc.Instance.AreaSquareMicrometres(bits, chip.Process, conversionsPerSecond: 0) is { } adc
            ? (chip.Columns * adc / 1e6, area) : null;

    private static (double Adc, double Cycle)? AdcDelay(PublishedChip chip) =>
        chip is { AdcBits: { } bits, CycleNanoseconds: { } cycle }
            ? (SmallAdc.DelayNanoseconds(bits, chip.Rows, chip.Process), cycle) : null;

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);
}
