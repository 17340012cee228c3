namespace ImcEngine.Kernels.Adc;

/// <summary>One power of two of a scale: sign * floor(u * 2^Shift), in units of 2^-Fraction.</summary>
internal readonly record struct ScaleTerm(int Shift, bool IsNegative);

/// <summary>
/// A uniform ADC as a multiplication by a few powers of two, which bit-sliced counts do by adding themselves, moved by whole planes:
/// <code>
/// v = offset + sum over terms of sign * floor(u * 2^Shift)
/// u = count - base, the sum in units of 2^-Fraction; a negative term is complemented, so that it brings -1 more
/// code = v / 2^Fraction, not below 0 and not above the largest code
/// </code>
/// The terms are the signed binary digits of a / 2^q near 1 / LSB. Few planes of fraction suffice, since thresholds are whole counts.
/// Columns whose thresholds are moved against each other share terms and differ in the offset; <see cref="CorrectedShiftAddScale"/> serves
/// columns whose thresholds also stray from a line.
/// </summary>
/// <param name="Terms">The largest first, which is positive.</param>
/// <param name="Fraction">Planes of v below the code.</param>
/// <param name="Offset">In units of 2^-Fraction; null where lanes differ in it.</param>
/// <param name="Planes">Of v, in two's complement where it may be negative.</param>
/// <param name="IsSigned">v may be negative.</param>
internal sealed record ShiftAddScale(ScaleTerm[] Terms, int Fraction, int? Offset, int Planes, bool IsSigned)
{
    /// <summary>Additions of planes: what the conversion costs.</summary>
    public int Cost => (Terms.Length - 1) * Planes;

    /// <summary>All of it.</summary>
    public string Key => $"{string.Join(',', Terms)} {Fraction} {Offset} {Planes} {IsSigned}";

    /// <summary>v of a count less the count offset, before the offset of v is added.</summary>
    public static int SumOfTerms(ScaleTerm[] terms, int u)
    {
        int sum = 0;
        foreach (var term in terms)
        {
            int moved = term.Shift >= 0 ? u << term.Shift : u >> -term.Shift;
            sum += term.IsNegative ? ~moved : moved;
        }
        return sum;
    }

    /// <summary>The cheapest scale with the codes of these thresholds; null where there is none of few terms.</summary>
    /// <param name="thresholds">Ascending.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    /// <param name="countOffset">What is subtracted from every count.</param>
    public static ShiftAddScale? Find(int[] thresholds, int largestCount, out int countOffset)
    {
        var scale = FindShared([thresholds], largestCount, out countOffset, out int[] offsets);
        return scale is null ? null : scale with { Offset = offsets[0] };
    }

    /// <summary>The cheapest scale whose terms serve many columns; null where there is none of few terms.</summary>
    /// <param name="columns">Thresholds of each, equally many, ascending.</param>
    /// <param name="offsets">Of each.</param>
    public static ShiftAddScale? FindShared(IReadOnlyList<int[]> columns, int largestCount, out int countOffset, out int[] offsets)
    {
        var search = new ShiftAddScaleSearch(columns, columns[0], largestCount, mostAhead: 0);
        (countOffset, offsets) = (search.CountOffset, search.Offsets);
        return search.Scale;
    }
}
