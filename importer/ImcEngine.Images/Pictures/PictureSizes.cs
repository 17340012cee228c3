using System.Globalization;

namespace ImcEngine.Images.Pictures;

/// <summary>Sizes of pictures as text: N, or WIDTHxHEIGHT.</summary>
internal static class PictureSizes
{
    /// <param name="what">What states the sizes, such as an option, for messages.</param>
    /// <exception cref="ImcException">The text is not one or two numbers of pixels.</exception>
    public static int[] Parse(string what, string text)
    {
        int[] sizes = [.. text.Split('x').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        return sizes.Length is 1 or 2 && Array.TrueForAll(sizes, size => size is > 0 and <= PictureLimits.MostPixelsOfSide) ? sizes
            : throw new ImcException($"{what} is '{text}'; write a number of pixels, or WIDTHxHEIGHT, e.g. 256 or 256x256; "
                + $"1 to {PictureLimits.MostPixelsOfSide} are allowed.");
    }
}
