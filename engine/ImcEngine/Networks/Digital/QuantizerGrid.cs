using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Quantizers that round to equally spaced codes:
/// <code>
/// steps = clamp(round((x + Shift) / Divisor + Offset), Least, Most)     code = Slope * steps + Base     stored digits = steps - Lowest
/// </code>
/// A shift or offset of -0 changes no number.
/// </summary>
internal readonly record struct QuantizerGrid(float Shift, float Divisor, float Least, float Most, int Slope, int Base, int Lowest)
{
    private float Offset { get; init; } = -0f;

    private Rounding Rounding { get; init; }

    /// <exception cref="ArgumentException">The step is not positive and finite.</exception>
    public static QuantizerGrid ForNode(QuantizeNode node)
    {
        if (!(node.Step > 0) || !float.IsFinite(node.Step))
            throw new ArgumentException($"Quantizer '{node.Name}' has step {node.Step}; it must be positive and finite.", nameof(node));
        int highest = (1 << node.Format.Bits) - 1, half = 1 << (node.Format.Bits - 1);
        return node.Kind switch
        {
            QuantizerKind.Nearest => Nearest(node, node.ZeroPoint - node.RoundedZero),
            QuantizerKind.BipolarNearest => new(node.Step * highest, 2 * node.Step, 0, highest, 2, -highest, 0),
            _ => new(-0f, 2 * node.Step, (node.LeastCode - 1) / 2, (node.MostCode - 1) / 2, 2, 1, -half),
        };
    }

    /// <param name="added">What is added to the rounded number.</param>
    private static QuantizerGrid Nearest(QuantizeNode node, int added) =>
        new(-0f, node.Step, node.LeastCode - added, node.MostCode - added, 1, added, -added)
        {
            Offset = node.RoundedZero == 0 ? -0f : node.RoundedZero, Rounding = node.Rounding,
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<int> Codes(Vector256<float> x) => (Steps(x) * Slope) + Vector256.Create(Base);

    /// <summary>Returns the stored digits; bit i belongs to plane i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<int> Digits(Vector256<float> x) => Steps(x) - Vector256.Create(Lowest);

    /// <summary>Clamps before it rounds, which gives the same result (the bounds are integers) and keeps the conversion in range. A NaN
    /// fails the first comparison and becomes <see cref="Least"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<int> Steps(Vector256<float> x)
    {
        Vector256<float> steps = ((x + Vector256.Create(Shift)) / Vector256.Create(Divisor)) + Vector256.Create(Offset),
            least = Vector256.Create(Least), most = Vector256.Create(Most);
        steps = Vector256.ConditionalSelect(Vector256.GreaterThan(steps, least), steps, least);
        steps = Vector256.ConditionalSelect(Vector256.LessThan(steps, most), steps, most);
        return Vector256.ConvertToInt32(Rounding == Rounding.HalfEven ? Vector256.Round(steps) : Rounded(steps));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Vector256<float> Rounded(Vector256<float> x)
    {
        var magnitude = Vector256.Abs(x);
        var half = Vector256.Create(0.5f);
        return Rounding switch
        {
            Rounding.Ceiling => Vector256.Ceiling(x),
            Rounding.Floor => Vector256.Floor(x),
            Rounding.Up => Vector256.CopySign(Vector256.Ceiling(magnitude), x),
            Rounding.Down => Vector256.Truncate(x),
            // A magnitude below 2^16 plus a half is exact unless it is less than 2^-9, which stays below 1.
            Rounding.HalfUp => Vector256.CopySign(Vector256.Floor(magnitude + half), x),
            _ => Vector256.CopySign(Vector256.Ceiling(magnitude - half), x),
        };
    }
}
