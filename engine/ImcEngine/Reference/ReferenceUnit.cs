using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>Decides whether an ADC is transparent for a layer, and so the unit of the accumulators (ARITHMETIC §5 and §6).</summary>
internal static class ReferenceUnit
{
    /// <summary>Returns counts for ADC kind <c>none</c> and transparent ADCs, else the ADC's own unit. Level integers where sums are added
    /// that are not codes: with kind <c>none</c> on a die that is not ideal, where v is not a whole count, and beside digital
    /// pairs.</summary>
    public static AccumulationUnit ForLayer(ReferenceLayer layer, MacroSpec macro, AdcTransfer adc)
    {
        if (adc.PassesSums) return IsIdeal(macro.Die) ? AccumulationUnit.Counts : AccumulationUnit.Levels;
        return IsTransparent(layer, macro, adc) ? AccumulationUnit.Counts
            : new ReferenceDigits(layer, macro).HasDigitalPairs ? AccumulationUnit.Levels : adc.Unit;
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

    /// <summary>Returns every s that a digit pair of the layer's formats can give, from its products and the possible numbers of driven
    /// rows: from n times the least product to n times the greatest, in steps of the greatest common divisor of all differences of
    /// products.</summary>
    public static IReadOnlySet<int> PartialSums(ReferenceLayer layer, MacroSpec macro)
    {
        var digits = new ReferenceDigits(layer, macro);
        var driven = DrivenRowCounts(layer, macro);
        var sums = new SortedSet<int>();
        foreach (var input in digits.Inputs)
            foreach (var weight in digits.Weights)
            {
                int[] products = [.. ReferenceDigits.Products(input, weight)];
                int least = products.Min(), most = products.Max();
                int step = products.Aggregate(0, (divisor, product) => Divisor(divisor, product - least));
                foreach (int n in driven)
                    for (int s = n * least; s <= n * most; s += step) sums.Add(s);
            }
        return sums;
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);

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
