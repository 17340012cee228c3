using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Digital;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Powers of constants, in double, rounded once. Exponents that are multiples of 1/2 are products and a square root; others, of Float
/// alone, are the engine's own polynomials. No library function decides a bit of them.
/// </summary>
internal static class ConstantPowers
{
    private const int MostExponent = 1024;

    /// <summary>Of the base's type; the exponent may have another since opset 12.</summary>
    public static ConstantValue Pow(NodeView node, ConstantValue x, ConstantValue exponent)
    {
        node.AllowAttributes();
        ConstantArithmetic.RequireNumbers(node, x);
        ConstantArithmetic.RequireNumbers(node, exponent);
        ConstantArithmetic.RequireSince(node, x, 12);
        node.Require(x.Integers is null || x.Type is OnnxDataType.Int32 or OnnxDataType.Int64,
            $"its base is of type {x.Type}; supported are Int32, Int64 and floating-point types");
        var (name, dims, fromX, fromExponent) = ConstantArithmetic.Pairs(node, x, exponent, mayDiffer: node.Opset >= 12);
        double[] exponents = exponent.ToDoubles();
        foreach (double y in exponents)
            node.Require(x.Floats is not null || IsProduct(y),
                $"its exponent {y} is not supported for {x.Type}; supported are multiples of 0.5 up to {MostExponent}, "
                    + $"and any other exponent of a Float");
        if (x.Integers is { } integers)
            return ConstantArithmetic.Integers(node, name, dims,
                ConstantArithmetic.Combine(fromX, fromExponent, (i, j) => Power(node, integers[i], exponents[j])), x.Type);
        double[] bases = x.ToDoubles();
        double[] powers = ConstantArithmetic.Combine(fromX, fromExponent, (i, j) => Power(bases[i], exponents[j]));
        return x.Floats is not null ? ConstantValue.OfFloats(name, dims, Array.ConvertAll(powers, power => (float)power))
            : ConstantArithmetic.Unrounded(node, name, dims, powers, x.Type);
    }

    private static bool IsProduct(double exponent) => Math.Abs(exponent) <= MostExponent && double.IsInteger(2 * exponent);

    private static double Power(double x, double exponent)
    {
        if (!IsProduct(exponent)) return RealFunctions.Power(x, exponent);
        double magnitude = Math.Abs(exponent), whole = Math.Floor(magnitude), power = whole == magnitude ? 1 : Math.Sqrt(x);
        int left = (int)whole;
        for (double square = x; left > 0; left >>= 1, square *= square)
            if ((left & 1) != 0) power *= square;
        return exponent < 0 ? 1 / power : power;
    }

    private static long Power(NodeView node, long x, double exponent)
    {
        node.Require(exponent >= 0 && double.IsInteger(exponent),
            $"it raises an integer to {exponent}; supported are whole exponents from 0 on");
        long power = 1;
        for (int i = 0; i < (int)exponent; i++) power = checked(power * x);
        return power;
    }
}
