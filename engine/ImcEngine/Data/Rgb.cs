namespace ImcEngine.Data;

/// <summary>Three colour intensities, nominally 0 .. 1, with linear operations.</summary>
internal readonly record struct Rgb(float R, float G, float B)
{
    public static Rgb Random(ref ShapeDraws draws) => new(draws.Next(0, 1), draws.Next(0, 1), draws.Next(0, 1));

    public Rgb Plus(Rgb other) => new(R + other.R, G + other.G, B + other.B);
    public Rgb Minus(float grey) => new(R - grey, G - grey, B - grey);
    public Rgb Times(float factor) => new(R * factor, G * factor, B * factor);

    /// <summary>Returns a random colour that differs visibly from this one. If it is too close, its close channels are moved away from this
    /// colour's.</summary>
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
