using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

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
/// Columns whose thresholds are moved against each other share terms and differ in the offset (<see cref="ShiftAddPlan"/>);
/// <see cref="CorrectedShiftAddPlan"/> serves columns whose thresholds also stray from a line.
/// </summary>
/// <param name="Terms">The largest first, which is positive.</param>
/// <param name="Fraction">Planes of v below the code.</param>
/// <param name="Planes">Of v, in two's complement where it may be negative.</param>
/// <param name="IsSigned">v may be negative.</param>
internal sealed record ShiftAddScale(ValueList<ScaleTerm> Terms, int Fraction, int Planes, bool IsSigned)
{
    /// <summary>Additions of planes: what the conversion costs.</summary>
    public int Cost => (Terms.Count - 1) * Planes;

    /// <summary>v of a count less the count offset, before the offset of v is added.</summary>
    public static int SumOfTerms(ReadOnlySpan<ScaleTerm> terms, int u)
    {
        int sum = 0;
        foreach (var term in terms)
        {
            int moved = term.Shift >= 0 ? u << term.Shift : u >> -term.Shift;
            sum += term.IsNegative ? ~moved : moved;
        }
        return sum;
    }

    /// <summary>Planes of v: the digits of each plane are added, three at a time, until one is left.</summary>
    /// <param name="counts">Planes of counts less the offset.</param>
    /// <param name="countsAreSigned">The top plane of these is a sign.</param>
    /// <param name="offset">Planes of the offset of v.</param>
    public BitVectorExpression[] Scaled<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] counts,
        bool countsAreSigned, Func<int, BitVectorExpression> offset)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        List<BitVectorExpression>[] digits = [.. Enumerable.Range(0, Planes + 1).Select(_ => new List<BitVectorExpression>())];
        foreach (var term in Terms)
            for (int plane = 0; plane < Planes; plane++)
            {
                int from = plane - term.Shift;
                var digit = from < 0 ? BitVectorExpression.Zero : from < counts.Length ? counts[from] : countsAreSigned ? counts[^1]
                    : BitVectorExpression.Zero;
                Place(digits[plane], term.IsNegative ? ~digit : digit);
            }
        var scaled = new BitVectorExpression[Planes];
        for (int plane = 0; plane < Planes; plane++)
        {
            Place(digits[plane], offset(plane));
            scaled[plane] = Added(block, digits[plane], digits[plane + 1]);
        }
        return scaled;
    }

    /// <summary>What stands above the fraction, within 0 .. the largest code, and where it was above.</summary>
    /// <param name="scaled">Planes of v.</param>
    /// <param name="above">The least code that counts as above: one below it is all the same for the clamped code.</param>
    public (BitVectorExpression[] Code, BitVectorExpression Over) Clamped<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block,
        BitVectorExpression[] scaled, ConversionPlan plan, int above)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        int end = Fraction + plan.CodePlanes, magnitude = Planes - (IsSigned ? 1 : 0);
        var over = BitVectorExpression.Zero;
        for (int plane = end; plane < magnitude; plane++) over = block.Or(over, scaled[plane]);
        BitVectorExpression[] digits = [.. Enumerable.Range(Fraction, plan.CodePlanes)
            .Select(plane => plane < magnitude ? scaled[plane] : BitVectorExpression.Zero)];
        bool fillsCodePlanes = plan.Thresholds + 1 == 1 << plan.CodePlanes;
        if (!fillsCodePlanes) over = block.Or(over, block.Reaches(digits, above));
        var positive = IsSigned ? ~scaled[magnitude] : BitVectorExpression.Ones;
        for (int bit = 0; bit < digits.Length; bit++)
            digits[bit] =
                block.And((plan.Thresholds >> bit & 1) != 0 ? block.Or(digits[bit], over) : block.And(digits[bit], ~over), positive);
        return (digits, over);
    }

    private static void Place(List<BitVectorExpression> digits, BitVectorExpression digit)
    {
        if (digit != BitVectorExpression.Zero) digits.Add(digit);
    }

    /// <summary>What is there first is added first, constants before all: adding one to two digits costs no more than adding these, and
    /// carries wait for no more than two operations a plane.</summary>
    private static BitVectorExpression Added<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, List<BitVectorExpression> digits,
        List<BitVectorExpression> next)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        while (digits.Count > 1)
        {
            digits = [.. digits.OrderBy(block.Depth)];
            BitVectorExpression a = digits[0], b = digits[1], c = digits.Count > 2 ? digits[2] : BitVectorExpression.Zero;
            digits.RemoveRange(0, Math.Min(3, digits.Count));
            Place(digits, block.Sum(a, b, c));
            Place(next, block.Carry(a, b, c));
        }
        return digits.Count == 0 ? BitVectorExpression.Zero : digits[0];
    }
}
