using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// An estimate of the noise of conversions at 16-bit lanes, from the high half h of their random bits:
/// <code>
/// a = min(h, 2^16 - 1 - h)                             the distance to the nearer end
/// |n| = point[i] + (point[i + 1] - point[i]) * f       i and f: the whole and the fraction of a / 2^9, or of a / 2^3 where a is below 2^9
/// noise / 2^g lies in n - Below / 2^g .. n + Above / 2^g   outside the tails, where a is at least Tail
/// </code>
/// The bounds are found over all h at load. Where they do not decide the code, the noise itself does. Without instructions that permute
/// words, n is looked up in a table with an entry for each a below 2^11, and for each a / 2^4 from there on.
/// </summary>
internal sealed unsafe class NarrowNoise
{
    private const int Points = 64, FractionBits = 15, CoarseBits = 9, FineBits = 3, FineEnd = 1 << CoarseBits;
    private const int BinBits = 4, SingleEnd = 1 << 11, Bins = 1 << 12;

    /// <summary>The values of h at either end that are not estimated: one conversion in 2048. There the noise rises too steeply.</summary>
    public const int Tail = 1 << 4;

    private readonly bool _permutes;
    private readonly int _most;
    private readonly short[] _coarse = new short[Points], _fine = new short[Points], _coarseStep = new short[Points],
        _fineStep = new short[Points], _entries = new short[2 * Bins];

    /// <param name="noise">The noise, which does not depend on the partial sum.</param>
    /// <param name="unitBits">The logarithm of the unit, in quanta.</param>
    /// <param name="permutes">Whether to interpolate, by instructions that permute words.</param>
    public NarrowNoise(NoiseTable noise, int unitBits, bool permutes)
    {
        _permutes = permutes;
        double Upper(int a)
        {
            var (least, most) = noise.BoundsQuanta(0, (ushort)(ushort.MaxValue - Math.Max(a, Tail)));
            return Math.ScaleB((least + most) / 2.0, -unitBits);
        }
        _most = (int)Math.Ceiling(Upper(Tail)) + 1;
        Fit(Upper, CoarseBits, _coarse, _coarseStep);
        Fit(Upper, FineBits, _fine, _fineStep);
        for (int a = 0; a <= short.MaxValue; a++)
        {
            // The last a of a bin leaves the value between the bin's ends.
            int first = a < SingleEnd ? a : a >> BinBits << BinBits;
            short upper = Rounded((Upper(first) + Upper(a)) / 2);
            (_entries[Entry(a)], _entries[Bins + Entry(a)]) = (upper, (short)~upper);
        }
        for (int h = Tail; h <= ushort.MaxValue - Tail; h++)
        {
            var (least, most) = noise.BoundsQuanta(0, (ushort)h);
            int quanta = Of((ushort)h) << unitBits;
            (Below, Above) = (Math.Max(Below, quanta - least), Math.Max(Above, most - quanta));
        }
    }

    /// <summary>How far the noise may lie below the estimate, in quanta.</summary>
    public int Below { get; private set; }

    /// <summary>How far the noise may lie above the estimate, in quanta.</summary>
    public int Above { get; private set; }

    /// <summary>Returns the distance of h to the nearer end. There is no branch, since half of the random h would be predicted
    /// wrongly.</summary>
    public static int Distance(ushort h) => (ushort)(h ^ ((short)h >> FractionBits));

    /// <summary>Returns the estimate, in units.</summary>
    public short Of(ushort h)
    {
        int a = Distance(h), sign = h > short.MaxValue ? 0 : -1;
        if (!_permutes) return _entries[(Bins & sign) + Entry(a)];
        bool isFine = a < FineEnd;
        int bits = isFine ? FineBits : CoarseBits, i = a >> bits, f = (a << (FractionBits - bits)) & short.MaxValue;
        return (short)(((isFine ? _fine : _coarse)[i]
            + ((((isFine ? _fineStep : _coarseStep)[i] * f) + (1 << (FractionBits - 1))) >> FractionBits)) ^ sign);
    }

