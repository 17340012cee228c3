using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Reference;

/// <summary>A measured ADC (ARITHMETIC §5): code = number of k with u >= CDF[s][k], where u is the 32 random bits of the conversion. An s
/// beyond the table is an error, or takes the table's first or last line.</summary>
/// <param name="spec">The CSV file of P(code given s), the levels where the file has none, and the rule for sums beyond the table.</param>
/// <param name="layer">The ordinal of the layer among the network's macro layers.</param>
/// <param name="seeds">The seeds; the run's seed and its repetition are used.</param>
/// <exception cref="ImcException">The table cannot be read.</exception>
internal sealed class ReferenceTable(AdcSpec spec, int layer, ReferenceSeeds seeds)
{
    private readonly MeasuredTable _table = MeasuredTable.Read(spec.Table!, spec.LevelsCounts);

    /// <summary>Returns the code of a conversion.</summary>
    /// <param name="at">The conversion, with its partial sum.</param>
    /// <param name="vote">The number of the conversion among several of one sum.</param>
    /// <exception cref="ImcException">The sum lies beyond the table.</exception>
    public int Code(Conversion at, ReferenceColumn place, int image, int vote) => Code(_table, at.S, spec.BeyondTable, Draws.Conversion(
        new(seeds.Run, DrawPurpose.Conversion, layer, seeds.Repeat),
        new(place.Array, place.Column, image, at.Pixel, at.RowGroup, at.InputDigit, vote)));

    internal static int Code(MeasuredTable table, int s, BeyondTable beyond, uint u)
    {
        if (beyond == BeyondTable.Error && (s < table.LeastSum || s > table.MostSum))
            throw new ImcException($"Table '{table.Source}' holds sums of {table.LeastSum} to {table.MostSum} and no {s}.");
        int code = 0;
        foreach (ulong cumulative in table.Cdf(s))
            if (u >= cumulative) code++;
        return code;
    }
}
