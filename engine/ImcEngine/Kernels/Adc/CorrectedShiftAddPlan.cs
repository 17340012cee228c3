using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// A scale with each column's own offset, corrected where a column's thresholds deviate from it:
/// <code>
/// c = code of the scale: the true code, or 1 more
/// code = c where fraction of v >= split[c], else c - 1          split[0] = 0; above the largest code the fraction is all ones
/// </code>
/// So a fraction of a few planes is compared once, where a search compares the whole count for each bit of the code.
/// </summary>
/// <param name="IsSigned">Whether the top plane of a count is a sign.</param>
internal sealed record CorrectedShiftAddPlan(int Thresholds, int Planes, bool IsSigned, ShiftAddScale Scale, ColumnLayout Layout)
    : ConversionPlan
{
    public override int Thresholds { get; } = Thresholds;
    public override int Planes { get; } = Planes;
    public override int Comparisons => 0;

    /// <summary>With byte constants: for every number, whether the fraction reaches it. The column's bytes select one per split.</summary>
    public override int WorkingVectors => Layout == ColumnLayout.Bytes ? 1 << Scale.Fraction : 0;

    public override BitVectorExpression[] Convert<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] counts,
        ConstantReader<TLanes, TVector> constants)
    {
        var scaled = Scale.Scaled(block, counts, IsSigned, plane => constants.Bit(Layout, plane));
        var (code, over) = Scale.Clamped(block, scaled, this, above: Thresholds + 1);
        BitVectorExpression[] fraction = [.. scaled.Take(Scale.Fraction).Select(digit => block.Or(digit, over))];
        var borrow = ~(Layout == ColumnLayout.Lanes ? ReachesPolynomial(block, fraction, code, constants)
            : ReachesEntry(block, fraction, code, constants));
        for (int bit = 0; bit < code.Length; bit++) (code[bit], borrow) = (block.Xor(code[bit], borrow), block.And(borrow, ~code[bit]));
        return code;
    }

    /// <summary>Returns whether the fraction reaches the code's split. Each bit of the split is a polynomial of the code's bits.</summary>
    private BitVectorExpression ReachesPolynomial<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] fraction,
        BitVectorExpression[] code, ConstantReader<TLanes, TVector> constants)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var reached = BitVectorExpression.Ones;
        for (int plane = 0; plane < fraction.Length; plane++)
        {
            int none = Scale.Planes + plane * CorrectedShiftAddColumns.Coefficients(CodePlanes) - 1;
            reached = block.Carry(fraction[plane], reached, ~Polynomial(0, code.Length));
            BitVectorExpression Polynomial(int bits, int variables)
            {
                if (variables == 0) return bits == 0 ? BitVectorExpression.Zero : constants.Bit(Layout, none + bits);
                int bit = variables - 1;
                return block.XorAnd(Polynomial(bits, bit), code[bit], Polynomial(bits | 1 << bit, bit));
            }
        }
        return reached;
    }

    /// <summary>Returns whether the fraction reaches the code's split. The answer is computed for every possible split, and the code's is
    /// selected.</summary>
    private BitVectorExpression ReachesEntry<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] fraction,
        BitVectorExpression[] code, ConstantReader<TLanes, TVector> constants)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        for (int split = 0; split < WorkingVectors; split++) constants.Store(split, block.Reaches(fraction, split));
        int half = code.Length / 2;
        BitVectorExpression[] low = Minterms(code[..half]), high = Minterms(code[half..]);
        var reached = BitVectorExpression.Zero;
        for (int i = 0; i < high.Length; i++)
        {
            var ofHigh = BitVectorExpression.Zero;
            for (int j = 0; j < low.Length && (i << half | j) <= Thresholds; j++)
                ofHigh = block.XorAnd(ofHigh, low[j],
                    (i | j) == 0 ? BitVectorExpression.Ones : constants.Named(Scale.Planes + (i << half | j) - 1));
            reached = block.XorAnd(reached, high[i], ofHigh);
        }
        return reached;

        // Entry i: whether the digits are the number i.
        BitVectorExpression[] Minterms(BitVectorExpression[] digits) =>
            digits.Aggregate((BitVectorExpression[])[BitVectorExpression.Ones],
                (terms, digit) => [.. terms.Select(term => block.And(term, ~digit)), .. terms.Select(term => block.And(term, digit))]);
    }
}

