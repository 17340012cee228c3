using System.Globalization;
using ImcEngine.BitPlanes;
using ImcEngine.Cost;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Costs;

/// <summary>The cost of a network as tables: exact counts, then models of energy, time and area, then what the models are.</summary>
internal sealed class CostReport(CostedNetwork costed)
{
    private const double FemtojoulesPerPicojoule = 1000, FemtojoulesPerNanojoule = 1e6;

    private NetworkCost Cost => costed.Cost;

    public void Write(Report report)
    {
        report.Line($"Network '{costed.Name}' on macro '{costed.Run.Macro.Name}', for one image. Counts are exact; "
            + "energy, time and area are models of them.");
        report.Line(costed.MeasuredOn is { } images
            ? $"Driven rows and products are measured on {images}, in the digital network."
            : "Driven rows and products are bounds, the most that can be: give images (--data) to measure them.");
        if (Cost.Layers.Count == 0)
        {
            report.Line("No layer runs on the macro.");
            return;
        }
        foreach (string line in Once(layer => [$"Technology: {TechnologyText(layer.Technology)}"])) report.Line(line);
        foreach (string line in Once(UnmodelledChip)) report.Line(line);
        report.Line();
        report.Write(Counts());
        report.Line();
        report.Write(Energies());
        report.Line();
        report.Write(TimesAndAreas());
        report.Line();
        WriteTotals(report);
        foreach (string line in Once(OfferedErrors)) report.Line(line);
        foreach (string line in Once(layer => ChipComparison.Lines(layer.Macro))) report.Line(line);
        report.Line();
        foreach (string line in ModelLines()) report.Line(line);
    }

    /// <summary>Returns what there is to say of layers, each sentence once. A sentence that does not hold for all layers names its
    /// layers.</summary>
    private IEnumerable<string> Once(Func<LayerCost, IEnumerable<string>> sentencesOf) =>
        from same in Cost.Layers.SelectMany(layer => sentencesOf(layer), (layer, sentence) => (sentence, layer.Map.Layer))
            .GroupBy(each => each.sentence, each => each.Layer)
        select same.Count() == Cost.Layers.Count ? same.Key : $"{same.Key} (Layers: {string.Join(", ", same)}.)";

    private static IEnumerable<string> UnmodelledChip(LayerCost layer)
    {
        if (PublishedChip.Of(PresetChanges.PresetOf(layer.Macro)) is { NotModelled: { } why } chip)
            yield return $"The energies below are of a charge-sharing array. They are not those of {chip.Source}: {why}.";
    }

    private static string TechnologyText(AssumedTechnology technology)
    {
        string capacitance = technology.UnitFemtofarads is { } femtofarads
            ? string.Create(CultureInfo.InvariantCulture, $"{femtofarads} fF a cell")
            : "no capacitance of a cell is stated, so that the array is that of gates and wires";
        return string.Create(CultureInfo.InvariantCulture,
                $"{technology.Process.NodeNanometres} nm ({technology.NodeOrigin}), ")
            + string.Create(CultureInfo.InvariantCulture, $"{technology.Process.SupplyVolts} V ({technology.SupplyOrigin}); {capacitance}")
            + (technology.Process.ScalingNote is { } scaled ? $"; {scaled}." : ".");
    }

    private TextTable Counts()
    {
        string atMost = Cost.IsBound ? "at most " : "";
        var table = new TextTable(TextTable.Name("layer"), TextTable.Text("input x weight"), TextTable.Number("conversions"),
            TextTable.Number($"{atMost}driven rows"), TextTable.Number("columns"), TextTable.Number($"{atMost}mean m"),
            TextTable.Number("mean s^2"), TextTable.Number("additions"), TextTable.Number("register writes"), TextTable.Number("arrays"),
            TextTable.Number("cells"), TextTable.Number("utilization"), TextTable.Number("bits in"), TextTable.Number("bits out"));
        foreach (var layer in Cost.Layers)
            table.Add(layer.Map.Layer, Operands(layer), CostFigure.Whole(layer.Counts.Conversions),
                CostFigure.Whole(layer.DrivenRows), CostFigure.Whole(layer.Counts.ColumnActivations),
                CostFigure.Number(layer.MeanDrivenRows), CostFigure.Number(layer.MeanSquaredSum), CostFigure.Whole(layer.Counts.Additions),
                CostFigure.Whole(layer.Counts.RegisterWrites), CostFigure.Whole(layer.Counts.Arrays),
                CostFigure.Whole(layer.Counts.CellsUsed), CostFigure.Percent(layer.Counts.UtilizationRelative),
                CostFigure.Whole(layer.Counts.InputBitsRead), CostFigure.Whole(layer.Counts.OutputBitsWritten));
        table.Add("total", "", Total(layer => layer.Counts.Conversions), Total(layer => layer.DrivenRows),
            Total(layer => layer.Counts.ColumnActivations), "", "", Total(layer => layer.Counts.Additions),
            Total(layer => layer.Counts.RegisterWrites), Total(layer => layer.Counts.Arrays), Total(layer => layer.Counts.CellsUsed),
            CostFigure.Percent((double)Cost.Layers.Sum(layer => layer.Counts.CellsUsed)
                / Cost.Layers.Sum(layer => layer.Map.CellsInArrays)),
            Total(layer => layer.Counts.InputBitsRead), Total(layer => layer.Counts.OutputBitsWritten));
        return table;
    }

