using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cost;

/// <summary>The ADC of a layer by one model.</summary>
/// <param name="Model">The model; that of a stated energy has no formula.</param>
/// <param name="ConversionFemtojoules">Energy of a conversion; null where the model has none.</param>
/// <param name="SquareMicrometres">Area of an ADC; null where the model has none.</param>
/// <param name="Outside">What lies outside the model's validity; null where nothing does.</param>
internal sealed record AdcCost(CostModel Model, double? ConversionFemtojoules, double? SquareMicrometres, string? Outside);

/// <summary>
/// The energy, time and area of one layer on the macro, for one image, by the models of this folder.
/// <code>
/// energy = conversions * ADC + array + drivers + shift-and-add + buffers
/// </code>
/// Digital layers, and what lies between layers, are not in it.
/// </summary>
internal sealed class LayerCost
{
    private static readonly CostModel StatedModel = new("stated", "", "macro.technology.energyFemtojoules", "as stated");

    private readonly DrivenProducts? _measured;

    /// <param name="map">The layer's mapping.</param>
    /// <param name="macro">The macro that this layer is on, with its ADC.</param>
    /// <param name="measured">The distribution of driven products; null: not measured, so that bounds stand in its place.</param>
    /// <param name="weights">The layer's weights; read only where products were measured.</param>
    /// <exception cref="ImcException">As <see cref="AdcResolution.BitsOf(AdcSpec, LayerMap)"/>.</exception>
    public LayerCost(LayerMap map, MacroSpec macro, DrivenProducts? measured, ReadOnlySpan<short> weights)
    {
        (Macro, _measured, Technology) = (macro, measured, new(macro));
        AdcBits = AdcResolution.BitsOf(macro.Adc, map);
        Counts = new(map, macro, AdcBits ?? AdcResolution.BitsOfSums(map));
        ModelledCycleNanoseconds = CycleOf(map);
        Adcs = AdcsOf();
        ArrayFemtojoules = ArrayEnergy(weights);
        DriverFemtojoules = DriverEnergy();
        ShiftAddFemtojoules = AdderEnergy() + RegisterEnergy();
        var own = Technology.Stated.EnergyFemtojoules;
        BufferFemtojoules = own.InputBit is null && own.OutputBit is null ? null
            : (own.InputBit ?? 0) * Counts.InputBitsRead + (own.OutputBit ?? 0) * Counts.OutputBitsWritten;
    }

    public LayerMap Map => Counts.Map;

    /// <summary>The macro that this layer is on.</summary>
    public MacroSpec Macro { get; }

    public LayerCounts Counts { get; }

    public AssumedTechnology Technology { get; }

    /// <summary>The bits of the ADC; null where the layer has none.</summary>
    public int? AdcBits { get; }

    /// <summary>The ADC by each model: first the one that is the default, then the one beside it. Empty where the layer has no
    /// ADC.</summary>
    public IReadOnlyList<AdcCost> Adcs { get; }

    /// <summary>Whether the numbers of driven rows and products are bounds, since they were not measured.</summary>
    public bool IsBound => _measured is null;

    /// <summary>The images on which driven rows and products were measured; 0 where they are bounds.</summary>
    public int MeasuredImages => _measured?.Images ?? 0;

    /// <summary>The rows that are driven for one image, in all arrays and activations; the bound where they were not measured.</summary>
    public double DrivenRows => _measured is null ? Counts.DrivenRowsBound
        : _measured.DrivenRows(Map) * Map.Votes * Counts.ArraysOfRow;

    /// <summary>The cells in driven rows, over all activations; the bound where they were not measured.</summary>
    public double CellAccesses => _measured is null ? Counts.CellAccessesBound
        : _measured.DrivenRows(Map) * Map.Votes * Map.GroupColumns;

    /// <summary>The mean of the driven rows of a conversion.</summary>
    public double MeanDrivenRows => CellAccesses / Counts.ColumnActivations;

