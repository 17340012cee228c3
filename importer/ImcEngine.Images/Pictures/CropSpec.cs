using System.Globalization;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// The size of the part that is cut out of an image's centre. Its first row and column, as torchvision's <c>CenterCrop</c> has them, are
/// <code>
/// round((height - Height) / 2), round((width - Width) / 2)       halves to the even number
/// </code>
/// </summary>
internal sealed record CropSpec
{
    public CropSpec(int height, int width) => (Height, Width) = (PictureLimits.RequireSide(height), PictureLimits.RequireSide(width));

    public int Height { get; }
    public int Width { get; }

    /// <summary>Reads it as <see cref="ToString"/> writes it.</summary>
    /// <param name="what">What states it, such as an option, for messages.</param>
    /// <exception cref="ImcException">The text is no such size.</exception>
    public static CropSpec Parse(string what, string text)
    {
        int[] sizes = PictureSizes.Parse(what, text);
        return new(sizes[^1], sizes[0]);
    }

    /// <param name="name">What to call the image in an error.</param>
    /// <param name="image">The image; it is returned itself where its size does not change.</param>
    /// <param name="areFloats">Whether its elements are float32.</param>
    /// <exception cref="ImcException">The image is smaller than the part.</exception>
    public RawImage Cut(string name, RawImage image, bool areFloats)
    {
        var whole = image.Shape;
        if (Height > whole.Height || Width > whole.Width)
            throw new ImcException($"Image '{name}' has {whole.Width} x {whole.Height} pixels where the crop takes {this}. Give a smaller "
                + "--crop, or a --resize that makes no side smaller.");
        var shape = whole with { Height = Height, Width = Width };
        if (shape == whole) return image;
        int size = areFloats ? sizeof(float) : sizeof(byte), top = Margin(whole.Height - Height), left = Margin(whole.Width - Width);
        byte[] result = new byte[shape.Count * size];
        for (int line = 0; line < shape.Channels * Height; line++)
        {
            var (channel, y) = Math.DivRem(line, Height);
            image.Elements.AsSpan(((((channel * whole.Height) + top + y) * whole.Width) + left) * size, Width * size)
                .CopyTo(result.AsSpan(line * Width * size));
        }
        return new RawImage(shape, result);
    }

    /// <summary>Writes it as the option takes it: N, or WIDTHxHEIGHT.</summary>
    public override string ToString() => Height == Width
        ? Width.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    /// <summary>Returns <c>round(spare / 2)</c>, with a half to the even number.</summary>
    private static int Margin(int spare) => (spare / 2) + (spare % 4 == 3 ? 1 : 0);
}
