using System.Collections.Immutable;
using System.Numerics;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Compiled;

/// <summary>Whether the fraction that is left beside a code reaches that code's split.</summary>
internal delegate BitVectorExpression FractionTest(BitVectorExpression[] fraction, BitVectorExpression[] code);

/// <summary>
/// Bit-sliced counts to bit-sliced codes.
/// <code>
/// scale        the terms, moved by whole planes, and the offset added plane by plane; the code is what stands above the fraction, clamped
/// corrected    the same, then less one where the fraction is below what the code says
/// comparison   reached = 1; for plane p upwards: reached = threshold bit p ? count &amp; reached : count | reached;
///              thresholds that end alike share their beginnings
///              bit b of the code = exclusive or of every 2^b-th comparison, since thresholds ascend
/// residual     bit by bit, from the code (AffineLevels)
/// search       where thresholds differ by lane: bit by bit, the threshold in the middle of what the bits above leave
/// </code>
/// </summary>
internal sealed class AdcEmitter<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, ComparisonPlan plan)
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <param name="counts">Planes of counts less the offset.</param>
    /// <param name="offsets">Loads planes of the scale's offset, where it is no constant.</param>
    public BitVectorExpression[] ByScale(ShiftAddScale scale, BitVectorExpression[] counts, Func<int, BitVectorExpression> offsets) =>
        Clamped(scale, Scaled(scale, counts, offsets), plan.Thresholds).Code;

    /// <param name="counts">Planes of counts less the offset.</param>
    /// <param name="offsets">Loads planes of the scale's offset.</param>
    /// <param name="reached">Whether the fraction reaches the split of a code.</param>
    public BitVectorExpression[] ByNearScale(ShiftAddScale scale, BitVectorExpression[] counts, Func<int, BitVectorExpression> offsets,
        FractionTest reached)
    {
        var scaled = Scaled(scale, counts, offsets);
        var (code, over) = Clamped(scale, scaled, plan.Thresholds + 1);
        var borrow = ~reached([.. scaled.Take(scale.Fraction).Select(digit => block.Or(digit, over))], code);
        for (int bit = 0; bit < code.Length; bit++) (code[bit], borrow) = (block.Xor(code[bit], borrow), block.And(borrow, ~code[bit]));
        return code;
    }

    /// <summary>By the splits' bits, each a polynomial of the code's.</summary>
    /// <param name="coefficients">Loads those of <see cref="CorrectedShiftAddScale"/>, plane by plane.</param>
    public BitVectorExpression ReachesPolynomial(BitVectorExpression[] fraction, BitVectorExpression[] code,
        Func<int, BitVectorExpression> coefficients)
    {
        var reached = BitVectorExpression.Ones;
        for (int plane = 0; plane < fraction.Length; plane++)
        {
            int none = plane * CorrectedShiftAddScale.Coefficients(plan.CodePlanes) - 1;
            reached = block.Carry(fraction[plane], reached, ~Polynomial(0, code.Length));
            BitVectorExpression Polynomial(int bits, int variables)
            {
                if (variables == 0) return bits == 0 ? BitVectorExpression.Zero : coefficients(none + bits);
                int bit = variables - 1;
                return block.XorAnd(Polynomial(bits, bit), code[bit], Polynomial(bits | 1 << bit, bit));
            }
        }
        return reached;
    }

    /// <summary>By what the fraction reaches, written down for every split, of which the code's is taken.</summary>
    /// <param name="store">Takes whether the fraction reaches a number.</param>
    /// <param name="load">For a code above 0: the one of its split.</param>
    public BitVectorExpression ReachesEntry(BitVectorExpression[] fraction, BitVectorExpression[] code,
        Action<int, BitVectorExpression> store, Func<int, BitVectorExpression> load)
    {
        for (int split = 0; split < 1 << fraction.Length; split++) store(split, Reached(fraction, split, fraction.Length));
        int half = code.Length / 2;
        BitVectorExpression[] low = Minterms(code[..half]), high = Minterms(code[half..]);
        var reached = BitVectorExpression.Zero;
        for (int i = 0; i < high.Length; i++)
        {
            var ofHigh = BitVectorExpression.Zero;
            for (int j = 0; j < low.Length && (i << half | j) <= plan.Thresholds; j++)
                ofHigh = block.XorAnd(ofHigh, low[j], (i | j) == 0 ? BitVectorExpression.Ones : load(i << half | j));
            reached = block.XorAnd(reached, high[i], ofHigh);
        }
        return reached;
    }

    /// <summary>For every number, whether the digits are it.</summary>
    private BitVectorExpression[] Minterms(BitVectorExpression[] digits) =>
        digits.Aggregate((BitVectorExpression[])[BitVectorExpression.Ones],
            (terms, digit) => [.. terms.Select(term => block.And(term, ~digit)), .. terms.Select(term => block.And(term, digit))]);

    /// <param name="thresholds">Of counts less the offset, ascending.</param>
    public BitVectorExpression[] ByThresholds(ImmutableArray<int> thresholds, BitVectorExpression[] counts) =>
        ByComparisons([.. thresholds.Select(threshold => Reached(counts, threshold, plan.LowPlanes))], counts);

    /// <param name="thresholds">What lanes share.</param>
    /// <param name="masks">Loads one of <see cref="ComparisonMasks"/>.</param>
    public BitVectorExpression[] ByMasks(ImmutableArray<MaskedThreshold> thresholds, Func<int, BitVectorExpression> masks,
        BitVectorExpression[] counts)
    {
        int[] starts = new int[thresholds.Length];
        for (int k = 1; k < starts.Length; k++) starts[k] = starts[k - 1] + thresholds[k - 1].LowPlanes;
        var code = new BitVectorExpression[plan.CodePlanes];
        for (int bit = code.Length - 1; bit >= 0; bit--)
        {
            // The threshold that this bit's code is the first to reach, by the bits above. Code k reaches threshold k - 1.
            var reached = Selected(1 << bit, bit + 1, k => BitVectorExpression.All(k <= thresholds.Length));
            for (int plane = 0; plane < plan.LowPlanes; plane++)
                reached = block.Carry(counts[plane], reached, Selected(1 << bit, bit + 1, k => Mask(k - 1, plane)));
            code[bit] = reached;
        }
        return Bounded(code, counts);

        BitVectorExpression Selected(int k, int bit, Func<int, BitVectorExpression> of) =>
            bit == code.Length ? of(k) : block.Select(code[bit], Selected(k | 1 << bit, bit + 1, of), Selected(k, bit + 1, of));

        BitVectorExpression Mask(int k, int plane) => k >= thresholds.Length ? BitVectorExpression.Zero
            : plane < thresholds[k].LowPlanes ? masks(starts[k] + plane) : BitVectorExpression.All(thresholds[k].IsClear(plane));
    }

    /// <summary>A number of each code, each of its bits a polynomial over GF(2) of the code's bits.</summary>
    /// <param name="values">Of each code.</param>
    /// <param name="planes">Of a number.</param>
    public BitVectorExpression[] Tabulated(BitVectorExpression[] code, ImmutableArray<int> values, int planes)
    {
        return [.. Enumerable.Range(0, planes)
            .Select(plane => Bit([.. Enumerable.Range(0, 1 << code.Length).Select(k => (ValueOf(k) >> plane & 1) != 0)]))];

        // Of codes that do not occur, whatever leaves the top bits out.
        int ValueOf(int k) => k < values.Length ? values[k] : ValueOf(k - (1 << BitOperations.Log2((uint)k)));

        BitVectorExpression Bit(bool[] ofCode)
        {
            if (ofCode.Length == 1) return BitVectorExpression.All(ofCode[0]);
            int half = ofCode.Length / 2;
            bool[] low = ofCode[..half], changes = [.. low.Zip(ofCode[half..], (a, b) => a != b)];
            return block.XorAnd(Bit(low), code[BitOperations.Log2((uint)half)], Bit(changes));
        }
    }

    private BitVectorExpression[] ByComparisons(BitVectorExpression[] comparisons, BitVectorExpression[] counts)
    {
        var code = new BitVectorExpression[plan.CodePlanes];
        for (int bit = 0; bit < code.Length; bit++)
        {
            code[bit] = BitVectorExpression.Zero;
            for (int k = 1 << bit; k <= comparisons.Length; k += 2 << bit)
                code[bit] = block.Sum(code[bit], comparisons[k - 1],
                    k + (1 << bit) <= comparisons.Length ? comparisons[k + (1 << bit) - 1] : BitVectorExpression.Zero);
        }
        return Bounded(code, counts);
    }

    /// <summary>A count with a bit above the compared planes has reached every threshold, a negative one none.</summary>
    private BitVectorExpression[] Bounded(BitVectorExpression[] code, BitVectorExpression[] counts)
    {
        BitVectorExpression within = BitVectorExpression.Ones, positive = plan.IsSigned ? ~counts[plan.Planes - 1]
            : BitVectorExpression.Ones;
        for (int plane = plan.LowPlanes; plane < plan.Planes - (plan.IsSigned ? 1 : 0); plane++) within = block.And(within, ~counts[plane]);
        return [
            .. code.Select((digit, bit) =>
                block.And((plan.Thresholds >> bit & 1) != 0 ? ~block.And(~digit, within) : block.And(digit, within), positive))];
    }

    /// <summary>What stands above the fraction, within 0 .. the largest code, and where it was above.</summary>
    /// <param name="above">The least code that counts as above: one below it is all the same for the clamped code.</param>
    private (BitVectorExpression[] Code, BitVectorExpression Over) Clamped(ShiftAddScale scale, BitVectorExpression[] scaled, int above)
    {
        int end = scale.Fraction + plan.CodePlanes, magnitude = scale.Planes - (scale.IsSigned ? 1 : 0);
        var over = BitVectorExpression.Zero;
        for (int plane = end; plane < magnitude; plane++) over = block.Or(over, scaled[plane]);
        BitVectorExpression[] digits = [.. Enumerable.Range(scale.Fraction, plan.CodePlanes)
            .Select(plane => plane < magnitude ? scaled[plane] : BitVectorExpression.Zero)];
        if (!plan.FillsCodePlanes) over = block.Or(over, Reached(digits, above, plan.CodePlanes));
        var positive = scale.IsSigned ? ~scaled[magnitude] : BitVectorExpression.Ones;
        for (int bit = 0; bit < digits.Length; bit++)
            digits[bit] =
                block.And((plan.Thresholds >> bit & 1) != 0 ? block.Or(digits[bit], over) : block.And(digits[bit], ~over), positive);
        return (digits, over);
    }

    /// <summary>Planes of v of <see cref="ShiftAddScale"/>: the digits of each plane are added,
    /// three at a time, until one is left.</summary>
    private BitVectorExpression[] Scaled(ShiftAddScale scale, BitVectorExpression[] counts, Func<int, BitVectorExpression> offsets)
    {
        List<BitVectorExpression>[] digits = [.. Enumerable.Range(0, scale.Planes + 1).Select(_ => new List<BitVectorExpression>())];
        foreach (var term in scale.Terms)
            for (int plane = 0; plane < scale.Planes; plane++)
            {
                int from = plane - term.Shift;
                var digit = from < 0 ? BitVectorExpression.Zero : from < counts.Length ? counts[from] : plan.IsSigned ? counts[^1]
                    : BitVectorExpression.Zero;
                Place(digits[plane], term.IsNegative ? ~digit : digit);
            }
        var scaled = new BitVectorExpression[scale.Planes];
        for (int plane = 0; plane < scale.Planes; plane++)
        {
            Place(digits[plane], scale.Offset is { } offset ? BitVectorExpression.All((offset >> plane & 1) != 0) : offsets(plane));
            scaled[plane] = Added(digits[plane], digits[plane + 1]);
        }
        return scaled;
    }

    private static void Place(List<BitVectorExpression> digits, BitVectorExpression digit)
    {
        if (digit != BitVectorExpression.Zero) digits.Add(digit);
    }

    /// <summary>What is there first is added first, constants before all: adding one to two digits costs no more than adding these, and
    /// carries wait for no more than two operations a plane.</summary>
    private BitVectorExpression Added(List<BitVectorExpression> digits, List<BitVectorExpression> next)
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

    private BitVectorExpression Reached(BitVectorExpression[] number, int threshold, int planes)
    {
        var reached = BitVectorExpression.Ones;
        for (int plane = 0; plane < planes; plane++)
            reached = (threshold >> plane & 1) != 0 ? block.And(number[plane], reached) : block.Or(number[plane], reached);
        return reached;
    }
}