    /// <summary>The mean of s^2 of a conversion; null where it was not measured.</summary>
    public double? MeanSquaredSum => _measured?.MeanSquaredSum(Map);

    /// <summary>Energy of the array's columns; the greatest possible where products were not measured.</summary>
    public double ArrayFemtojoules { get; }

    /// <summary>The model of <see cref="ArrayFemtojoules"/>.</summary>
    public CostModel ArrayModel => Technology.Stated.EnergyFemtojoules.CellAccess is not null ? StatedModel
        : Technology.SharesCharge ? ChargeSharing.ModelOf(Technology.ArrayEnergy) : ColumnLogic.Array;

    /// <summary>Energy of the drivers of rows: DACs, where digits have several bits.</summary>
    public double DriverFemtojoules { get; }

    public double ShiftAddFemtojoules { get; }

    /// <summary>Energy of buffers; null where none is stated, since no model has it.</summary>
    public double? BufferFemtojoules { get; }

    /// <summary>Everything but the ADCs.</summary>
    public double OtherFemtojoules => ArrayFemtojoules + DriverFemtojoules + ShiftAddFemtojoules + (BufferFemtojoules ?? 0);

    /// <summary>The time of a cycle by the model.</summary>
    public double ModelledCycleNanoseconds { get; }

    /// <summary>The time of a cycle: that of the stated clock, else that of the model.</summary>
    public double CycleNanoseconds => Technology.CyclesPerSecond is { } rate ? 1e9 / rate : ModelledCycleNanoseconds;

    public long Cycles => Counts.Cycles(Technology.Stated.ArraysAtOnce);

    public double Nanoseconds => Cycles * CycleNanoseconds;

    /// <summary>Area of all cells: the stated one of a cell, else that of the gate that forms its product.</summary>
    public double CellsSquareMicrometres => Map.CellsInArrays
        * (Technology.Stated.CellSquareMicrometres ?? ColumnLogic.NandSquareMicrometres * Technology.Process.AreaScale);

    /// <summary>Area of adder trees and accumulators: one of each for every output of an array.</summary>
    public double ShiftAddSquareMicrometres
    {
        get
        {
            double tree = ColumnLogic.TreeFullAdders(Counts.CodeBits, Map.WeightDigits.Count) * ColumnLogic.FullAdderSquareMicrometres;
            double accumulator = Counts.RegisterWrites == 0 ? 0
                : Counts.AccumulatorBits * (ColumnLogic.FullAdderSquareMicrometres + ColumnLogic.RegisterSquareMicrometres);
            return (double)Map.Arrays * (Map.PhysicalColumns / Map.WeightCells.Count) * (tree + accumulator) * Technology.Process.AreaScale;
        }
    }

    /// <summary>Returns the energy with one of <see cref="Adcs"/>, fJ; null where its model has none.</summary>
    public double? TotalFemtojoules(AdcCost adc) => adc.ConversionFemtojoules * Counts.Conversions + OtherFemtojoules;

    /// <summary>Returns the area with one of <see cref="Adcs"/>; null where its model has none.</summary>
    public double? TotalSquareMicrometres(AdcCost adc) =>
        adc.SquareMicrometres * Counts.AdcsOfArray * Map.Arrays + CellsSquareMicrometres + ShiftAddSquareMicrometres;

    private AdcCost[] AdcsOf()
    {
        if (AdcBits is not { } bits) return [];
        double rate = 1e9 / CycleNanoseconds;
        var process = Technology.Process;
        return [.. new AdcModel[] { SmallAdc.Instance, SurveyAdc.Instance }
            .Select(model => Technology.Stated.EnergyFemtojoules.Conversion is { } own
                ? new AdcCost(StatedModel with { Name = $"stated, area of {model.Model.Name}" }, own,
                    model.AreaSquareMicrometres(bits, process, rate), model.Outside(bits, process))
                : new(model.Model, model.EnergyFemtojoules(bits, process, rate), model.AreaSquareMicrometres(bits, process, rate),
                    model.Outside(bits, process)))];
    }