    private string Total(Func<LayerCost, double> of) => CostFigure.Whole(Cost.Layers.Sum(of));

    private TextTable Energies()
    {
        var adcs = AdcModels();
        string array = string.Join(" or ", Cost.Layers.Select(layer => layer.ArrayModel.Name).Distinct())
            + (Cost.IsBound ? " at most" : "") + ", pJ";
        var table = new TextTable([TextTable.Name("layer"), TextTable.Number("ADC bits"),
            .. adcs.Select(model => TextTable.Number($"{model.Name}, fJ a conversion")),
            .. adcs.Select(model => TextTable.Number($"{model.Name}, pJ")),
            TextTable.Number(array), TextTable.Number("DAC, pJ"), TextTable.Number("shift-and-add, pJ"),
            TextTable.Number("buffers, pJ"),
            .. adcs.Select(model => TextTable.Number($"sum with {model.Name}, pJ")),
            .. adcs.Select(model => TextTable.Number($"{model.Name}, fJ a MAC")), TextTable.Text("outside")]);
        foreach (var layer in Cost.Layers)
            table.Add([layer.Map.Layer, layer.AdcBits is { } bits ? $"{bits}" : "none",
                .. PerAdc(layer, adc => CostFigure.Number(adc.ConversionFemtojoules)),
                .. PerAdc(layer, adc => Picojoules(adc.ConversionFemtojoules * layer.Counts.Conversions)),
                Picojoules(layer.ArrayFemtojoules), Picojoules(layer.DriverFemtojoules), Picojoules(layer.ShiftAddFemtojoules),
                Picojoules(layer.BufferFemtojoules),
                .. PerAdc(layer, adc => Picojoules(layer.TotalFemtojoules(adc))),
                .. PerAdc(layer, adc => CostFigure.Number(layer.TotalFemtojoules(adc) / layer.Counts.MultiplyAccumulates)),
                string.Join("; ", layer.Adcs.Where(adc => adc.Outside is not null).Select(adc => $"{adc.Model.Name}: {adc.Outside}"))]);
        double Sum(Func<LayerCost, double> of) => Cost.Layers.Sum(of);
        table.Add(["total", "", .. adcs.Select(_ => ""),
            .. adcs.Select((_, i) => Picojoules((Cost.Nanojoules(i) - Cost.OtherNanojoules) * FemtojoulesPerNanojoule)),
            Picojoules(Sum(layer => layer.ArrayFemtojoules)), Picojoules(Sum(layer => layer.DriverFemtojoules)),
            Picojoules(Sum(layer => layer.ShiftAddFemtojoules)),
            Picojoules(HasBuffers ? Sum(layer => layer.BufferFemtojoules ?? 0) : null),
            .. adcs.Select((_, i) => Picojoules(Cost.Nanojoules(i) * FemtojoulesPerNanojoule)),
            .. adcs.Select((_, i) => CostFigure.Number(Cost.Nanojoules(i) is { } sum ? Cost.FemtojoulesPerMultiplyAccumulate(sum) : null)),
            ""]);
        return table;
    }

    private TextTable TimesAndAreas()
    {
        var adcs = AdcModels();
        var table = new TextTable([TextTable.Name("layer"), TextTable.Number("cycles"), TextTable.Number("ns a cycle"),
            TextTable.Number("ns"), TextTable.Number("ADCs"), .. adcs.Select(model => TextTable.Number($"{model.Name}, mm^2")),
            TextTable.Number("cells, mm^2"), TextTable.Number("shift-and-add, mm^2")]);
        foreach (var layer in Cost.Layers)
        {
            long count = (long)layer.Counts.AdcsOfArray * layer.Counts.Arrays;
            table.Add([layer.Map.Layer, CostFigure.Whole(layer.Cycles), CostFigure.Number(layer.CycleNanoseconds),
                CostFigure.Number(layer.Nanoseconds), CostFigure.Whole(layer.AdcBits is null ? 0 : count),
                .. PerAdc(layer, adc => CostFigure.Number(adc.SquareMicrometres * count / 1e6)),
                CostFigure.Number(layer.CellsSquareMicrometres / 1e6), CostFigure.Number(layer.ShiftAddSquareMicrometres / 1e6)]);
        }
        return table;
    }

