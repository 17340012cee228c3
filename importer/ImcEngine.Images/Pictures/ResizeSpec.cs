using System.Globalization;

namespace ImcEngine.Images.Pictures;

/// <summary>The size that images are resized to: that of the shorter side, or both.</summary>
internal sealed record ResizeSpec
{
    private readonly int _shorterSide, _height, _width;

    private ResizeSpec(int shorterSide, int height, int width) => (_shorterSide, _height, _width) = (shorterSide, height, width);

    /// <summary>The shorter side becomes <paramref name="pixels"/>, and the longer side <c>floor(pixels * longer / shorter)</c>,
    /// as torchvision has it.</summary>
    public static ResizeSpec ShorterSide(int pixels) => new(PictureLimits.RequireSide(pixels), 0, 0);

    /// <summary>Both sides are given, whatever the ratio of an image's sides is.</summary>
    public static ResizeSpec Exactly(int height, int width) => new(0, PictureLimits.RequireSide(height), PictureLimits.RequireSide(width));

    /// <summary>Reads it as <see cref="ToString"/> writes it.</summary>
    /// <param name="what">What states it, such as an option, for messages.</param>
    /// <exception cref="ImcException">The text is no such size.</exception>
    public static ResizeSpec Parse(string what, string text) =>
        PictureSizes.Parse(what, text) is [var width, var height] ? Exactly(height, width) : ShorterSide(PictureSizes.Parse(what, text)[0]);

    /// <summary>Whether the ratio of an image's sides stays.</summary>
    public bool IsShorterSide => _shorterSide > 0;

    /// <summary>Returns the size that an image of the given size gets.</summary>
    public (long Height, long Width) SizeFor(int height, int width) =>
        _shorterSide == 0 ? (_height, _width)
        : width <= height ? ((long)_shorterSide * height / width, _shorterSide)
        : (_shorterSide, (long)_shorterSide * width / height);

    /// <summary>Writes it as the option takes it: <c>256</c> or WIDTHxHEIGHT.</summary>
    public override string ToString() => _shorterSide == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{_width}x{_height}")
        : _shorterSide.ToString(CultureInfo.InvariantCulture);
}
