using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>
/// Flash conversion of bit-sliced counts: comparison k gives one bit per lane, "count reaches threshold k"; thresholds ascend, so bit b of the
/// code (the number of thresholds reached) is the exclusive or of every 2^b-th comparison.
/// <code>
/// reached = 1; for plane p upwards: reached = threshold bit p ? count &amp; reached : count | reached   = Carry(count, reached, not threshold)
/// comparisons   k = 0 1 2 3 | 4 5 6 7 | ...     four at a time, their carry chains side by side; k = 0 and those beyond the last are never reached
/// masks         [four][1 + low plane][4]        the start of reached, then the complements of the thresholds' bits
/// </code>
/// Only the planes that thresholds need are compared; a count with a bit above them has reached every threshold, a negative one none.
/// </summary>
internal static unsafe class BitSlicedAdc<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <param name="counts">Planes of the counts.</param>
    /// <param name="plan">How codes follow from comparisons.</param>
    /// <param name="masks">See above; per lane. Where the plan has a scale, the planes of its constant.</param>
    /// <param name="code">Planes of the codes, written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Convert(TVector* counts, in ComparisonPlan plan, TVector* masks, TVector* code)
    {
        if (plan.Scale is not null)
        {
            ConvertByScale(counts, plan, plan.Scale, masks, code);
            return;
        }
        var within = NoHighPlane(counts, plan);
        Compare(counts, plan, masks, code, plan.CodePlanes);
        for (int bit = 0; bit < plan.CodePlanes; bit++)
            code[bit] = (plan.Thresholds >> bit & 1) != 0 ? TLanes.Not(TLanes.And(TLanes.Not(code[bit]), within)) : TLanes.And(code[bit], within);
        if (!plan.IsSigned) return;
        var notNegative = TLanes.Not(counts[plan.Planes - 1]);
        for (int bit = 0; bit < plan.CodePlanes; bit++) code[bit] = TLanes.And(code[bit], notNegative);
    }

    /// <summary>How many comparisons are reached.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compare(TVector* counts, in ComparisonPlan plan, TVector* masks, TVector* number, int planes)
    {
        TVector number0 = TLanes.Zero, number1 = TLanes.Zero;
        for (int bit = 2; bit < planes; bit++) number[bit] = TLanes.Zero;
        for (int four = 0; four < plan.Fours; four++)
        {
            TVector a = masks[0], b = masks[1], c = masks[2], d = masks[3];
            masks += 4;
            for (int plane = 0; plane < plan.LowPlanes; plane++, masks += 4)
            {
                var count = counts[plane];
                a = TLanes.Carry(count, a, masks[0]);
                b = TLanes.Carry(count, b, masks[1]);
                c = TLanes.Carry(count, c, masks[2]);
                d = TLanes.Carry(count, d, masks[3]);
            }
            number0 = TLanes.Xor(TLanes.Sum(number0, a, b), TLanes.Xor(c, d));
            number1 = TLanes.Sum(number1, a, c);
            for (int bit = 2; (four & ((1 << (bit - 2)) - 1)) == 0 && bit < planes; bit++)
                number[bit] = TLanes.Xor(number[bit], a);
        }
        number[0] = number0;
        if (planes > 1) number[1] = number1;
    }

    /// <summary>The sum of a scale's terms, clamped to the codes.</summary>
    [SkipLocalsInit]
    private static void ConvertByScale(TVector* counts, in ComparisonPlan plan, CodeScale scale, TVector* constant, TVector* code)
    {
        var scaled = stackalloc TVector[CodeScale.MostPlanes];
        Scale(counts, plan, scale, constant, scaled);
        int above = scale.Fraction + plan.CodePlanes, magnitude = scale.Planes - (scale.IsSigned ? 1 : 0);
        var over = TLanes.Zero;
        for (int plane = above; plane < magnitude; plane++) over = TLanes.Or(over, scaled[plane]);
        if (!plan.FillsCodePlanes) over = TLanes.Or(over, Reaches(scaled + scale.Fraction, plan.Thresholds, plan.CodePlanes));
        var negative = scale.IsSigned ? scaled[magnitude] : TLanes.Zero;
        for (int bit = 0; bit < plan.CodePlanes; bit++)
        {
            var digit = scale.Fraction + bit < magnitude ? scaled[scale.Fraction + bit] : TLanes.Zero;
            var clamped = (plan.Thresholds >> bit & 1) != 0 ? TLanes.Or(digit, over) : TLanes.AndNot(digit, over);
            code[bit] = scale.IsSigned ? TLanes.AndNot(clamped, negative) : clamped;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(TVector* counts, in ComparisonPlan plan, CodeScale scale, TVector* constant, TVector* scaled)
    {
        var sign = plan.IsSigned ? counts[plan.Planes - 1] : TLanes.Zero;
        int countPlanes = scale.CountPlanes;
        for (int plane = plan.Planes; plane < countPlanes; plane++) counts[plane] = sign;
        var terms = scale.Terms;
        int planes = scale.Planes, fraction = scale.Fraction;
        var first = counts - terms[0].Shift;
        int kept = terms.Length <= 3 && scale.Constants.Length == 0 ? fraction : 0;
        if (terms.Length == 1) Copy(first + kept, planes - kept, scaled + kept);
        else if (terms.Length == 2) AddTerm(first, counts - terms[1].Shift, terms[1].IsNegative, scale.CarryIns > 0, kept, planes, scaled);
        else AddTwoTerms(first, counts, terms[1], terms[2], scale.CarryIns, kept, planes, scaled);
        for (int i = 3; i < terms.Length; i++) AddTerm(scaled, counts - terms[i].Shift, terms[i].IsNegative, i <= scale.CarryIns, 0, planes, scaled);
        if (scale.Constants.Length != 0) AddTerm(scaled, constant, false, false, fraction, planes, scaled);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(TVector* from, int planes, TVector* to)
    {
        for (int plane = 0; plane < planes; plane++) to[plane] = from[plane];
    }

    /// <summary>result = sum + addend or its complement, plus 1 with a carry in; the planes below <paramref name="kept"/> only carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTerm(TVector* sum, TVector* addend, bool complement, bool carryIn, int kept, int planes, TVector* result)
    {
        var flip = complement ? TLanes.Ones : TLanes.Zero;
        var carry = carryIn ? TLanes.Ones : TLanes.Zero;
        int plane = 0;
        for (; plane < kept; plane++) carry = TLanes.Carry(sum[plane], TLanes.Xor(addend[plane], flip), carry);
        for (; plane < planes; plane++)
        {
            TVector a = sum[plane], b = TLanes.Xor(addend[plane], flip);
            result[plane] = TLanes.Sum(a, b, carry);
            carry = TLanes.Carry(a, b, carry);
        }
    }

    /// <summary>Two terms at once: the sum between them stays in a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTwoTerms(TVector* sum, TVector* counts, ScaleTerm one, ScaleTerm two, int carryIns, int kept, int planes, TVector* result)
    {
        TVector* addend1 = counts - one.Shift, addend2 = counts - two.Shift;
        TVector flip1 = one.IsNegative ? TLanes.Ones : TLanes.Zero, flip2 = two.IsNegative ? TLanes.Ones : TLanes.Zero;
        TVector carry1 = carryIns > 0 ? TLanes.Ones : TLanes.Zero, carry2 = carryIns > 1 ? TLanes.Ones : TLanes.Zero;
        for (int plane = 0; plane < planes; plane++)
        {
            TVector a = sum[plane], b = TLanes.Xor(addend1[plane], flip1), c = TLanes.Xor(addend2[plane], flip2);
            var between = TLanes.Sum(a, b, carry1);
            carry1 = TLanes.Carry(a, b, carry1);
            if (plane >= kept) result[plane] = TLanes.Sum(between, c, carry2);
            carry2 = TLanes.Carry(between, c, carry2);
        }
    }

    /// <summary>Lanes whose number is at least <paramref name="least"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reaches(TVector* number, int least, int planes)
    {
        var reached = TLanes.Ones;
        for (int plane = 0; plane < planes; plane++)
            reached = (least >> plane & 1) != 0 ? TLanes.And(reached, number[plane]) : TLanes.Or(reached, number[plane]);
        return reached;
    }

    /// <summary>Lanes whose count has no bit between the low planes and the sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector NoHighPlane(TVector* counts, in ComparisonPlan plan)
    {
        var within = TLanes.Ones;
        int magnitudePlanes = plan.Planes - (plan.IsSigned ? 1 : 0);
        for (int plane = plan.LowPlanes; plane < magnitudePlanes; plane++) within = TLanes.And(within, TLanes.Not(counts[plane]));
        return within;
    }
}
