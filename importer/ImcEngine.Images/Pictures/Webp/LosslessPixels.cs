namespace ImcEngine.Images.Pictures.Webp;

/// <summary>
/// Undoes the transforms of lossless WebP. Pixels are alpha, red, green, blue from the highest byte on; channels are added modulo 256.
/// </summary>
internal static class LosslessPixels
{
    private const uint Opaque = 0xFF000000, RedBlue = 0x00FF00FF, AlphaGreen = 0xFF00FF00;

    /// <summary>Adds the channels of two pixels.</summary>
    public static uint Add(uint one, uint other) =>
        (((one & RedBlue) + (other & RedBlue)) & RedBlue) | (((one & AlphaGreen) + (other & AlphaGreen)) & AlphaGreen);

    public static void AddGreen(uint[] pixels)
    {
        foreach (ref uint pixel in pixels.AsSpan())
        {
            uint green = (pixel >> 8) & byte.MaxValue;
            pixel = Add(pixel, (green << 16) | green);
        }
    }

    /// <summary>Adds products of green and red: red += g2r green / 32, blue += g2b green / 32 + r2b red / 32, all signed bytes, the
    /// quotients rounded down.</summary>
    /// <param name="bits">log2 of a square's side.</param>
    /// <param name="squares">By square, g2r in blue, g2b in green and r2b in red.</param>
    public static void AddColours(uint[] pixels, int width, int bits, uint[] squares)
    {
        int across = LosslessImage.Squares(width, bits);
        for (int i = 0; i < pixels.Length; i++)
        {
            uint factors = squares[((i / width >> bits) * across) + (i % width >> bits)], pixel = pixels[i];
            int green = (sbyte)(pixel >> 8), red = (byte)(pixel >> 16) + (((sbyte)factors * green) >> 5);
            int blue = (byte)pixel + (((sbyte)(factors >> 8) * green) >> 5) + (((sbyte)(factors >> 16) * (sbyte)red) >> 5);
            pixels[i] = (pixel & AlphaGreen) | ((uint)(byte)red << 16) | (byte)blue;
        }
    }

    /// <summary>Replaces pixels, several of which may share one, by the colours of a table; those beyond it are transparent black.
    /// </summary>
    /// <param name="bits">log2 of the pixels in one.</param>
    public static uint[] LookUp(uint[] packed, int width, int height, int bits, uint[] table)
    {
        var pixels = new uint[width * height];
        int across = LosslessImage.Squares(width, bits), size = 8 >> bits, inOne = (1 << bits) - 1;
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i % width, green = (byte)(packed[(i / width * across) + (x >> bits)] >> 8);
            int index = (green >> ((x & inOne) * size)) & ((1 << size) - 1);
            pixels[i] = index < table.Length ? table[index] : 0;
        }
        return pixels;
    }

    /// <summary>Adds to each pixel what its neighbours predict. The first row is predicted from the left, the first column from above, and
    /// the first pixel is black. What is above and right of the last column is the first pixel of the row itself.</summary>
    /// <param name="bits">log2 of a square's side.</param>
    /// <param name="squares">By square, the kind of prediction in green.</param>
    public static void AddPredictions(uint[] pixels, int width, int bits, uint[] squares)
    {
        int across = LosslessImage.Squares(width, bits);
        for (int i = 0; i < pixels.Length; i++)
        {
            int y = i / width, x = i % width;
            uint prediction = i == 0 ? Opaque : y == 0 ? pixels[i - 1] : x == 0 ? pixels[i - width]
                : Predict((int)(squares[((y >> bits) * across) + (x >> bits)] >> 8) & 0xF, pixels[i - 1], pixels[i - width],
                    pixels[i - width + 1], pixels[i - width - 1]);
            pixels[i] = Add(pixels[i], prediction);
        }
    }

    private static uint Predict(int kind, uint left, uint top, uint topRight, uint topLeft) => kind switch
    {
        1 => left,
        2 => top,
        3 => topRight,
        4 => topLeft,
        5 => Average(Average(left, topRight), top),
        6 => Average(left, topLeft),
        7 => Average(left, top),
        8 => Average(topLeft, top),
        9 => Average(top, topRight),
        10 => Average(Average(left, topLeft), Average(top, topRight)),
        11 => Distance(top, topLeft) < Distance(left, topLeft) ? left : top,
        12 => EachChannel(left, top, topLeft, (l, t, c) => l + t - c),
        13 => EachChannel(Average(left, top), topLeft, 0, (average, corner, _) => average + ((average - corner) / 2)),
        _ => Opaque,
    };

    /// <summary>Returns the mean of each channel, rounded down.</summary>
    private static uint Average(uint one, uint other) => (((one ^ other) & 0xFEFEFEFE) >> 1) + (one & other);

    private static int Distance(uint one, uint other)
    {
        int sum = 0;
        for (int shift = 0; shift < 32; shift += 8) sum += Math.Abs((byte)(one >> shift) - (byte)(other >> shift));
        return sum;
    }

    private static uint EachChannel(uint one, uint two, uint three, Func<int, int, int, int> combine)
    {
        uint pixel = 0;
        for (int shift = 0; shift < 32; shift += 8)
        {
            int channel = combine((byte)(one >> shift), (byte)(two >> shift), (byte)(three >> shift));
            pixel |= (uint)Math.Clamp(channel, 0, byte.MaxValue) << shift;
        }
        return pixel;
    }
}
