using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>Which partial sums a layer can produce. "Transparent" and "unreachable" are defined over these sums (ARITHMETIC §5).</summary>
internal static class PartialSums
{
    /// <summary>
    /// Returns all partial sums, ascending, that row groups with these numbers n of driven rows can produce: AND 0 .. n; gated -n .. n;
    /// XNOR -n .. n with the parity of n.
    /// </summary>
    /// <param name="drivenRows">The numbers of driven rows, one for every border class of every row group.</param>
    /// <param name="product">The product that the cells form.</param>
    /// <param name="inputMayBeUndriven">Whether the input is a three-valued sign. Any driven row may then be 0, so every parity
    /// occurs.</param>
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

    /// <summary>Returns the least and the greatest partial sum of <paramref name="rows"/> driven rows, the range <c>full</c>.</summary>
    public static CountRange FullRange(int rows, CellProduct product) => new(product.IsSigned() ? -rows : 0, rows);
}
