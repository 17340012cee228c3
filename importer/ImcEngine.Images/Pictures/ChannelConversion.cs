using System.Runtime.InteropServices;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Gives an image the channels that a network takes. Brightness is Pillow's, ITU-R 601-2:
/// <code>
/// bytes     (19595 R + 38470 G + 7471 B + 2^15) >> 16                in integers
/// float32   (float)((19595 R + 38470 G + 7471 B) / 2^16)             in double, added in this order
/// </code>
/// </summary>
internal static class ChannelConversion
{
    private const int Red = 19_595, Green = 38_470, Blue = 7_471, Bits = 16, Colours = 3;

    /// <param name="name">What to call the image in an error.</param>
    /// <param name="image">An image of 1 or 3 channels; it is returned itself where it has the wanted ones.</param>
    /// <param name="areFloats">Whether its elements are float32.</param>
    /// <exception cref="ImcException">It has another number of channels.</exception>
    public static RawImage Convert(string name, RawImage image, bool areFloats, ChannelOrder order)
    {
        byte[] elements = (image.Shape.Channels, order) switch
        {
            (1, ChannelOrder.Gray) or (Colours, ChannelOrder.Rgb) => image.Elements,
            (1, _) => [.. image.Elements, .. image.Elements, .. image.Elements],
            (Colours, ChannelOrder.Bgr) => [.. Plane(image, 2), .. Plane(image, 1), .. Plane(image, 0)],
            (Colours, _) => areFloats ? FloatBrightness(image) : ByteBrightness(image),
            _ => throw new ImcException($"Image '{name}' has {image.Shape.Channels} channels; 1 (gray) or 3 (R, G, B) are allowed."),
        };
        return new RawImage(image.Shape with { Channels = order == ChannelOrder.Gray ? 1 : Colours }, elements);
    }

    private static ReadOnlySpan<byte> Plane(RawImage image, int channel)
    {
        int length = image.Elements.Length / Colours;
        return image.Elements.AsSpan(channel * length, length);
    }

    private static byte[] ByteBrightness(RawImage image)
    {
        byte[] result = new byte[image.Elements.Length / Colours];
        ReadOnlySpan<byte> red = Plane(image, 0), green = Plane(image, 1), blue = Plane(image, 2);
        for (int i = 0; i < result.Length; i++)
            result[i] = (byte)(((Red * red[i]) + (Green * green[i]) + (Blue * blue[i]) + (1 << (Bits - 1))) >> Bits);
        return result;
    }

    private static byte[] FloatBrightness(RawImage image)
    {
        byte[] bytes = new byte[image.Elements.Length / Colours];
        var result = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        ReadOnlySpan<float> red = MemoryMarshal.Cast<byte, float>(Plane(image, 0)),
            green = MemoryMarshal.Cast<byte, float>(Plane(image, 1)),
            blue = MemoryMarshal.Cast<byte, float>(Plane(image, 2));
        for (int i = 0; i < result.Length; i++)
            result[i] = (float)((((double)Red * red[i]) + ((double)Green * green[i]) + ((double)Blue * blue[i])) / (1 << Bits));
        return bytes;
    }
}
