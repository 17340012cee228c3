using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>The rounding modes of QONNX; UP, DOWN, HALF_UP and HALF_DOWN refer to the magnitude.</summary>
internal static class Roundings
{
    private static readonly Dictionary<string, Rounding> Modes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ROUND"] = Rounding.HalfEven, ["HALF_EVEN"] = Rounding.HalfEven, ["CEIL"] = Rounding.Ceiling, ["FLOOR"] = Rounding.Floor,
        ["UP"] = Rounding.Up, ["DOWN"] = Rounding.Down, ["ROUND_TO_ZERO"] = Rounding.Down, ["HALF_UP"] = Rounding.HalfUp,
        ["HALF_DOWN"] = Rounding.HalfDown,
    };

    /// <exception cref="Onnx.ModelException">There is no such mode.</exception>
    public static Rounding Read(NodeView node, string otherwise)
    {
        string mode = node.Text("rounding_mode", otherwise);
        return Modes.TryGetValue(mode, out var rounding) ? rounding
            : throw node.Error($"its rounding_mode is '{mode}'; supported are {string.Join(", ", Modes.Keys)}");
    }

    public static double Of(double x, Rounding rounding) => rounding switch
    {
        Rounding.HalfEven => Math.Round(x, MidpointRounding.ToEven),
        Rounding.Ceiling => Math.Ceiling(x),
        Rounding.Floor => Math.Floor(x),
        Rounding.Up => x < 0 ? Math.Floor(x) : Math.Ceiling(x),
        Rounding.Down => Math.Truncate(x),
        Rounding.HalfUp => Math.CopySign(Math.Floor(Math.Abs(x) + 0.5), x),
        _ => Math.CopySign(Math.Ceiling(Math.Abs(x) - 0.5), x),
    };

    /// <summary>Returns the operator of reals that rounds by this mode.</summary>
    /// <exception cref="Onnx.ModelException">No operator does.</exception>
    public static UnaryKind Exact(NodeView node, Rounding rounding) => rounding switch
    {
        Rounding.HalfEven => UnaryKind.Round,
        Rounding.Ceiling => UnaryKind.Ceil,
        Rounding.Floor => UnaryKind.Floor,
        _ => throw node.Error("its rounding_mode is supported with one scale, a whole zero point and at most 16 bits only; "
            + "other quantizers round by ROUND, CEIL or FLOOR"),
    };
}