/// <summary>
/// The constants of columns whose thresholds deviate from a line by less than one code, as those of edges with errors do.
/// <code>
/// bits    the planes of the column's offset; then, for each plane p of the fraction, the coefficients of a polynomial over GF(2):
///         bit p of split[c] = exclusive or of coefficient[p][m] over all m whose set bits are set in c
/// bytes   the planes of the column's offset; then, for each c from 1, the offset of split[c]'s working vector, in CompactRowList units
/// </code>
/// </summary>
/// <param name="CountPlanes">The planes of a count, after the count offset is subtracted.</param>
/// <param name="Offsets">The offset of v, one per column.</param>
/// <param name="Splits">The splits of each column, [c].</param>
internal sealed record CorrectedShiftAddColumns(int CountPlanes, int CountOffset, ShiftAddScale Scale, int[] Offsets, int[][] Splits)
    : IColumnConstants
{
    // In additions of five operations each: two operations per coefficient, and about ten to compare and correct.
    private const double CostOfCoefficient = 0.4, CostOfComparison = 2;

    // Each coefficient is emitted as code, which would be too long with more thresholds.
    private const int MostThresholds = 63;

    public int BitCount => Scale.Planes + Scale.Fraction * Coefficients(PlaneCount.Holding(Thresholds));
    public int ByteCount => Scale.Planes + Thresholds;

    private int Thresholds => Splits[0].Length - 1;

    /// <summary>Returns null where no scale of few terms is close enough to all columns.</summary>
    /// <param name="columns">The thresholds of each column, ascending; the same number for every column.</param>
    /// <param name="largestCount">The largest count; the least is 0.</param>
    public static CorrectedShiftAddColumns? Find(IReadOnlyList<int[]> columns, int largestCount)
    {
        if (columns[0].Length > MostThresholds) return null;
        int[] mean = [.. Enumerable.Range(0, columns[0].Length).Select(k => (int)Math.Round(columns.Average(ofColumn => ofColumn[k])))];
        var search = new ShiftAddScaleSearch(columns, mean, largestCount, mostAhead: 1);
        return search.Scale is null ? null
            : new(PlaneCount.OfCounts(largestCount, search.CountOffset, 1), search.CountOffset, search.Scale, search.Offsets,
                search.Splits);
    }

    /// <summary>Returns the cost of the correction, in additions of planes.</summary>
    /// <param name="fraction">The planes of the fraction.</param>
    public static double CostOfCorrection(int fraction, int thresholds) =>
        CostOfCoefficient * fraction * Coefficients(PlaneCount.Holding(thresholds)) + CostOfComparison;

    /// <summary>The number of coefficients of one bit of the splits. The constant coefficient is left out: it is split[0] = 0.</summary>
    public static int Coefficients(int codePlanes) => (1 << codePlanes) - 1;

    /// <summary>Finds the splits of one column. Returns false where the scale with this offset gives a code that is neither right nor 1 too
    /// high, or where its fraction does not tell these two cases apart.</summary>
    /// <param name="sums">The sum of the scale's terms for every count.</param>
    /// <param name="splits">The splits, [c]; written.</param>
    public static bool TrySplits(int[] sums, int fraction, int offset, int[] thresholds, int[] splits)
    {
        int top = thresholds.Length, code = 0;
        Span<int> leastReached = stackalloc int[top + 1];
        leastReached.Fill(1 << fraction);
        leastReached[0] = 0;
        Array.Clear(splits);
        for (int count = 0; count < sums.Length; count++)
        {
            while (code < top && thresholds[code] <= count) code++;
            int v = sums[count] + offset, c = Math.Clamp(v >> fraction, 0, top);
            int rest = v >> fraction > top ? (1 << fraction) - 1 : v & (1 << fraction) - 1;
            if (c == code) leastReached[c] = Math.Min(leastReached[c], rest);
            else if (c == code + 1) splits[c] = Math.Max(splits[c], rest + 1);
            else return false;
        }
        for (int c = 0; c <= top; c++)
            if (splits[c] > leastReached[c] || splits[c] >> fraction != 0) return false;
        return true;
    }

    /// <summary>Returns one column's coefficients: bit p of entry m is coefficient[p][m].</summary>
    public int[] CoefficientsOf(int column)
    {
        var coefficients = new int[Coefficients(PlaneCount.Holding(Splits[column].Length - 1)) + 1];
        Splits[column].CopyTo(coefficients, 0);
        for (int bit = 1; bit < coefficients.Length; bit <<= 1)
            for (int m = 0; m < coefficients.Length; m++)
                if ((m & bit) != 0) coefficients[m] ^= coefficients[m ^ bit];
        return coefficients;
    }

    public ConversionPlan PlanFor(ColumnLayout layout) =>
        new CorrectedShiftAddPlan(Thresholds, CountPlanes, CountOffset > 0, Scale, layout);

    public void WriteBits(int column, Span<byte> bits)
    {
        WriteOffset(column, bits);
        int[] coefficients = CoefficientsOf(column);
        for (int plane = 0, at = Scale.Planes; plane < Scale.Fraction; plane++)
            for (int m = 1; m < coefficients.Length; m++, at++) bits[at] = (byte)(coefficients[m] >> plane & 1);
    }

    public void WriteBytes(int column, int vectorBytes, Span<byte> bytes)
    {
        WriteOffset(column, bytes);
        IColumnConstants.RepeatBits(bytes[..Scale.Planes]);
        for (int c = 1; c <= Thresholds; c++)
            bytes[Scale.Planes + c - 1] = checked((byte)(Splits[column][c] * (vectorBytes / CompactRowList.Unit)));
    }

    private void WriteOffset(int column, Span<byte> bits)
    {
        for (int plane = 0; plane < Scale.Planes; plane++) bits[plane] = (byte)(Offsets[column] >> plane & 1);
    }
}
