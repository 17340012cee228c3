namespace ImcEngine.Images.Pictures;

/// <summary>How pixels of a resized image come from those around them; <see cref="ResamplingWeights"/> has the formulas.</summary>
internal enum Interpolation
{
    /// <summary>A triangle, widened where the image shrinks.</summary>
    Bilinear,

    /// <summary>A cubic with a = -0.5, widened where the image shrinks.</summary>
    Bicubic,

    /// <summary>The pixel in which the centre lies.</summary>
    Nearest,
}
