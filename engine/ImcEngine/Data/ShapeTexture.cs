namespace ImcEngine.Data;

/// <summary>The fill of an object: one colour, or two in a pattern with period 1 in texture coordinates.</summary>
internal enum ShapeTexture { None, Stripes, Checks, Dots }

internal static class ShapeTextures
{
    /// <summary>Whether the point has the pattern's second colour.</summary>
    public static bool IsInk(this ShapeTexture texture, float p, float q)
    {
        if (texture == ShapeTexture.None) return false;
        float inP = p - MathF.Floor(p) - 0.5f, inQ = q - MathF.Floor(q) - 0.5f;
        return texture switch
        {
            ShapeTexture.Stripes => inP < 0,
            ShapeTexture.Checks => inP < 0 != inQ < 0,
            _ => inP * inP + inQ * inQ < 0.12f,
        };
    }
}
