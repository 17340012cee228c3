using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>Decides whether an ADC is transparent for a layer, and so the unit of the accumulators (ARITHMETIC §5 and §6).</summary>
internal static class ReferenceUnit
{
    /// <summary>Returns counts for ADC kind <c>none</c> and transparent ADCs, else the ADC's own unit. On a die that is not ideal, v is not
    /// a whole count, so there kind <c>none</c> has level integers.</summary>
    public static AccumulationUnit ForLayer(ReferenceLayer layer, MacroSpec macro, AdcTransfer adc)
    {
        if (adc.PassesSums) return IsIdeal(macro.Die) ? AccumulationUnit.Counts : AccumulationUnit.Levels;
        return IsTransparent(layer, macro, adc) ? AccumulationUnit.Counts : adc.Unit;
    }

    /// <summary>Returns whether level(code(s)) = s for every s that the layer's formats and paddings can produce. Never with a measured
    /// table, a second stage, or any static or temporal error.</summary>
    public static bool IsTransparent(ReferenceLayer layer, MacroSpec macro, AdcTransfer transfer)
    {
        if (!IsIdeal(macro.Die) || macro.Adc.Kind == AdcKind.Table || macro.Adc.HasSecondStage) return false;
        var adc = new ReferenceAdc(transfer);
        return PartialSums(layer, macro).All(s =>
            adc.LevelIntegers[adc.Code((long)AdcTransfer.QuantaPerCount * s, adc.IdealEdgesQuanta)]
                == (long)AdcTransfer.LevelsPerCount * s);
    }

    /// <summary>Returns every s that inputs and weights of the layer's formats can give, from the cell product and the possible numbers of
    /// driven rows.</summary>
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

    /// <summary>Returns whether the die has no static and no temporal errors.</summary>
    internal static bool IsIdeal(DieSpec die) => die with { ReferenceTracksParasitic = true } == new DieSpec();
}
