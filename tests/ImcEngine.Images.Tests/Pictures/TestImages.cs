using System.Runtime.InteropServices;
using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Tests.Pictures;

/// <summary>Images that tests make.</summary>
internal static class TestImages
{
    public static RawImage Bytes(int channels, int height, int width, params byte[] elements) =>
        new(new ImageShape(channels, height, width), elements);

    public static RawImage Floats(int channels, int height, int width, params float[] elements) =>
        new(new ImageShape(channels, height, width), MemoryMarshal.AsBytes<float>(elements).ToArray());

    public static float[] FloatsOf(RawImage image) => MemoryMarshal.Cast<byte, float>(image.Elements).ToArray();

    /// <summary>Returns an image of bytes that look random.</summary>
    public static RawImage Noise(int channels, int height, int width)
    {
        var shape = new ImageShape(channels, height, width);
        byte[] elements = new byte[shape.Count];
        uint state = (uint)((channels * 7919) + (height * 104_729) + width) | 1;
        for (int i = 0; i < elements.Length; i++)
        {
            state = (state * 1_664_525) + 1_013_904_223;
            elements[i] = (byte)(state >> 24);
        }
        return new RawImage(shape, elements);
    }

    /// <summary>Returns an image that changes smoothly, with an edge and some noise, as photographs do.</summary>
    public static RawImage Scene(int channels, int height, int width)
    {
        var noise = Noise(channels, height, width);
        for (int i = 0; i < noise.Elements.Length; i++)
        {
            int channel = i / (height * width), y = i / width % height, x = i % width;
            int light = (200 * x / width) + (30 * channel) - (60 * y / height) + (x > y ? 40 : 0);
            noise.Elements[i] = (byte)Math.Clamp(light + (noise.Elements[i] >> 5), 0, 255);
        }
        return noise;
    }

    public static RawImage ToFloats(RawImage image) =>
        Floats(image.Shape.Channels, image.Shape.Height, image.Shape.Width, [.. image.Elements.Select(each => (float)each)]);

    public static void RequireEqual(RawImage expected, RawImage decoded)
    {
        Assert.Equal(expected.Shape, decoded.Shape);
        Assert.Equal(expected.Elements, decoded.Elements);
    }

    /// <param name="most">The largest difference of an element.</param>
    public static void RequireNear(RawImage expected, RawImage decoded, int most)
    {
        Assert.Equal(expected.Shape, decoded.Shape);
        Assert.InRange(expected.Elements.Zip(decoded.Elements).Max(pair => Math.Abs(pair.First - pair.Second)), 0, most);
    }
}
