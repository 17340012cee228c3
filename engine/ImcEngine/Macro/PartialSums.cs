using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>Which partial sums a layer can produce: the ground on which "transparent" and "unreachable" stand (ARITHMETIC §5).</summary>
internal static class PartialSums
{
    /// <summary>
    /// All partial sums, ascending, of row groups in which the numbers of driven rows occur that <paramref name="drivenRows"/> lists (one
    /// for every border class of every row group): AND 0 .. n, gated -n .. n, XNOR -n .. n of n's parity.
    /// </summary>
    /// <param name="inputMayBeUndriven">The input is a three-valued sign: any driven row may fall silent, so every parity occurs.</param>
    public static int[] Producible(IEnumerable<int> drivenRows, CellProduct product, bool inputMayBeUndriven = false)
    {
        var sums = new SortedSet<int>();
        foreach (int n in drivenRows.Distinct())
        {
            ArgumentOutOfRangeException.ThrowIfNegative(n, nameof(drivenRows));
            int least = product.IsSigned() ? -n : 0;
            int step = product == CellProduct.Xnor && !inputMayBeUndriven ? 2 : 1;
            for (int s = least; s <= n; s += step) sums.Add(s);
        }
        return [.. sums];
    }

    /// <summary>The least and greatest partial sum of <paramref name="rows"/> driven rows: what range <c>full</c> spans.</summary>
    public static CountRange FullRange(int rows, CellProduct product) => new(product.IsSigned() ? -rows : 0, rows);
}
