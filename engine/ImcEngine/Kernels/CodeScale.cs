using System.Numerics;

namespace ImcEngine.Kernels;

/// <summary>One power of two of a scale: sign * floor(u * 2^Shift), in units of 2^-Fraction.</summary>
internal readonly record struct ScaleTerm(int Shift, bool IsNegative);

/// <summary>
/// A uniform ADC as a multiplication by a few powers of two, which bit-sliced counts do by adding themselves, moved by whole planes:
/// <code>
/// v = offset + sum over terms of sign * floor(u * 2^Shift)      u = count - base, the sum in units of 2^-Fraction; a negative term is complemented, so that it brings -1 more
/// code = v / 2^Fraction, not below 0 and not above the largest code
/// </code>
/// The terms are the signed binary digits of a / 2^q near 1 / LSB. Fraction and offset are chosen by trying every count, so the codes are exactly those of the thresholds;
/// few planes of fraction suffice, since thresholds are whole counts. Columns whose thresholds are moved against each other share terms and differ in the offset.
/// </summary>
/// <param name="Terms">The largest first, which is positive.</param>
/// <param name="Fraction">Planes of v below the code.</param>
/// <param name="Offset">In units of 2^-Fraction; null where lanes differ in it.</param>
/// <param name="Planes">Of v, in two's complement where it may be negative.</param>
/// <param name="IsSigned">v may be negative.</param>
internal sealed record CodeScale(ScaleTerm[] Terms, int Fraction, int? Offset, int Planes, bool IsSigned)
{
    private const int MostPlanes = 32, MostShift = 16, MostTerms = 8, MostQ = 16, LeastThresholds = 4, Candidates = 8;

    /// <summary>Additions of planes: what the conversion costs.</summary>
    public int Cost => (Terms.Length - 1) * Planes;

    /// <summary>All of it.</summary>
    public string Key => $"{string.Join(',', Terms)} {Fraction} {Offset} {Planes} {IsSigned}";

    /// <summary>v of a lowered count, less the offset.</summary>
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
    /// <param name="lowered">What counts are lowered by.</param>
    public static CodeScale? Find(int[] thresholds, int largestCount, out int lowered)
    {
        var scale = FindShared([thresholds], largestCount, out lowered, out int[] offsets);
        return scale is null ? null : scale with { Offset = offsets[0] };
    }

    /// <summary>The cheapest scale whose terms serve many columns; null where there is none of few terms.</summary>
    /// <param name="columns">Thresholds of each, equally many, ascending.</param>
    /// <param name="offsets">Of each.</param>
    public static CodeScale? FindShared(IReadOnlyList<int[]> columns, int largestCount, out int lowered, out int[] offsets)
    {
        (lowered, offsets) = (0, []);
        int[] first = columns[0];
        if (first.Length < LeastThresholds || first[^1] == first[0]) return null;
        CodeScale? best = null;
        foreach (var (a, q) in Multipliers(first))
            if (FindFor(a, q, columns, largestCount) is { } found && (best is null || found.Scale.Cost < best.Cost))
                (best, lowered, offsets) = found;
        return best;
    }

    /// <summary>a / 2^q for which some constant gives every code: those of fewest signed digits.</summary>
    private static IEnumerable<(int A, int Q)> Multipliers(int[] thresholds)
    {
        int range = thresholds[^1] - thresholds[0];
        double codesPerCount = (thresholds.Length - 1.0) / range;
        var found = new List<(int A, int Q)>();
        for (int q = 0; q <= MostQ && found.Count < Candidates; q++)
        {
            // Over the whole range the scale may be off by about one count.
            int near = (int)(codesPerCount * (1 << q)), off = near / range + 2;
            for (int a = Math.Max(1, near - off); a <= near + off; a++)
                if ((q == 0 || (a & 1) != 0) && DigitsOf(a) <= MostTerms && Fits(thresholds, a, q)) found.Add((a, q));
        }
        return found.OrderBy(each => DigitsOf(each.A)).ThenBy(each => each.Q).Take(Candidates);
    }

    /// <summary>Whether one constant c has a * t + c >= k 2^q and a * (t - 1) + c &lt; k 2^q at every threshold t of code k.</summary>
    private static bool Fits(int[] thresholds, int a, int q)
    {
        long most = long.MinValue, least = long.MaxValue;
        for (int k = 0; k < thresholds.Length; k++)
        {
            long c = ((long)(k + 1) << q) - (long)a * thresholds[k];
            most = Math.Max(most, c);
            least = Math.Min(least, c);
        }
        return most - least < a;
    }

    private static (CodeScale Scale, int Lowered, int[] Offsets)? FindFor(int a, int q, IReadOnlyList<int[]> columns, int largestCount)
    {
        var digits = Digits(a);
        int countsPerCode = ((1 << q) + a - 1) / a;
        int[] sums = new int[largestCount + 1], offsets = new int[columns.Count];
        for (int fraction = 0; fraction <= q; fraction++)
        {
            var terms = Array.ConvertAll(digits, digit => new ScaleTerm(digit.Power - q + fraction, digit.IsNegative));
            if (terms.Any(term => Math.Abs(term.Shift) > MostShift)) continue;
            for (int down = 0; down <= countsPerCode + 1; down++)
            {
                int lowered = columns[0][0] - down;
                for (int count = 0; count <= largestCount; count++) sums[count] = SumOfTerms(terms, count - lowered);
                if (TryOffsets(sums, fraction, columns, offsets)) return Sized(new(terms, fraction, null, 0, false), lowered, sums, offsets);
            }
        }
        return null;
    }

    /// <summary>The offsets with which every count has its code; false where a column has none.</summary>
    private static bool TryOffsets(int[] sums, int fraction, IReadOnlyList<int[]> columns, int[] offsets)
    {
        for (int column = 0; column < offsets.Length; column++)
        {
            var (least, most) = OffsetsOf(sums, fraction, columns[column]);
            if (least > most) return false;
            // No offset saves the planes that only carry.
            offsets[column] = Math.Clamp(0, least, most);
        }
        return true;
    }

    /// <summary>The offsets with which every count has its code; none where the least is above the most.</summary>
    private static (int Least, int Most) OffsetsOf(int[] sums, int fraction, int[] thresholds)
    {
        int least = int.MinValue / 2, most = int.MaxValue / 2, code = 0;
        for (int count = 0; count < sums.Length && least <= most; count++)
        {
            while (code < thresholds.Length && thresholds[code] <= count) code++;
            if (code > 0) least = Math.Max(least, (code << fraction) - sums[count]);
            if (code < thresholds.Length) most = Math.Min(most, (code + 1 << fraction) - 1 - sums[count]);
        }
        return (least, most);
    }

    private static (CodeScale, int, int[])? Sized(CodeScale scale, int lowered, int[] sums, int[] offsets)
    {
        int least = Math.Min(0, sums.Min() + offsets.Min()), most = Math.Max(0, sums.Max() + offsets.Max());
        bool isSigned = least < 0;
        int planes = BitOperations.Log2((uint)Math.Max(most, ~least) | 1) + 1 + (isSigned ? 1 : 0);
        return planes <= MostPlanes ? (scale with { Planes = planes, IsSigned = isSigned }, lowered, [.. offsets]) : null;
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
