namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>What the components of a JPEG file are.</summary>
internal enum JpegColors
{
    Gray,
    Rgb,
    YCbCr,
    Cmyk,
    Ycck,
}

/// <summary>
/// What the segments of a JPEG file up to its first scan say: its size, and its colours, told as libjpeg does.
/// <code>
/// 1 component    gray
/// 3 components   YCbCr with a JFIF segment (APP0); else as the Adobe segment says (APP14; transform 0 is RGB);
///                else RGB if the components are called 'R', 'G', 'B'; else YCbCr
/// 4 components   YCCK with an Adobe segment of transform other than 0; else CMYK
/// </code>
/// </summary>
internal sealed record JpegHeader(JpegColors Colors, int Height, int Width)
{
    private const int TransformOfAdobe = 11;

    /// <exception cref="InvalidDataException">There is no frame of 1, 3 or 4 components of 8 bits, baseline or progressive, before the
    /// first scan.</exception>
    public static JpegHeader Read(ReadOnlySpan<byte> file)
    {
        bool isJfif = false;
        int? transform = null;
        ReadOnlySpan<byte> frame = default;
        var segments = new JpegSegments(file);
        while (segments.MoveNext() && segments.Marker != JpegSegments.StartOfScan)
            switch (segments.Marker)
            {
                case JpegSegments.FirstApplication when segments.Contents.StartsWith("JFIF\0"u8):
                    isJfif = true;
                    break;
                case JpegSegments.AdobeApplication when segments.Contents.StartsWith("Adobe"u8)
                    && segments.Contents.Length > TransformOfAdobe:
                    transform = segments.Contents[TransformOfAdobe];
                    break;
                case >= JpegSegments.FirstFrame and <= JpegSegments.ProgressiveFrame:
                    frame = segments.Contents;
                    break;
            }
        if (frame is not [8, var high, var low, var highOfWidth, var lowOfWidth, var components, ..])
            throw new InvalidDataException("it is not a baseline or progressive JPEG file of 8 bits");
        bool isCalledRgb = frame is [_, _, _, _, _, _, (byte)'R', _, _, (byte)'G', _, _, (byte)'B', ..];
        var colors = components switch
        {
            1 => JpegColors.Gray,
            3 => isJfif || transform is > 0 || (transform is null && !isCalledRgb) ? JpegColors.YCbCr : JpegColors.Rgb,
            4 => transform is > 0 ? JpegColors.Ycck : JpegColors.Cmyk,
            _ => throw new InvalidDataException($"it has {components} components; 1, 3 and 4 are allowed"),
        };
        return new(colors, (high << 8) | low, (highOfWidth << 8) | lowOfWidth);
    }
}