    private void WriteTotals(Report report)
    {
        string atMost = Cost.IsBound ? "at most " : "";
        var adcs = AdcModels();
        for (int i = 0; i < Math.Max(1, adcs.Count); i++)
        {
            string with = adcs.Count == 0 ? "without ADCs" : $"with {adcs[i].Name}";
            report.Line(Cost.Nanojoules(i) is not { } nanojoules
                ? $"Energy {with}: not modelled, since the model has no ADC of so few bits."
                : $"Energy {with}: {atMost}{CostFigure.Number(nanojoules)} nJ an image, {EfficiencyText(nanojoules)}.");
        }
        if (Cost.Layers.Sum(layer => layer.Counts.DigitalPairAdditions) is > 0 and var additions)
            report.Line($"Digital pairs: {CostFigure.Whole(additions)} additions of one bit, in shift-and-add.");
        if (Cost.BandNanojoules is var (least, most) && least < most)
            report.Line($"Between the models lies a band of {CostFigure.Number(least)} to {CostFigure.Number(most)} nJ, "
                + $"a factor of {CostFigure.Number(most / least)}.");
        report.Line($"Time: {CostFigure.Whole(Cost.Cycles)} cycles, {CostFigure.Number(Cost.Nanoseconds / 1000)} us an image, "
            + "layers one after the other.");
        foreach (string line in Once(Timing)) report.Line(line);
        double[] longer = [.. Cost.Layers.Where(layer => layer.ModelledCycleNanoseconds > layer.CycleNanoseconds)
            .Select(layer => layer.ModelledCycleNanoseconds)];
        if (longer.Length > 0)
            report.Line($"The model's cycle is {CostFigure.Number(longer.Max())} ns, longer than the stated clock allows.");
        for (int i = 0; i < Math.Max(1, adcs.Count); i++)
            report.Line($"Area {(adcs.Count == 0 ? "without ADCs" : $"with {adcs[i].Name}")}: "
                + (Cost.SquareMillimetres(i) is { } area ? $"{CostFigure.Number(area)} mm^2 " : "not modelled ")
                + (Cost.Layers.Any(layer => layer.Technology.Stated.CellSquareMicrometres is null)
                    ? "(of a cell only the gate of its product; state macro.technology.cellSquareMicrometres)." : "(cells as stated)."));
        report.Line("Not in these numbers: digital layers, scaling and quantizers between layers"
            + (!HasBuffers ? ", buffers (state macro.technology.energyFemtojoules.inputBit and outputBit)." : "."));
    }

    /// <summary>Whether the buffers of some layer have a stated energy.</summary>
    private bool HasBuffers => Cost.Layers.Any(layer => layer.BufferFemtojoules is not null);

    private static IEnumerable<string> Timing(LayerCost layer)
    {
        var stated = layer.Technology.Stated;
        yield return $"{(stated.ArraysAtOnce is { } atOnce ? $"At most {atOnce} arrays" : "All arrays of a layer")} work at once; "
            + $"columns per ADC: {layer.Macro.ColumnsPerAdc}; " + (stated.ClockMegahertz is { } clock
                ? string.Create(CultureInfo.InvariantCulture, $"the clock is the stated one of {clock} MHz.")
                : "the cycle is that of the model.");
    }

    /// <summary>Says which errors of a die follow from a stated capacitance, and how a run takes them.</summary>
    private static IEnumerable<string> OfferedErrors(LayerCost layer)
    {
        var macro = layer.Macro;
        if (macro.UnitFemtofarads is not { } femtofarads) yield break;
        bool isSigned = layer.Map.Product.IsSigned();
        if (layer.Technology.SupplyOrigin != AssumedTechnology.Assumed)
            yield return $"Thermal noise of {(isSigned ? "XNOR and gated" : "AND")} cells: "
                + string.Create(CultureInfo.InvariantCulture, $"{TechnologyErrors.ThermalNoiseCounts(macro, isSigned):0.####} counts; ")
                + "--thermal-noise of 'compare' takes it for macro.die.bitlineNoiseCounts.";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"Published mismatch of a cell: {ChargeSharing.MismatchRelative(femtofarads):0.#####}; ")
            + "--published-mismatch of 'compare' takes it for macro.die.cellMismatchRelative.";
    }

    private string EfficiencyText(double nanojoules) =>
        $"{CostFigure.Number(Cost.FemtojoulesPerMultiplyAccumulate(nanojoules))} fJ a multiply-accumulate, "
            + $"{CostFigure.Number(Cost.TeraOperationsPerJoule(nanojoules))} TOPS/W of {OperandsText()} (two operations each)";

    private string OperandsText() =>
        string.Join(" and ", Cost.Layers.Select(Operands).Distinct());

    private static string Operands(LayerCost layer) => $"{layer.Map.InputFormat} x {layer.Map.GivenWeightFormat}";

    private IEnumerable<string> ModelLines() => CostModels.Used(Cost).Select(model =>
        $"{model.Name}: {(model.Formula.Length == 0 ? "" : model.Formula + ". ")}Source: {model.Source}. Valid: {model.Validity}.");

    /// <summary>Returns the ADC models of the layers that have an ADC.</summary>
    private IReadOnlyList<CostModel> AdcModels() =>
        Cost.Layers.FirstOrDefault(layer => layer.Adcs.Count > 0) is { } layer ? [.. layer.Adcs.Select(adc => adc.Model)] : [];

    private IEnumerable<string> PerAdc(LayerCost layer, Func<AdcCost, string> of) =>
        layer.Adcs.Count > 0 ? layer.Adcs.Select(of) : AdcModels().Select(_ => "");

    private static string Picojoules(double? femtojoules) => CostFigure.Number(femtojoules / FemtojoulesPerPicojoule);
}
