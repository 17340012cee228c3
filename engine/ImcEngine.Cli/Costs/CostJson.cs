using System.Text.Json.Nodes;
using ImcEngine.Cost;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Costs;

/// <summary>The cost of a network as JSON.</summary>
internal static class CostJson
{
    public static JsonObject Document(CostedNetwork costed)
    {
        var (json, cost) = (JsonOutput.NewDocument(), costed.Cost);
        json["model"] = costed.Model.DeepClone();
        json["run"] = RunOutput.ToJson(costed.Run, costed.IsQuantizedAlready);
        json["measuredOn"] = costed.MeasuredOn;
        json["layers"] = new JsonArray([.. cost.Layers.Select(Layer)]);
        json["totals"] = Totals(cost);
        json["chips"] = new JsonArray([.. cost.Layers.Select(layer => layer.Macro).DistinctBy(PresetChanges.PresetOf)
            .Select(ChipComparison.ToJson).OfType<JsonObject>()]);
        json["models"] = new JsonArray([.. CostModels.Used(cost).Select(Model)]);
        return json;
    }

    /// <summary>Returns the figures of a whole network for one image.</summary>
    public static JsonObject Totals(NetworkCost cost)
    {
        var json = new JsonObject
        {
            ["multiplyAccumulates"] = cost.MultiplyAccumulates,
            ["conversions"] = cost.Conversions,
            ["drivenRows"] = cost.Layers.Sum(layer => layer.DrivenRows),
            ["isBound"] = cost.IsBound,
            ["measuredImages"] = cost.MeasuredImages,
            ["cycles"] = cost.Cycles,
            ["nanoseconds"] = cost.Nanoseconds,
        };
        json["energies"] = new JsonArray([.. Enumerable.Range(0, Math.Max(1, cost.AdcModels)).Select(i => Energy(cost, i))]);
        if (cost.BandNanojoules is var (least, most)) json["bandNanojoules"] = new JsonArray(least, most);
        return json;
    }

    private static JsonObject Energy(NetworkCost cost, int adcModel)
    {
        var nanojoules = cost.Nanojoules(adcModel);
        return new()
        {
            ["adcModel"] = cost.Layers.FirstOrDefault(layer => layer.Adcs.Count > 0)?.Adcs[adcModel].Model.Name,
            ["nanojoules"] = nanojoules,
            ["femtojoulesPerMultiplyAccumulate"] = Finite(nanojoules, cost.FemtojoulesPerMultiplyAccumulate),
            ["teraOperationsPerJoule"] = Finite(nanojoules, cost.TeraOperationsPerJoule),
            ["squareMillimetres"] = cost.SquareMillimetres(adcModel),
        };
    }

    /// <summary>Returns null where there is no energy, or no multiply-accumulate.</summary>
    private static JsonNode? Finite(double? nanojoules, Func<double, double> of) =>
        nanojoules is { } given ? ComparisonReport.Finite(of(given)) : null;

    private static JsonObject Layer(LayerCost layer)
    {
        var (counts, technology) = (layer.Counts, layer.Technology);
        return new()
        {
            ["name"] = layer.Map.Layer,
            ["input"] = layer.Map.InputFormat.ToString(),
            ["weight"] = layer.Map.GivenWeightFormat.ToString(),
            ["isBound"] = layer.IsBound,
            ["counts"] = new JsonObject
            {
                ["multiplyAccumulates"] = counts.MultiplyAccumulates,
                ["conversions"] = counts.Conversions,
                ["drivenRows"] = layer.DrivenRows,
                ["drivenRowsBound"] = counts.DrivenRowsBound,
                ["cellAccesses"] = layer.CellAccesses,
                ["columnActivations"] = counts.ColumnActivations,
                ["meanDrivenRows"] = layer.MeanDrivenRows,
                ["meanSquaredSum"] = layer.MeanSquaredSum,
                ["additions"] = counts.Additions,
                ["digitalPairAdditions"] = counts.DigitalPairAdditions,
                ["registerWrites"] = counts.RegisterWrites,
                ["accumulatorBits"] = counts.AccumulatorBits,
                ["arrays"] = counts.Arrays,
                ["cellsUsed"] = counts.CellsUsed,
                ["utilizationRelative"] = counts.UtilizationRelative,
                ["inputBitsRead"] = counts.InputBitsRead,
                ["outputBitsWritten"] = counts.OutputBitsWritten,
                ["cycles"] = layer.Cycles,
                ["conversionsInTurn"] = counts.ConversionsInTurn,
                ["adcs"] = layer.AdcBits is null ? 0 : (long)counts.AdcsOfArray * counts.Arrays,
            },
            ["technology"] = new JsonObject
            {
                ["nodeNanometres"] = technology.Process.NodeNanometres,
                ["nodeIs"] = technology.NodeOrigin,
                ["supplyVolts"] = technology.Process.SupplyVolts,
                ["supplyIs"] = technology.SupplyOrigin,
                ["unitCapacitanceFemtofarads"] = technology.UnitFemtofarads,
                ["arrayEnergy"] = technology.SharesCharge ? SpecWords.WordFor(technology.ArrayEnergy) : null,
                ["scaled"] = technology.Process.ScalingNote,
            },
            ["adcBits"] = layer.AdcBits,
            ["adcs"] = new JsonArray([.. layer.Adcs.Select(adc => new JsonObject
            {
                ["model"] = adc.Model.Name,
                ["conversionFemtojoules"] = adc.ConversionFemtojoules,
                ["layerPicojoules"] = layer.TotalFemtojoules(adc) / 1000,
                ["adcSquareMicrometres"] = adc.SquareMicrometres,
                ["outside"] = adc.Outside,
            })]),
            ["arrayModel"] = layer.ArrayModel.Name,
            ["arrayPicojoules"] = layer.ArrayFemtojoules / 1000,
            ["driverPicojoules"] = layer.DriverFemtojoules / 1000,
            ["shiftAddPicojoules"] = layer.ShiftAddFemtojoules / 1000,
            ["bufferPicojoules"] = layer.BufferFemtojoules / 1000,
            ["cycleNanoseconds"] = layer.CycleNanoseconds,
            ["modelledCycleNanoseconds"] = layer.ModelledCycleNanoseconds,
            ["nanoseconds"] = layer.Nanoseconds,
            ["cellsSquareMicrometres"] = layer.CellsSquareMicrometres,
            ["shiftAddSquareMicrometres"] = layer.ShiftAddSquareMicrometres,
        };
    }

    private static JsonObject Model(CostModel model) => new()
    {
        ["name"] = model.Name, ["formula"] = model.Formula, ["source"] = model.Source, ["validity"] = model.Validity,
    };
}
