using ImcEngine.Images.Pictures;
using ImcEngine.Images.Pictures.Jpeg;

namespace ImcEngine.Images.Tests.Pictures;

public sealed class JpegPictureTests
{
    public static TheoryData<string> Forms { get; } = [.. PillowSamples.All.Keys];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Bytes_are_those_of_pillow(string form)
    {
        var (file, expected) = PillowSamples.All[form];
        var decoded = PictureDecoder.Decode(file, "x.jpg");
        Assert.Equal(expected.Shape, decoded.Shape);
        Assert.Equal(expected.Elements, decoded.Elements);
    }

    [Theory]
    [InlineData(2, 1, 9, 3)]
    [InlineData(2, 1, 10, 3)]
    [InlineData(1, 2, 5, 7)]
    [InlineData(1, 2, 5, 8)]
    [InlineData(2, 2, 9, 7)]
    [InlineData(2, 2, 10, 8)]
    [InlineData(2, 2, 4, 5)]
    [InlineData(2, 1, 1, 1)]
    [InlineData(4, 1, 11, 2)]
    [InlineData(4, 2, 11, 5)]
    public void Colours_are_interpolated_by_the_stated_formula(int columns, int rows, int width, int height)
    {
        int across = (width + columns - 1) / columns, down = (height + rows - 1) / rows;
        byte[] samples = [.. Enumerable.Range(0, across * down).Select(i => (byte)((i * 83) + (i * i * 7)))];
        byte[] pixels = new byte[width * height];
        ChromaUpsampling.Run(samples, (across, down), (columns, rows), pixels, width);
        int Sample(int x, int y) => samples[(Math.Clamp(y, 0, down - 1) * across) + Math.Clamp(x, 0, across - 1)];
        int Side(int pixel) => pixel % 2 == 0 ? -1 : 1;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                int i = x / columns, j = y / rows;
                bool isInterpolated = rows <= 2 && columns <= 2 && (columns == 1 || across > 2);
                int Column(int at) => (3 * Sample(at, j)) + Sample(at, j + Side(y));
                int expected = !isInterpolated ? Sample(i, j) : (columns, rows) switch
                {
                    (2, 1) => ((3 * Sample(i, j)) + Sample(i + Side(x), j) + (x % 2 == 0 ? 1 : 2)) / 4,
                    (1, 2) => (Column(i) + (y % 2 == 0 ? 1 : 2)) / 4,
                    _ => ((3 * Column(i)) + Column(i + Side(x)) + (x % 2 == 0 ? 8 : 7)) / 16,
                };
                Assert.Equal(expected, pixels[(y * width) + x]);
            }
    }

    [Theory]
    [InlineData(nameof(JpegColors.YCbCr), true, null, 1, 2, 3)]
    [InlineData(nameof(JpegColors.YCbCr), true, 0, 1, 2, 3)]
    [InlineData(nameof(JpegColors.Rgb), false, 0, 1, 2, 3)]
    [InlineData(nameof(JpegColors.YCbCr), false, 1, (int)'R', (int)'G', (int)'B')]
    [InlineData(nameof(JpegColors.Rgb), false, null, (int)'R', (int)'G', (int)'B')]
    [InlineData(nameof(JpegColors.YCbCr), false, null, 1, 2, 3)]
    [InlineData(nameof(JpegColors.Gray), true, null, 1)]
    [InlineData(nameof(JpegColors.Cmyk), false, null, 1, 2, 3, 4)]
    [InlineData(nameof(JpegColors.Cmyk), false, 0, 1, 2, 3, 4)]
    [InlineData(nameof(JpegColors.Ycck), false, 2, 1, 2, 3, 4)]
    public void Colours_are_told_by_the_segments(string expected, bool isJfif, int? adobe, params int[] components)
    {
        Assert.Equal(expected, $"{JpegHeader.Read(Header(8, isJfif, adobe, components)).Colors}");
    }

    [Fact]
    public void Two_components_are_refused() =>
        Assert.Contains("it has 2 components; 1, 3 and 4 are allowed", RefusalOf(Header(8, true, null, 1, 2)), StringComparison.Ordinal);

    [Fact]
    public void Twelve_bits_are_refused() =>
        Assert.Contains("8 bits", RefusalOf(Header(12, true, null, 1, 2, 3)), StringComparison.Ordinal);

    private static string RefusalOf(byte[] header) => Assert.Throws<InvalidDataException>(() => JpegHeader.Read(header)).Message;

    /// <summary>Segments of a JPEG file up to its first scan.</summary>
    private static byte[] Header(int bits, bool isJfif, int? adobe, params int[] components)
    {
        byte[] jfif = isJfif ? [0xFF, 0xE0, 0, 7, .. "JFIF\0"u8] : [];
        byte[] transform = adobe is { } value ? [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)value] : [];
        byte[] frame = [(byte)bits, 0, 8, 0, 8, (byte)components.Length, .. components.SelectMany(id => new byte[] { (byte)id, 0x11, 0 })];
        return [0xFF, 0xD8, .. jfif, .. transform, 0xFF, 0xC0, 0, (byte)(2 + frame.Length), .. frame, 0xFF, 0xDA, 0, 2, 0xFF, 0xD9];
    }
}
