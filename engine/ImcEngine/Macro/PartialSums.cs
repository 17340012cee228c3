using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>Which partial sums a layer can produce. "Transparent" and "unreachable" are defined over these sums (ARITHMETIC §5).</summary>
internal static class PartialSums
{
    /// <summary>
    /// Returns all partial sums, ascending, that row groups with these numbers n of driven rows can produce:
    /// <code>
    /// n * least product, and from there in steps of the products up to n * greatest product, for every pair of digits
    /// planes: AND 0 .. n     gated -n .. n     XNOR -n .. n with the parity of n
    /// </code>
    /// Of few rows and long digits, not all of these numbers are sums of n products.
    /// </summary>
    /// <param name="drivenRows">The numbers of driven rows, one for every border class of every row group.</param>
    /// <param name="products">The products that a row can form.</param>
    /// <param name="inputMayBeUndriven">Whether the input is a three-valued sign. Any driven row may then be 0, so every parity
    /// occurs.</param>
    public static int[] Producible(IEnumerable<int> drivenRows, DigitProducts products, bool inputMayBeUndriven = false)
    {
        int[] numbers = [.. drivenRows.Distinct()];
        foreach (int n in numbers) ArgumentOutOfRangeException.ThrowIfNegative(n, nameof(drivenRows));
        // Fewer rows of the same parity give no other sums.
        if (inputMayBeUndriven) numbers = [.. numbers.Concat(numbers.Where(n => n > 0).Select(n => n - 1)).Distinct()];
        int mostRows = numbers.DefaultIfEmpty().Max(), least = Math.Min(0, checked(mostRows * products.Least));
        var occurs = new bool[Math.Max(0, checked(mostRows * products.Most)) - least + 1];
        foreach (int n in numbers)
            foreach (var pair in products.Pairs)
                for (int s = n * pair.Least; s <= n * pair.Most; s += pair.Step) occurs[s - least] = true;
        return [.. Enumerable.Range(0, occurs.Length).Where(i => occurs[i]).Select(i => i + least)];
    }

    /// <summary>Returns the least and the greatest partial sum of <paramref name="rows"/> driven rows, the range <c>full</c>.</summary>
    public static CountRange FullRange(int rows, DigitProducts products) =>
        new((double)rows * products.Least, (double)rows * products.Most);
}
