using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>Decides whether an ADC is transparent for a layer, and so the unit of the accumulators (ARITHMETIC §5 and §6).</summary>
internal static class ReferenceUnit
{
    /// <summary>Returns counts for ADC kind <c>none</c> and transparent ADCs, else the ADC's own unit. Level integers where the ADCs of row
    /// groups differ, where each digit pair has a uniform one, and where sums are added that are not codes: with kind <c>none</c> on a
    /// die that is not ideal, where v is not a whole count, and beside digital pairs.</summary>
    /// <param name="adcs">The stated transfers.</param>
    public static AccumulationUnit ForLayer(ReferenceLayer layer, MacroSpec macro, ReferenceAdcs adcs)
    {
        var first = adcs.Transfers[0];
        if (first.PassesSums) return IsIdeal(macro.Die) ? AccumulationUnit.Counts : AccumulationUnit.Levels;
        var rowGroups = RowGroups(layer, macro);
        var digits = new ReferenceDigits(layer, macro);
        var kinds = new ReferenceConversionAdcs(macro, adcs, digits, rowGroups).Alike().ToList();
        if (kinds.All(alike => AreTransparent(layer, macro, alike.Adcs, [.. alike.RowGroups.Select(r => rowGroups[r])])))
            return AccumulationUnit.Counts;
        // A code of one pair stands for another level than the same code of another pair.
        bool differ = kinds.Count > 1 || (adcs.Per == CalibrationScope.PlanePair && first.Unit == AccumulationUnit.Codes);
        return differ || digits.HasDigitalPairs ? AccumulationUnit.Levels : first.Unit;
    }

    /// <inheritdoc cref="ForLayer(ReferenceLayer, MacroSpec, ReferenceAdcs)"/>
    public static AccumulationUnit ForLayer(ReferenceLayer layer, MacroSpec macro, AdcTransfer adc) =>
        ForLayer(layer, macro, ReferenceAdcs.Of(adc));

    /// <summary>Returns whether level(code(s)) = s in each ADC, for every s that the layer's formats and paddings can produce in some row
    /// groups. Never with a measured table, a second stage, or any static or temporal error.</summary>
    private static bool AreTransparent(ReferenceLayer layer, MacroSpec macro, IReadOnlyList<ReferenceAdc> adcs,
        IReadOnlyList<Row[]> rowGroups) =>
        IsIdeal(macro.Die) && macro.Adc.Kind != AdcKind.Table && !macro.Adc.HasSecondStage
            && PartialSums(layer, macro, rowGroups).Distinct().All(s => adcs.All(adc =>
                adc.LevelIntegers[adc.Code((long)AdcTransfer.QuantaPerCount * s, adc.IdealEdgesQuanta)]
                    == (long)AdcTransfer.LevelsPerCount * s));

    /// <summary>Returns every s that a digit pair of the layer's formats can give, from its products and the possible numbers of driven
    /// rows: from n times the least product to n times the greatest, in steps of the greatest common divisor of all differences of
    /// products.</summary>
    public static IReadOnlySet<int> PartialSums(ReferenceLayer layer, MacroSpec macro) =>
        PartialSums(layer, macro, RowGroups(layer, macro)).ToHashSet();

    private static IEnumerable<int> PartialSums(ReferenceLayer layer, MacroSpec macro, IReadOnlyList<Row[]> rowGroups)
    {
        var digits = new ReferenceDigits(layer, macro);
        var driven = DrivenRowCounts(layer, rowGroups);
        foreach (var input in digits.Inputs)
            foreach (var weight in digits.Weights)
            {
                int[] products = [.. ReferenceDigits.Products(input, weight)];
                int least = products.Min(), most = products.Max();
                int step = products.Aggregate(0, (divisor, product) => Divisor(divisor, product - least));
                foreach (int n in driven)
                    for (int s = n * least; s <= n * most; s += step) yield return s;
            }
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);

    private static List<Row[]> RowGroups(ReferenceLayer layer, MacroSpec macro) =>
        ReferenceRowGroups.Cut(layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull);

    private static SortedSet<int> DrivenRowCounts(ReferenceLayer layer, IReadOnlyList<Row[]> rowGroups)
    {
        var g = layer.Geometry;
        var driveAll = new short[g.InputSize];
        Array.Fill(driveAll, (short)1);
        var counts = new SortedSet<int>();
        foreach (var group in rowGroups)
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