    private double CycleOf(LayerMap map)
    {
        var process = Technology.Process;
        int treeBits = map.WeightDigits.Count == 1 ? 0 : Counts.CodeBits + map.WeightFormat.Bits;
        return ColumnLogic.ProductNanoseconds(process)
            + (AdcBits is { } bits ? SmallAdc.DelayNanoseconds(bits, map.ArrayRows, process) : 0)
            + ColumnLogic.AdderNanoseconds(treeBits, process)
            + ColumnLogic.AdderNanoseconds(Counts.RegisterWrites == 0 ? 0 : Counts.AccumulatorBits, process);
    }

    private double ArrayEnergy(ReadOnlySpan<short> weights)
    {
        var process = Technology.Process;
        if (Technology.Stated.EnergyFemtojoules.CellAccess is { } own) return own * CellAccesses;
        if (!Technology.SharesCharge)
            return ColumnLogic.ProductsFemtojoules(CellAccesses, process)
                + ColumnLogic.BitlineFemtojoules(Map.ArrayRows, process) * Counts.ColumnActivations;
        double energy = 0;
        for (int weight = 0; weight < Map.WeightDigits.Count; weight++)
        {
            var column = ColumnOf(weight);
            int[] inputs = [.. Enumerable.Range(0, Map.InputDigits.Count).Where(input => !Map.IsDigital(input, weight))];
            if (_measured is null) energy += GreatestArrayEnergy(column) * inputs.Length;
            else
                foreach (int input in inputs)
                    energy += ChargeSharing.EnergyFemtojoules(Technology.ArrayEnergy,
                        _measured.Moments(Map, Macro, input, weight, weights), column, process.SupplyVolts);
        }
        return energy * Map.Votes;
    }

    /// <summary>Returns the greatest energy of one weight digit with one input digit, over all outputs, pixels and row groups.</summary>
    private double GreatestArrayEnergy(ColumnCharge column)
    {
        double energy = 0;
        foreach (var (rows, activations) in Counts.RowsOfActivations)
            energy += activations * ChargeSharing.GreatestFemtojoules(Technology.ArrayEnergy, (double)rows * column.Units, column,
                Technology.Process.SupplyVolts);
        return energy * Map.Geometry.GroupOutputChannels;
    }

    private ColumnCharge ColumnOf(int weightDigit) => new(Map.ArrayRows,
        Enumerable.Range(0, Map.WeightColumns.Count).Where(column => Map.WeightColumns.DigitOf(column) == weightDigit)
            .Sum(Map.WeightColumns.Units),
        Technology.UnitFemtofarads!.Value, Technology.ParasiticRelative, BitPlanes.CellProducts.IsSigned(Map.Product));

    private double DriverEnergy()
    {
        if (Technology.Stated.EnergyFemtojoules.DrivenRow is { } own) return own * DrivenRows;
        double energy = 0;
        for (int digit = 0; digit < Map.InputDigits.Count; digit++)
            energy += ColumnLogic.DacFemtojoules(Map.InputDigits[digit].Planes, Technology.Process)
                * (_measured?.DrivenRows(digit) ?? Counts.RowsInImage);
        return energy * Map.Votes * Counts.ArraysOfRow;
    }

    private double AdderEnergy()
    {
        if (Technology.Stated.EnergyFemtojoules.Addition is { } own) return own * (Counts.Additions + Counts.DigitalPairAdditions);
        double tree = ColumnLogic.TreeFullAdders(Counts.CodeBits, Map.WeightDigits.Count) * Counts.TreeAdditions;
        return ColumnLogic.AddersFemtojoules(tree + (double)Counts.AccumulatorBits * Counts.RegisterWrites + Counts.DigitalPairAdditions,
            Technology.Process);
    }

    private double RegisterEnergy() => Technology.Stated.EnergyFemtojoules.RegisterWrite is { } own ? own * Counts.RegisterWrites
        : ColumnLogic.RegistersFemtojoules((double)Counts.AccumulatorBits * Counts.RegisterWrites, Technology.Process);
}
