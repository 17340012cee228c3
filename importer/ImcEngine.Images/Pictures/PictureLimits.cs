namespace ImcEngine.Images.Pictures;

/// <summary>The largest pictures that are decoded or made. A file states its size in a few bytes, so that sizes are compared with these
/// limits before anything is allocated. Both are far beyond photographs: 67 million pixels are 201 MB of colours.</summary>
internal static class PictureLimits
{
    public const int MostPixels = 1 << 26, MostPixelsOfSide = 65_535;

    /// <param name="name">What to call the picture.</param>
    /// <param name="state">What the picture is or becomes, before its size: <c>is</c>, <c>would become</c>.</param>
    /// <exception cref="ImcException">A side is not positive or too long, or there are too many pixels.</exception>
    public static void Require(string name, string state, long height, long width)
    {
        if (height is < 1 or > MostPixelsOfSide || width is < 1 or > MostPixelsOfSide || height * width > MostPixels)
            throw new ImcException($"Image '{name}' {state} {width} x {height} pixels; "
                + $"1 to {MostPixelsOfSide} a side and at most {MostPixels} in all are allowed.");
    }

    /// <summary>Returns the length of a side that an option states.</summary>
    public static int RequireSide(int pixels) => pixels is >= 1 and <= MostPixelsOfSide
        ? pixels
        : throw new ImcException($"A side of {pixels} pixels cannot be made; 1 to {MostPixelsOfSide} are allowed.");
}
