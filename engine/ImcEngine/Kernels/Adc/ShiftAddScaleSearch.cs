using System.Numerics;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// The cheapest <see cref="ShiftAddScale"/> of many columns' thresholds, found by trying every count, so that codes are exactly those of
/// the thresholds; or, where it may be ahead, nowhere below them and nowhere more above.
/// </summary>
internal sealed class ShiftAddScaleSearch
{
    private const int MostPlanes = 32, MostShift = 16, MostTerms = 8, MostQ = 16, LeastThresholds = 4, Candidates = 8;

    /// <summary>Where the scale may be ahead: a byte then names any vector of a fraction.</summary>
    private const int MostFractionAhead = 5;

    private readonly IReadOnlyList<int[]> _columns;
    private readonly int[] _typical;
    private readonly int _largestCount, _mostAhead;
    private int _hardest;

    /// <param name="columns">Thresholds of each, equally many, ascending.</param>
    /// <param name="typical">Thresholds of one column, or of a mean one.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    /// <param name="mostAhead">How far the scale's code may be above the true one: 0;
    /// or 1, where its fraction tells which counts these are.</param>
    public ShiftAddScaleSearch(IReadOnlyList<int[]> columns, int[] typical, int largestCount, int mostAhead)
    {
        (_columns, _typical, _largestCount, _mostAhead) = (columns, typical, largestCount, mostAhead);
        if (typical.Length < LeastThresholds || typical[^1] == typical[0]) return;
        foreach (var (a, q) in Multipliers()) TryMultiplier(a, q);
    }

    /// <summary>Null where none of few terms fits.</summary>
    public ShiftAddScale? Scale { get; private set; }

    /// <summary>What is subtracted from every count.</summary>
    public int CountOffset { get; private set; }

    /// <summary>Of each column.</summary>
    public int[] Offsets { get; private set; } = [];

    /// <summary>See <see cref="CorrectedShiftAddPlan"/>, of each column; empty where the scale is never ahead.</summary>
    public int[][] Splits { get; private set; } = [];

    /// <summary>a / 2^q for which some constant gives every code of the typical column: those of fewest signed digits.</summary>
    private IEnumerable<(int A, int Q)> Multipliers()
    {
        int range = _typical[^1] - _typical[0];
        double codesPerCount = (_typical.Length - 1.0) / range;
        var found = new List<(int A, int Q)>();
        for (int q = 0; q <= MostQ && found.Count < Candidates; q++)
        {
            // Over the whole range the scale may be off by about one count.
            int near = (int)(codesPerCount * (1 << q)), off = near / range + 2;
            for (int a = Math.Max(1, near - off); a <= near + off; a++)
                if ((q == 0 || (a & 1) != 0) && DigitsOf(a) <= MostTerms && Fits(a, q)) found.Add((a, q));
        }
        return found.OrderBy(each => DigitsOf(each.A)).ThenBy(each => each.Q).Take(Candidates);
    }

    /// <summary>
    /// Whether one constant c has a * t + c >= k 2^q and a * (t - 1) + c &lt; k 2^q at every threshold t of code k. Where the scale may be
    /// ahead, half a code is left for what columns stray.
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
        (Scale, CountOffset, Offsets, Splits) = (scale, countOffset, offsets, splits);
    }

    /// <summary>Of the scale and of its correction, in additions of planes.</summary>
    private double Cost(ShiftAddScale scale) =>
        scale.Cost + (_mostAhead == 0 ? 0 : CorrectedShiftAddColumns.CostOfCorrection(scale.Fraction, _typical.Length));

    /// <summary>The offsets with which every count has its code; false where a column has none.</summary>
    private bool TryOffsets(int[] sums, int fraction, out int[] offsets, out int[][] splits)
    {
        offsets = new int[_columns.Count];
        splits = _mostAhead == 0 ? [] : new int[_columns.Count][];
        // The column that failed last is the likeliest to fail again: the others are not tried in vain.
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
        // No offset saves the planes that only carry.
        offsets[column] = Math.Clamp(0, least, most);
        if (_mostAhead == 0) return true;
        splits[column] = new int[_typical.Length + 1];
        for (offsets[column] =
            least; !CorrectedShiftAddColumns.TrySplits(sums, fraction, offsets[column], _columns[column],
                splits[column]); offsets[column]++)
            if (offsets[column] == most) return false;
        return true;
    }

    /// <summary>The offsets with which every count has its code, or one that is ahead; none where the least is above the most.</summary>
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

    /// <summary>How many signed digits: where a and 3 a differ.</summary>
    private static int DigitsOf(int a) => BitOperations.PopCount((ulong)(a ^ 3L * a));

    /// <summary>Signed binary digits (no two neighbours), the largest first.</summary>
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
