using System.Text.Json.Nodes;
using ImcEngine.Cost;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Costs;

/// <summary>The cost of every network that ships, and is on this machine, on every preset that forms its products.</summary>
internal sealed class ShippedCosts
{
    private readonly List<(ShippedNetwork Network, string Preset, NetworkCost Cost)> _costs = [];
    private readonly List<string> _missing = [];

    /// <param name="find">Returns the path of a network; null where it is not on this machine.</param>
    public ShippedCosts(Func<ShippedNetwork, string?> find)
    {
        foreach (var network in ShippedNetworks.All)
        {
            if (find(network) is not { } file)
            {
                _missing.Add(network.File);
                continue;
            }
            foreach (string preset in MacroPresets.Names)
            {
                var run = RunSpecJson.Default with { Macro = MacroPresets.Get(preset) };
                if (network.Fits(run.Macro)) _costs.Add((network, preset, CostCommand.Bound(file, new(), run).Cost));
            }
        }
    }

    public void Write(Report report)
    {
        report.Line("Cost of one image. Conversions and arrays are exact; energies by ADC model A and B are bounds, with the most rows "
            + "driven that");
        report.Line("can be. 'imc cost MODEL --macro PRESET' has each line in full, with formulas, sources and validity.");
        report.Line();
        var table = new TextTable(TextTable.Text("network"), TextTable.Text("preset"), TextTable.Number("conversions"),
            TextTable.Number("arrays"), TextTable.Number("A, nJ"), TextTable.Number("B, nJ"), TextTable.Number("fJ a MAC"),
            TextTable.Number("us"));
        foreach (var (network, preset, cost) in _costs)
            table.Add(Path.GetFileNameWithoutExtension(network.File), preset, CostFigure.Whole(cost.Conversions),
                CostFigure.Whole(cost.Layers.Sum(layer => layer.Counts.Arrays)), Energy(preset, cost, 0), Energy(preset, cost, 1),
                IsModelled(preset) ? CostFigure.BandAMac(cost) : "", CostFigure.Number(cost.Nanoseconds / 1000));
        report.Write(table);
        foreach (string missing in _missing) report.Line($"weights/{missing} is not on this machine: left out.");
        report.Line();
        foreach (var ofPreset in _costs.GroupBy(each => each.Preset, each => each.Cost))
            report.Line($"{ofPreset.Key}: {TechnologyText(ofPreset.First())}");
        report.Line();
        foreach (string preset in _costs.Select(each => each.Preset).Distinct())
            foreach (string line in ChipComparison.Lines(MacroPresets.Get(preset))) report.Line($"{preset}: {line}");
    }

    public JsonObject ToJson()
    {
        var json = JsonOutput.NewDocument();
        json["costs"] = new JsonArray([.. _costs.Select(each => new JsonObject
        {
            ["network"] = each.Network.File, ["preset"] = each.Preset, ["totals"] = CostJson.Totals(each.Cost),
        })]);
        json["missing"] = new JsonArray([.. _missing.Select(missing => (JsonNode)missing)]);
        return json;
    }

    private static bool IsModelled(string preset) => PublishedChip.Of(preset)?.NotModelled is null;

    private static string Energy(string preset, NetworkCost cost, int adcModel) => !IsModelled(preset) ? "not modelled"
        : cost.AdcModels == 0 ? CostFigure.NoAdc : CostFigure.Number(cost.Nanojoules(adcModel));

    private static string TechnologyText(NetworkCost cost)
    {
        var technology = cost.Layers[0].Technology;
        string[] outside = [.. CostFigure.Outside([cost])];
        return FormattableString.Invariant($"{technology.Process.NodeNanometres} nm ({technology.NodeOrigin}), ")
            + FormattableString.Invariant($"{technology.Process.SupplyVolts} V ({technology.SupplyOrigin})")
            + (technology.Process.ScalingNote is { } scaled ? $"; {scaled}" : "")
            + (outside.Length == 0 ? "." : $". Outside of the models: {string.Join("; ", outside)}.");
    }
}
