using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>ARITHMETIC §5 and §6: whether an ADC is transparent for a layer, and what its accumulators hence count.</summary>
internal static class ReferenceUnit
{
    /// <summary>ADC <c>none</c> and transparent ADCs count s; else the ADC's own unit.
    /// Where v is no whole count, <c>none</c> counts level integers.</summary>
    public static AccumulationUnit ForLayer(ReferenceLayer layer, MacroSpec macro, AdcTransfer adc)
    {
        if (adc.PassesSums) return IsIdeal(macro.Die) ? AccumulationUnit.Counts : AccumulationUnit.Levels;
        return IsTransparent(layer, macro, adc) ? AccumulationUnit.Counts : adc.Unit;
    }

    /// <summary>No measured table, no second stage, and level(code(s)) = s for every s that the layer's formats and paddings can produce,
    /// nothing static or temporal on.</summary>
    public static bool IsTransparent(ReferenceLayer layer, MacroSpec macro, AdcTransfer transfer)
    {
        if (!IsIdeal(macro.Die) || macro.Adc.Kind == AdcKind.Table || macro.Adc.HasSecondStage) return false;
        var adc = new ReferenceAdc(transfer);
        return PartialSums(layer, macro).All(s =>
            adc.LevelIntegers[adc.Code((long)AdcTransfer.QuantaPerCount * s, adc.IdealEdgesQuanta)]
                == (long)AdcTransfer.LevelsPerCount * s);
    }

    /// <summary>Every s that some input and some weights of the layer's formats give: by product, driven rows and their parity.</summary>
    public static IReadOnlySet<int> PartialSums(ReferenceLayer layer, MacroSpec macro)
    {
        var (least, step) = CellProducts.ForEncodings(layer.InputFormat.Encoding, layer.WeightFormat.Encoding) switch
        {
            CellProduct.And => (0, 1),
            CellProduct.Gated => (-1, 1),
            _ => (-1, 2),
        };
        var sums = new SortedSet<int>();
        foreach (int driven in DrivenRowCounts(layer, macro))
            for (int s = least * driven; s <= driven; s += step) sums.Add(s);
        return sums;
    }

    private static SortedSet<int> DrivenRowCounts(ReferenceLayer layer, MacroSpec macro)
    {
        var g = layer.Geometry;
        var driveAll = new short[g.InputSize];
        Array.Fill(driveAll, (short)1);
        var counts = new SortedSet<int>();
        foreach (var group in ReferenceRowGroups.Cut(g, macro.Rows, macro.Mapping, macro.LegacyOverfull))
            for (int pixel = 0; pixel < g.OutputPixels; pixel++)
            {
                int driven = group.Count(row => layer.DrivingCode(driveAll, 0, row, pixel) is not null);
                for (int n = layer.InputMayBeUndriven ? 0 : driven; n <= driven; n++) counts.Add(n);
            }
        return counts;
    }

    /// <summary>Nothing static or temporal is on.</summary>
    internal static bool IsIdeal(DieSpec die) => die with { ReferenceTracksParasitic = true } == new DieSpec();
}