    /// <summary>Estimates the noise of neighbouring columns.</summary>
    /// <param name="highs">The high halves of their random bits. Buffers reach to a multiple of the widest vector.</param>
    /// <param name="noise">The estimates, in units; written.</param>
    /// <returns>Whether some column's random bits may be in a tail.</returns>
    public bool Estimate(ushort* highs, int columns, short* noise) =>
        _permutes ? Interpolate(highs, columns, noise) : LookUp(highs, columns, noise);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Interpolate(ushort* highs, int columns, short* noise)
    {
        fixed (short* coarse = _coarse, coarseStep = _coarseStep, fine = _fine, fineStep = _fineStep)
        {
            const int Half = Points / 2;
            Vector512<short> coarse0 = Vector512.Load(coarse), coarse1 = Vector512.Load(coarse + Half),
                coarseStep0 = Vector512.Load(coarseStep), coarseStep1 = Vector512.Load(coarseStep + Half),
                fine0 = Vector512.Load(fine), fine1 = Vector512.Load(fine + Half),
                fineStep0 = Vector512.Load(fineStep), fineStep1 = Vector512.Load(fineStep + Half),
                fineEnd = Vector512.Create((short)FineEnd), fraction = Vector512.Create(short.MaxValue), nearest = fraction;
            for (int column = 0; column < columns; column += Vector512<short>.Count)
            {
                Vector512<short> h = Vector512.Load((short*)highs + column), upper = h >> FractionBits, a = h ^ upper;
                var isFine = Vector512.LessThan(a, fineEnd);
                nearest = Vector512.Min(nearest, a);
                Vector512<short> f = Vector512.ConditionalSelect(isFine, a << (FractionBits - FineBits), a << (FractionBits - CoarseBits))
                    & fraction;
                // Indices are read modulo the number of points.
                Vector512<short> i = a >> CoarseBits, j = a >> FineBits,
                    point = Vector512.ConditionalSelect(isFine, Avx512BW.PermuteVar32x16x2(fine0, j, fine1),
                        Avx512BW.PermuteVar32x16x2(coarse0, i, coarse1)),
                    step = Vector512.ConditionalSelect(isFine, Avx512BW.PermuteVar32x16x2(fineStep0, j, fineStep1),
                        Avx512BW.PermuteVar32x16x2(coarseStep0, i, coarseStep1));
                ((point + Avx512BW.MultiplyHighRoundScale(step, f)) ^ ~upper).Store(noise + column);
            }
            return Vector512.LessThanAny(nearest, Vector512.Create((short)Tail));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool LookUp(ushort* highs, int columns, short* noise)
    {
        const int BinBit = 12;
        Vector256<ushort> single = Vector256.Create((ushort)(SingleEnd - (SingleEnd >> BinBits))), nearest = Vector256<ushort>.AllBitsSet;
        for (int column = 0; column < columns; column += Vector256<ushort>.Count)
        {
            var h = Vector256.Load(highs + column);
            Vector256<ushort> a = h ^ (h.AsInt16() >> FractionBits).AsUInt16(), lower = Vector256.AndNot(Vector256.Create((ushort)Bins),
                h >> (FractionBits - BinBit));
            nearest = Vector256.Min(nearest, a);
            (Vector256.Min(a, (a >> BinBits) + single) | lower).Store((ushort*)noise + column);
        }
        fixed (short* shorts = _entries)
        {
            var entries = (ushort*)shorts;
            // Four at a time halve the loads and stores.
            for (int column = 0; column < columns; column += 4)
            {
                ulong four = *(ulong*)(noise + column);
                *(ulong*)(noise + column) = entries[(ushort)four] | (ulong)entries[(ushort)(four >> 16)] << 16
                    | (ulong)entries[(ushort)(four >> 32)] << 32 | (ulong)entries[four >> 48] << 48;
            }
        }
        return Vector256.LessThanAny(nearest, Vector256.Create((ushort)Tail));
    }

    /// <summary>Returns the entry of the upper half for a distance.</summary>
    private static int Entry(int a) => Math.Min(a, (a >> BinBits) + SingleEnd - (SingleEnd >> BinBits));

    /// <summary>Fits the lines between points at a = 0, 2^bits, ...</summary>
    private void Fit(Func<int, double> upper, int bits, short[] points, short[] steps)
    {
        // Below the first coarse point lie the fine ones.
        int first = bits == CoarseBits ? 1 : 0;
        // The noise is convex: a line through two of its values lies above it. Points between both make the largest error half as large.
        double Sag(int i) => i < first || i >= Points ? 0
            : ((upper(i << bits) + upper((i + 1) << bits)) / 2) - upper((i << bits) + (1 << (bits - 1)));
        double Point(int i) => upper(i << bits) - (Math.Max(Sag(i - 1), Sag(i)) / 2);
        for (int i = 0; i < Points; i++)
        {
            points[i] = Rounded(Point(Math.Max(i, first)));
            steps[i] = (short)(Rounded(Point(Math.Max(i + 1, first))) - points[i]);
        }
    }

    /// <summary>Rounds |n| - 1/2: where the noise is negative, n is the complement, -1 - |n|.</summary>
    private short Rounded(double units) => (short)Math.Clamp(Math.Floor(units), -_most, _most);
}
