using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Reference;

/// <summary>ARITHMETIC §5, a measured conversion: code = number of k with u >= CDF[s][k], u the 32 random bits of the conversion. An s
/// beyond the table is an error, or has its end line.</summary>
/// <param name="spec">The CSV of P(code given s), a level per code where the file says none, and what holds beyond it.</param>
/// <param name="layer">Ordinal among the network's macro layers.</param>
/// <param name="seeds">Run and repeat.</param>
/// <exception cref="ImcException">The table cannot be read.</exception>
internal sealed class ReferenceTable(AdcSpec spec, int layer, ReferenceSeeds seeds)
{
    private readonly MeasuredTable _table = MeasuredTable.Read(spec.Table!, spec.LevelsCounts);

    /// <param name="at">With its partial sum.</param>
    /// <exception cref="ImcException">The sum lies beyond the table.</exception>
    public int Code(Conversion at, ReferenceColumn place, int image) => Code(_table, at.S, spec.BeyondTable, Draws.Conversion(
        new(seeds.Run, DrawPurpose.Conversion, layer, seeds.Repeat),
        new(place.Array, place.Column, image, at.Pixel, at.RowGroup, at.InputBit)));

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
