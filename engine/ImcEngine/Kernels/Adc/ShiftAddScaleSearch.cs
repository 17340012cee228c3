using System.Numerics;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Searches the cheapest <see cref="ShiftAddScale"/> for the thresholds of many columns. Every count is tried, so the scale gives exactly
/// the codes of the thresholds. Where it may be ahead, its codes may also be higher by the allowed number, but never lower.
/// </summary>
internal sealed class ShiftAddScaleSearch
{
    private const int MostPlanes = 32, MostShift = 16, MostTerms = 8, MostQ = 16, LeastThresholds = 4, Candidates = 8;

    /// <summary>The limit where the scale may be ahead: the offset of each working vector must fit a byte.</summary>
    private const int MostFractionAhead = 5;

    /// <summary>The different thresholds, and for each column which of them it has. Offsets of columns give few.</summary>
    private readonly List<int[]> _columns = [];

    /// <inheritdoc cref="_columns"/>
    private readonly int[] _kinds;
    private readonly int[] _typical;
    private readonly int _largestCount, _mostAhead;
    private int _hardest;

    /// <param name="columns">The thresholds of each column, ascending; the same number for every column.</param>
    /// <param name="typical">The thresholds of one of the columns, or their means over the columns.</param>
    /// <param name="largestCount">The largest count; the least is 0.</param>
    /// <param name="mostAhead">How much the scale's code may be above the true one: 0, or 1 where its fraction tells for which counts it
    /// is.</param>
    public ShiftAddScaleSearch(IReadOnlyList<int[]> columns, int[] typical, int largestCount, int mostAhead)
    {
        (_typical, _largestCount, _mostAhead) = (typical, largestCount, mostAhead);
        _kinds = KindsOf(columns);
        if (typical.Length < LeastThresholds || typical[^1] == typical[0]) return;
        foreach (var (a, q) in Multipliers()) TryMultiplier(a, q);
    }

    /// <summary>The scale found; null where none of few terms fits.</summary>
    public ShiftAddScale? Scale { get; private set; }

    /// <summary>The number subtracted from every count.</summary>
    public int CountOffset { get; private set; }

    /// <summary>The offset of v, one per column.</summary>
    public int[] Offsets { get; private set; } = [];

    /// <summary>The splits of each column, see <see cref="CorrectedShiftAddPlan"/>; empty where the scale is never ahead.</summary>
    public int[][] Splits { get; private set; } = [];

    /// <summary>Collects the different thresholds; returns for each column which of them it has.</summary>
    private int[] KindsOf(IReadOnlyList<int[]> columns)
    {
        var known = new Dictionary<ValueList<int>, int>();
        var kinds = new int[columns.Count];
        for (int column = 0; column < kinds.Length; column++)
        {
            ValueList<int> thresholds = [.. columns[column]];
            if (known.TryGetValue(thresholds, out kinds[column])) continue;
            kinds[column] = known.Count;
            known.Add(thresholds, known.Count);
            _columns.Add(columns[column]);
        }
        return kinds;
    }

    /// <summary>Returns multipliers a / 2^q that give every code of the typical column with some constant: those with the fewest signed
    /// digits.</summary>
    private IEnumerable<(int A, int Q)> Multipliers()
    {
        int range = _typical[^1] - _typical[0];
        double codesPerCount = (_typical.Length - 1.0) / range;
        var found = new List<(int A, int Q)>();
        for (int q = 0; q <= MostQ && found.Count < Candidates; q++)
        {
            // The scale may be off by about one count over the whole range.
            int near = (int)(codesPerCount * (1 << q)), off = near / range + 2;
            for (int a = Math.Max(1, near - off); a <= near + off; a++)
                if ((q == 0 || (a & 1) != 0) && DigitsOf(a) <= MostTerms && Fits(a, q)) found.Add((a, q));
        }
        return found.OrderBy(each => DigitsOf(each.A)).ThenBy(each => each.Q).Take(Candidates);
    }

    /// <summary>
    /// Returns whether there is a constant c with a * t + c >= k 2^q and a * (t - 1) + c &lt; k 2^q for every threshold t of code k. Where
    /// the scale may be ahead, half a code is allowed for the deviations of the columns.
    /// </summary>
    private bool Fits(int a, int q)
    {
        long most = long.MinValue, least = long.MaxValue;
        for (int k = 0; k < _typical.Length; k++)
        {
            long c = ((long)(k + 1) << q) - (long)a * _typical[k];
            most = Math.Max(most, c);
            least = Math.Min(least, c);
        }
        return most - least < a + (_mostAhead << q) / 2;
    }

