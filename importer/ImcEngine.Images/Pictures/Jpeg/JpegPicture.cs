using ImcEngine.Data;

namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// Decodes baseline and progressive JPEG files (ITU-T T.81) to the bytes that libjpeg, and with it Pillow and torchvision, makes of them:
/// the inverse cosine transform in its integers, colours of lower resolution interpolated (<see cref="ChromaUpsampling"/>), and its
/// formulas of colours:
/// <code>
/// R = y + (91881 r + 32768) / 65536                   1.402 r;              r = cr - 128, b = cb - 128; / is the floor
/// G = y + (-22554 b - 46802 r + 32768) / 65536        -0.34414 b - 0.71414 r
/// B = y + (116130 b + 32768) / 65536                  1.772 b
/// CMYK, YCCK     stored inverted, as Adobe and Pillow have them: k - (255 - colour) * k / 255, the product rounded
/// </code>
/// Data that are damaged where it can be seen are refused, which libjpeg goes on with.
/// </summary>
internal static class JpegPicture
{
    private const int Center = 128, Half = 1 << 15, Shift = 16;
    private const int RedOfCr = 91881, GreenOfCb = -22554, GreenOfCr = -46802, BlueOfCb = 116130;

    /// <returns><c>[channel, y, x]</c></returns>
    /// <exception cref="InvalidDataException">The file is damaged, or not of a supported form.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> file, ImageShape shape)
    {
        JpegCompleteness.Require(file);
        var colors = JpegHeader.Read(file).Colors;
        var frame = DecodeSamples(file);
        int pixels = shape.Height * shape.Width;
        byte[] planes = new byte[frame.Components.Count * pixels];
        for (int i = 0; i < frame.Components.Count; i++)
        {
            var component = frame.Components[i];
            ChromaUpsampling.Run(component.Samples, component.Size, component.Ratio, planes.AsSpan(i * pixels, pixels), shape.Width);
        }
        if (colors is JpegColors.YCbCr or JpegColors.Ycck) MakeRgb(planes, pixels, isInverted: colors == JpegColors.Ycck);
        if (colors is not (JpegColors.Cmyk or JpegColors.Ycck)) return planes;
        Darken(planes, pixels);
        return planes[..(3 * pixels)];
    }

    private static JpegFrame DecodeSamples(ReadOnlySpan<byte> file)
    {
        JpegFrame? frame = null;
        var tables = new JpegTables();
        var segments = new JpegSegments(file);
        while (segments.MoveNext())
        {
            tables.Take(segments);
            if (segments.Marker is >= JpegSegments.FirstFrame and <= JpegSegments.ProgressiveFrame)
                frame = new(segments.Contents, segments.Marker == JpegSegments.ProgressiveFrame);
            if (segments.Marker == JpegSegments.StartOfScan)
                new JpegScan(frame ?? throw new InvalidDataException("it has a scan before its frame"), tables, segments.Contents)
                    .Decode(segments.Data());
        }
        foreach (var component in frame!.IsProgressive ? frame.Components : [])
            for (int y = 0; y < component.Blocks.Y; y++)
                for (int x = 0; x < component.Blocks.X; x++)
                    component.Transform(x, y);
        return frame;
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

    /// <summary>Darkens the colours by the last plane, black.</summary>
    private static void Darken(byte[] planes, int pixels)
    {
        for (int i = 0; i < 3 * pixels; i++)
        {
            int black = planes[(3 * pixels) + (i % pixels)], product = ((byte.MaxValue - planes[i]) * black) + Center;
            planes[i] = Clamped(black - ((product + (product >> 8)) >> 8));
        }
    }

    private static byte Clamped(int value) => (byte)Math.Clamp(value, 0, byte.MaxValue);
}
