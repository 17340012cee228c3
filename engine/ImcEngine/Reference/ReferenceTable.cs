using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>ARITHMETIC §5, a measured conversion: code = number of k with u >= CDF[s][k], u the 32 random bits of the conversion.</summary>
/// <param name="file">CSV of P(code given s).</param>
/// <param name="levelCounts">Per code; null: as the file says.</param>
/// <param name="layer">Ordinal among the network's macro layers.</param>
/// <param name="seeds">Run and repeat.</param>
/// <exception cref="ImcException">The table cannot be read.</exception>
public sealed class ReferenceTable(string file, double[]? levelCounts, int layer, ReferenceSeeds seeds)
{
    private readonly MeasuredTable _table = MeasuredTable.Read(file, levelCounts);

    /// <param name="at">With its partial sum.</param>
    public int Code(Conversion at, ReferenceColumn place, int image) => Code(_table, at.S, Draws.Conversion(
        new(seeds.Run, DrawPurpose.Conversion, layer, seeds.Repeat), new(place.Array, place.Column, image, at.Pixel, at.RowGroup, at.InputBit)));

    internal static int Code(MeasuredTable table, int s, uint u)
    {
        int code = 0;
        foreach (ulong cumulative in table.Cdf(s))
            if (u >= cumulative) code++;
        return code;
    }
}