    private void TryMultiplier(int a, int q)
    {
        var digits = Digits(a);
        int countsPerCode = ((1 << q) + a - 1) / a;
        int[] sums = new int[_largestCount + 1];
        for (int fraction = 0; fraction <= (_mostAhead == 0 ? q : Math.Min(q, MostFractionAhead)); fraction++)
        {
            var terms = Array.ConvertAll(digits, digit => new ScaleTerm(digit.Power - q + fraction, digit.IsNegative));
            if (terms.Any(term => Math.Abs(term.Shift) > MostShift)) continue;
            if (Scale is not null && Cost(new([.. terms], fraction, fraction + 1, false)) >= Cost(Scale)) return;
            for (int down = 0; down <= countsPerCode + 1; down++)
            {
                int countOffset = _typical[0] - down;
                for (int count = 0; count < sums.Length; count++) sums[count] = ShiftAddScale.SumOfTerms(terms, count - countOffset);
                if (!TryOffsets(sums, fraction, out int[] offsets, out int[][] splits)) continue;
                Keep(new([.. terms], fraction, 0, false), countOffset, sums, offsets, splits);
                return;
            }
        }
    }

    private void Keep(ShiftAddScale scale, int countOffset, int[] sums, int[] offsets, int[][] splits)
    {
        int least = Math.Min(0, sums.Min() + offsets.Min()), most = Math.Max(0, sums.Max() + offsets.Max());
        bool isSigned = least < 0;
        int planes = BitOperations.Log2((uint)Math.Max(most, ~least) | 1) + 1 + (isSigned ? 1 : 0);
        if (planes > MostPlanes) return;
        scale = scale with { Planes = planes, IsSigned = isSigned };
        if (Scale is not null && Cost(scale) >= Cost(Scale)) return;
        (Scale, CountOffset) = (scale, countOffset);
        Offsets = Array.ConvertAll(_kinds, kind => offsets[kind]);
        Splits = splits.Length == 0 ? [] : Array.ConvertAll(_kinds, kind => splits[kind]);
    }

    /// <summary>Returns the cost of the scale and of its correction, in additions of planes.</summary>
    private double Cost(ShiftAddScale scale) =>
        scale.Cost + (_mostAhead == 0 ? 0 : CorrectedShiftAddColumns.CostOfCorrection(scale.Fraction, _typical.Length));

    /// <summary>Finds offsets with which every count has its code; false where a column has no such offset.</summary>
    private bool TryOffsets(int[] sums, int fraction, out int[] offsets, out int[][] splits)
    {
        offsets = new int[_columns.Count];
        splits = _mostAhead == 0 ? [] : new int[_columns.Count][];
        // The column that failed last is the most likely to fail again, so it is tried first.
        if (!TryOffset(_hardest, sums, fraction, offsets, splits)) return false;
        for (int column = 0; column < offsets.Length; column++)
            if (!TryOffset(column, sums, fraction, offsets, splits))
            {
                _hardest = column;
                return false;
            }
        return true;
    }

    private bool TryOffset(int column, int[] sums, int fraction, int[] offsets, int[][] splits)
    {
        var (least, most) = OffsetsOf(sums, fraction, _columns[column]);
        if (least > most) return false;
        // An offset of 0 saves additions: its planes need none.
        offsets[column] = Math.Clamp(0, least, most);
        if (_mostAhead == 0) return true;
        splits[column] = new int[_typical.Length + 1];
        for (offsets[column] =
            least; !CorrectedShiftAddColumns.TrySplits(sums, fraction, offsets[column], _columns[column],
                splits[column]); offsets[column]++)
            if (offsets[column] == most) return false;
        return true;
    }

    /// <summary>Returns the range of offsets with which every count has its code, or one that is ahead as far as allowed. The range is
    /// empty where Least is above Most.</summary>
    private (int Least, int Most) OffsetsOf(int[] sums, int fraction, int[] thresholds)
    {
        int least = int.MinValue / 2, most = int.MaxValue / 2, code = 0;
        for (int count = 0; count < sums.Length && least <= most; count++)
        {
            while (code < thresholds.Length && thresholds[code] <= count) code++;
            if (code > 0) least = Math.Max(least, (code << fraction) - sums[count]);
            if (code < thresholds.Length) most = Math.Min(most, (code + 1 + _mostAhead << fraction) - 1 - sums[count]);
        }
        return (least, most);
    }

    /// <summary>Returns the number of nonzero signed digits: they are where a and 3 a differ.</summary>
    private static int DigitsOf(int a) => BitOperations.PopCount((ulong)(a ^ 3L * a));

    /// <summary>Returns the nonzero signed binary digits, the largest first; no two are neighbours.</summary>
    private static (int Power, bool IsNegative)[] Digits(int a)
    {
        var digits = new List<(int, bool)>();
        for (int power = 0; a != 0; power++, a >>= 1)
        {
            if ((a & 1) == 0) continue;
            bool isNegative = (a & 3) == 3;
            digits.Add((power, isNegative));
            a += isNegative ? 1 : -1;
        }
        digits.Reverse();
        return [.. digits];
    }
}
