using ImcEngine.Images.Sources;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;

namespace ImcEngine.Images.Pictures;

/// <summary>Writes images of bytes as picture files.</summary>
internal static class PictureEncoder
{
    /// <summary>Writes a PNG file, which keeps every byte.</summary>
    /// <param name="image">An image of bytes, gray or R, G, B.</param>
    public static void WritePng(RawImage image, Stream stream) => Write(image, stream,
        new PngEncoder { ColorType = image.Shape.Channels == 1 ? PngColorType.Grayscale : PngColorType.Rgb, BitDepth = PngBitDepth.Bit8 });

    /// <summary>Writes a baseline JPEG file. Colours keep their resolution, since programs differ in how they make up for less.</summary>
    /// <param name="image">An image of bytes, gray or R, G, B.</param>
    /// <param name="quality">1 to 100.</param>
    public static void WriteJpeg(RawImage image, int quality, Stream stream) => Write(image, stream, new JpegEncoder
    {
        Quality = quality,
        ColorType = image.Shape.Channels == 1 ? JpegColorType.Luminance : JpegColorType.YCbCrRatio444,
    });

    private static void Write(RawImage image, Stream stream, IImageEncoder encoder)
    {
        if (image.Shape.Channels == 1)
        {
            using var gray = Image.LoadPixelData<L8>(image.Elements, image.Shape.Width, image.Shape.Height);
            gray.Save(stream, encoder);
        }
        else
        {
            using var colours = Image.LoadPixelData<Rgb24>(Interleaved(image), image.Shape.Width, image.Shape.Height);
            colours.Save(stream, encoder);
        }
    }

    private static byte[] Interleaved(RawImage image)
    {
        byte[] pixels = new byte[image.Elements.Length];
        Transposition.Transpose(image.Elements, image.Shape.Height * image.Shape.Width, pixels);
        return pixels;
    }
}
