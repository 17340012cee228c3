namespace ImcEngine.Data;

/// <summary>Linear mixing of three colour intensities, nominally 0 .. 1.</summary>
internal readonly record struct Rgb(float R, float G, float B)
{
    public static Rgb Random(ref ShapeDraws draws) => new(draws.Next(0, 1), draws.Next(0, 1), draws.Next(0, 1));

    public Rgb Plus(Rgb other) => new(R + other.R, G + other.G, B + other.B);
    public Rgb Minus(float grey) => new(R - grey, G - grey, B - grey);
    public Rgb Times(float factor) => new(R * factor, G * factor, B * factor);

    /// <summary>A random colour, turned to the other half of the range in every channel where it is
    /// too near to this one to be seen.</summary>
    public Rgb Contrasting(ref ShapeDraws draws)
    {
        const float Visible = 0.6f;
        var other = Random(ref draws);
        float difference = MathF.Abs(other.R - R) + MathF.Abs(other.G - G) + MathF.Abs(other.B - B);
        return difference >= Visible ? other : new(Opposite(R, other.R), Opposite(G, other.G), Opposite(B, other.B));
    }

    private static float Opposite(float mine, float other) =>
        MathF.Abs(other - mine) < Near ? (mine < 0.5f ? mine + Away : mine - Away) : other;

    private const float Near = 0.25f, Away = 0.4f;
}
