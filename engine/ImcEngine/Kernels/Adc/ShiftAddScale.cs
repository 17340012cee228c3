using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>One term of a scale: sign * floor(u * 2^Shift), in units of 2^-Fraction code.</summary>
internal readonly record struct ScaleTerm(int Shift, bool IsNegative);

/// <summary>
/// A uniform ADC as a multiplication by a sum of a few powers of two. Bit-sliced, this is the addition of copies of the count, each shifted
/// by whole planes:
/// <code>
/// v = offset + sum over terms of sign * floor(u * 2^Shift)
/// u = count - count offset; v is in units of 2^-Fraction; a negative term is complemented, which adds another -1
/// code = floor(v / 2^Fraction), clamped to 0 .. the largest code
/// </code>
/// The terms are the signed binary digits of a number a / 2^q near 1 / LSB. Few planes of fraction suffice, since thresholds are whole
/// counts. Columns whose thresholds are shifted against each other share the terms and differ in the offset (<see cref="ShiftAddPlan"/>).
/// <see cref="CorrectedShiftAddPlan"/> serves columns whose thresholds also deviate from a line.
/// </summary>
/// <param name="Terms">The largest, which is positive, comes first.</param>
/// <param name="Fraction">The planes of v below the code.</param>
/// <param name="Planes">The planes of v, in two's complement where v may be negative.</param>
/// <param name="IsSigned">Whether v may be negative.</param>
internal sealed record ShiftAddScale(ValueList<ScaleTerm> Terms, int Fraction, int Planes, bool IsSigned)
{
    /// <summary>The cost of the conversion, in additions of planes.</summary>
    public int Cost => (Terms.Count - 1) * Planes;

    /// <summary>Returns v of a count, before the offset of v is added. <paramref name="u"/> is the count less the count offset.</summary>
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

    /// <summary>Returns the planes of v: the digits of each plane are added, three at a time, until one is left.</summary>
    /// <param name="counts">The planes of the counts, with the count offset subtracted.</param>
    /// <param name="countsAreSigned">Whether the top plane of the counts is a sign.</param>
    /// <param name="offset">Returns a plane of the offset of v.</param>
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

    /// <summary>Returns the integer part of v, clamped to 0 .. the largest code, and the lanes in which it was above (Over).</summary>
    /// <param name="scaled">The planes of v.</param>
    /// <param name="above">The least code that is reported as above: the largest code or one more. The clamped code is the same for
    /// both.</param>
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

    /// <summary>Adds the digits of a plane, those that are ready first before the others. Constants come first: adding one to two digits
    /// costs no more than adding the two. Carries then wait for at most two operations per plane.</summary>
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
