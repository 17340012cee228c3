using ImcEngine.Data;
using JpegLibrary;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Decodes a JPEG file into planes. JpegLibrary gives the samples of each component; colours of halved resolution are interpolated by
/// <see cref="ChromaUpsampling"/>, and become R, G, B by libjpeg's formulas, so that bytes are those of Pillow and torchvision but for the
/// rounding of the inverse cosine transform:
/// <code>
/// R = y + (91881 r + 32768) / 65536                   1.402 r;              r = cr - 128, b = cb - 128; / is the floor
/// G = y + (-22554 b - 46802 r + 32768) / 65536        -0.34414 b - 0.71414 r
/// B = y + (116130 b + 32768) / 65536                  1.772 b
/// CMYK, YCCK     stored inverted, as Adobe and Pillow have them: colour * k / 255, rounded
/// </code>
/// </summary>
internal static class JpegPicture
{
    private const int Center = 128, Half = 1 << 15, Shift = 16;
    private const int RedOfCr = 91881, GreenOfCb = -22554, GreenOfCr = -46802, BlueOfCb = 116130;

    /// <returns><c>[channel, y, x]</c></returns>
    /// <exception cref="InvalidDataException">The file is damaged, or not of a supported form.</exception>
    public static byte[] Decode(byte[] file, ImageShape shape)
    {
        var colors = JpegColorsReader.Read(file);
        var decoder = new JpegDecoder { MemoryPool = ZeroedPool.Instance };
        decoder.SetInput(file);
        decoder.Identify();
        if ((decoder.Height, decoder.Width) != (shape.Height, shape.Width))
            throw new InvalidDataException($"its header states {shape.Width} x {shape.Height} pixels, "
                + $"but {decoder.Width} x {decoder.Height} were there");
        var samples = new JpegSamples(decoder);
        decoder.SetOutputWriter(samples);
        decoder.Decode();
        int pixels = shape.Height * shape.Width;
        byte[] planes = new byte[samples.Components * pixels];
        for (int component = 0; component < samples.Components; component++)
            samples.Upsample(component, shape, planes.AsSpan(component * pixels, pixels));
        if (colors is JpegColors.YCbCr or JpegColors.Ycck) MakeRgb(planes, pixels, isInverted: colors == JpegColors.Ycck);
        if (colors is not (JpegColors.Cmyk or JpegColors.Ycck)) return planes;
        Darken(planes, pixels);
        return planes[..(3 * pixels)];
    }

    private static void MakeRgb(byte[] planes, int pixels, bool isInverted)
    {
        Span<byte> reds = planes.AsSpan(0, pixels), greens = planes.AsSpan(pixels, pixels), blues = planes.AsSpan(2 * pixels, pixels);
        byte inverted = isInverted ? byte.MaxValue : (byte)0;
        for (int i = 0; i < reds.Length; i++)
        {
            int y = reds[i], b = greens[i] - Center, r = blues[i] - Center;
            reds[i] = (byte)(inverted ^ Clamped(y + (((RedOfCr * r) + Half) >> Shift)));
            greens[i] = (byte)(inverted ^ Clamped(y + (((GreenOfCb * b) + (GreenOfCr * r) + Half) >> Shift)));
            blues[i] = (byte)(inverted ^ Clamped(y + (((BlueOfCb * b) + Half) >> Shift)));
        }
    }

    /// <summary>Multiplies the colours by the last plane.</summary>
    private static void Darken(byte[] planes, int pixels)
    {
        for (int i = 0; i < 3 * pixels; i++)
        {
            int product = (planes[i] * planes[(3 * pixels) + (i % pixels)]) + Center;
            planes[i] = (byte)((product + (product >> 8)) >> 8);
        }
    }

    private static byte Clamped(int value) => (byte)Math.Clamp(value, 0, byte.MaxValue);
}
