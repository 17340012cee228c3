namespace ImcEngine.Data;

/// <summary>
/// The outlines of <c>shapes10</c> in object coordinates: inside or not, by polynomial inequalities. All lie within the unit circle, are
/// about equally large and symmetric about u = 0, so a mirrored image is as likely as the image.
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

    /// <summary>A pentagram's filled area is where at least four of its five lines have the point on their inner side.</summary>
    private static bool InStar(float u, float v)
    {
        const float Distance = Sin18;
        int inside = (-v < Distance ? 1 : 0)
            + (Cos18 * u - Sin18 * v < Distance ? 1 : 0) + (-Cos18 * u - Sin18 * v < Distance ? 1 : 0)
            + (Sin36 * u + Cos36 * v < Distance ? 1 : 0) + (-Sin36 * u + Cos36 * v < Distance ? 1 : 0);
        return inside >= 4;
    }
}
