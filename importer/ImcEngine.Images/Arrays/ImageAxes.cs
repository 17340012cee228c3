using ImcEngine.Data;

namespace ImcEngine.Images.Arrays;

/// <summary>
/// What the axes of an array of images are. Three axes are <c>[image, y, x]</c> of gray images; four are <c>[image, channel, y, x]</c> or
/// <c>[image, y, x, channel]</c>, by which of axis 1 and axis 3 has 1 or 3 elements.
/// </summary>
/// <param name="Count">The number of images.</param>
/// <param name="Shape">The sizes of one.</param>
/// <param name="Layout">Where the channels are.</param>
internal readonly record struct ImageAxes(int Count, ImageShape Shape, ArrayLayout Layout)
{
    /// <summary>The most elements of one image: a colour image of 4700 x 4700.</summary>
    public const int MostImageElements = 1 << 26;

    /// <summary>The most images of a set: more than those of the largest ImageNet.</summary>
    public const int MostImages = 1 << 24;

    /// <param name="sizes">The sizes of the array's axes.</param>
    /// <param name="layout">The layout that the user names; null: it is found from the sizes.</param>
    /// <param name="name">The array's name, for messages.</param>
    /// <exception cref="ImcException">The sizes are not those of images, or both layouts fit and none is named.</exception>
    public static ImageAxes Of(IReadOnlyList<int> sizes, ArrayLayout? layout, string name)
    {
        string shape = $"({string.Join(", ", sizes)})";
        if (sizes.Count is not (3 or 4))
            throw new ImcException($"'{name}' has shape {shape}; images are [count, height, width], [count, channels, height, width] or "
                + "[count, height, width, channels].");
        var found = sizes.Count == 3 ? ArrayLayout.Nchw : layout ?? LayoutOf(sizes, shape, name);
        int[] image = sizes.Count == 3 ? [1, sizes[1], sizes[2]]
            : found == ArrayLayout.Nchw ? [sizes[1], sizes[2], sizes[3]] : [sizes[3], sizes[1], sizes[2]];
        if (image[0] is not (1 or 3))
            throw new ImcException($"'{name}' has shape {shape}, images of {image[0]} channels as {NameOf(found)}; images have 1 channel "
                + "(gray) or 3 (red, green, blue).");
        if (sizes.Contains(0)) throw new ImcException($"'{name}' has shape {shape}; it holds no images.");
        if ((long)image[1] * image[2] > MostImageElements / image[0])
            throw new ImcException($"'{name}' has shape {shape}; an image has at most {MostImageElements} elements.");
        if (sizes[0] > MostImages)
            throw new ImcException($"'{name}' has shape {shape}; a set has at most {MostImages} images. Split it.");
        return new(sizes[0], new(image[0], image[1], image[2]), found);
    }

    private static ArrayLayout LayoutOf(IReadOnlyList<int> sizes, string shape, string name) =>
        (sizes[1] is 1 or 3, sizes[3] is 1 or 3) switch
        {
            (true, false) => ArrayLayout.Nchw,
            (false, true) => ArrayLayout.Nhwc,
            (true, true) => throw new ImcException($"'{name}' has shape {shape}: axis 1 and axis 3 could both be the channels. Say which "
                + "by --layout nchw or --layout nhwc."),
            _ => throw new ImcException($"'{name}' has shape {shape}: neither axis 1 nor axis 3 has 1 or 3 channels, as images have."),
        };

    private static string NameOf(ArrayLayout layout) => layout == ArrayLayout.Nchw ? "nchw" : "nhwc";
}
