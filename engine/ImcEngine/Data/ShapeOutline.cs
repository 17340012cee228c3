namespace ImcEngine.Data;

/// <summary>
/// The outlines of <c>shapes10</c> in object coordinates, given by polynomial inequalities. All lie within the unit circle and are about
/// equally large. They are symmetric about u = 0, so an image and its mirror image are equally likely.
/// </summary>
internal enum ShapeOutline { Disc, Square, Triangle, Star, Cross, Ring, Crescent }

internal static class ShapeOutlines
{
    private const float Cos18 = 0.95105652f, Sin18 = 0.30901699f, Cos36 = 0.80901699f, Sin36 = 0.58778525f;

    public static bool Contains(this ShapeOutline outline, float u, float v) => outline switch
    {
        ShapeOutline.Disc => u * u + v * v < 0.56f,
        ShapeOutline.Square => MathF.Abs(u) < 0.66f && MathF.Abs(v) < 0.66f,
        ShapeOutline.Triangle => v > -0.5f && 0.8660254f * MathF.Abs(u) + 0.5f * v < 0.5f,
        ShapeOutline.Star => InStar(u, v),
        ShapeOutline.Cross => (MathF.Abs(u) < 0.27f && MathF.Abs(v) < 0.9f) || (MathF.Abs(v) < 0.27f && MathF.Abs(u) < 0.9f),
        ShapeOutline.Ring => u * u + v * v is > 0.2f and < 0.72f,
        _ => u * u + v * v < 0.72f && u * u + (v - 0.5f) * (v - 0.5f) > 0.4f,
    };

    /// <summary>Whether a point is in the filled pentagram: it is on the inner side of at least four of its five lines.</summary>
    private static bool InStar(float u, float v)
    {
        const float Distance = Sin18;
        int inside = (-v < Distance ? 1 : 0)
            + (Cos18 * u - Sin18 * v < Distance ? 1 : 0) + (-Cos18 * u - Sin18 * v < Distance ? 1 : 0)
            + (Sin36 * u + Cos36 * v < Distance ? 1 : 0) + (-Sin36 * u + Cos36 * v < Distance ? 1 : 0);
        return inside >= 4;
    }
}
