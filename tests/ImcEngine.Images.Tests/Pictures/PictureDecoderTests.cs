using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using static ImcEngine.Images.Tests.Pictures.TestImages;

namespace ImcEngine.Images.Tests.Pictures;

public class PictureDecoderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Png_keeps_every_byte(int channels)
    {
        var image = Noise(channels, 13, 17);
        byte[] file = Encoded(stream => PictureEncoder.WritePng(image, stream));
        RequireEqual(image, PictureDecoder.Decode(file, "x.png"));
        Assert.Equal(image.Shape, PictureDecoder.Identify(file, "x.png"));
    }

    [Theory]
    [InlineData(PngColorType.Rgb, PngBitDepth.Bit16, PngInterlaceMode.None)]
    [InlineData(PngColorType.Rgb, PngBitDepth.Bit8, PngInterlaceMode.Adam7)]
    [InlineData(PngColorType.RgbWithAlpha, PngBitDepth.Bit8, PngInterlaceMode.None)]
    [InlineData(PngColorType.RgbWithAlpha, PngBitDepth.Bit16, PngInterlaceMode.Adam7)]
    [InlineData(PngColorType.Palette, PngBitDepth.Bit8, PngInterlaceMode.None)]
    [InlineData(PngColorType.Palette, PngBitDepth.Bit8, PngInterlaceMode.Adam7)]
    public void Png_of_any_kind_gives_its_colours(PngColorType colours, PngBitDepth bits, PngInterlaceMode interlace)
    {
        var image = Noise(3, 9, 11);
        RequireEqual(image, PictureDecoder.Decode(
            Encoded(image, new PngEncoder { ColorType = colours, BitDepth = bits, InterlaceMethod = interlace }), "x.png"));
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 6)]
    [InlineData(3, 9)]
    public void Interlaced_png_with_passes_without_lines_gives_its_colours(int height, int width)
    {
        var image = Noise(3, height, width);
        RequireEqual(image, PictureDecoder.Decode(Encoded(image, new PngEncoder { InterlaceMethod = PngInterlaceMode.Adam7 }), "x.png"));
    }

    [Theory]
    [InlineData(PngColorType.Grayscale, PngBitDepth.Bit16)]
    [InlineData(PngColorType.GrayscaleWithAlpha, PngBitDepth.Bit8)]
    [InlineData(PngColorType.GrayscaleWithAlpha, PngBitDepth.Bit16)]
    public void Gray_png_of_any_kind_has_one_channel(PngColorType colours, PngBitDepth bits)
    {
        var image = Noise(1, 9, 11);
        RequireEqual(image,
            PictureDecoder.Decode(Encoded(Repeated(image), new PngEncoder { ColorType = colours, BitDepth = bits }), "x.png"));
    }

    [Theory]
    [InlineData(PngBitDepth.Bit1, 255)]
    [InlineData(PngBitDepth.Bit2, 85)]
    [InlineData(PngBitDepth.Bit4, 17)]
    public void Gray_of_few_bits_is_stretched_to_255(PngBitDepth bits, int step)
    {
        byte[] grays = [.. Enumerable.Range(0, (255 / step) + 1).Select(i => (byte)(step * i))];
        var image = Bytes(1, 1, grays.Length, grays);
        RequireEqual(image,
            PictureDecoder.Decode(Encoded(Repeated(image), new PngEncoder { ColorType = PngColorType.Grayscale, BitDepth = bits }),
                "x.png"));
    }

    [Fact]
    public void Sixteen_bits_are_divided_by_257_and_rounded()
    {
        ushort[] wide = [0, 128, 129, 256, 257, 385, 386, 32_767, 32_896, 65_406, 65_407, 65_535];
        using var image = Image.LoadPixelData<L16>(Array.ConvertAll(wide, value => new L16(value)), wide.Length, 1);
        byte[] file = Encoded(stream => image.Save(stream,
            new PngEncoder { ColorType = PngColorType.Grayscale, BitDepth = PngBitDepth.Bit16 }));
        Assert.Equal([.. wide.Select(value => (byte)((value + 128) / 257))], PictureDecoder.Decode(file, "x.png").Elements);
    }

    [Fact]
    public void Transparency_is_dropped_without_blending()
    {
        using var image = new Image<Rgba32>(3, 2, new Rgba32(200, 100, 50, 0));
        byte[] png = Encoded(stream => image.Save(stream, new PngEncoder
        {
            ColorType = PngColorType.RgbWithAlpha,
            TransparentColorMode = PngTransparentColorMode.Preserve,
        }));
        Assert.Equal([200, 200, 200, 200, 200, 200, 100, 100], PictureDecoder.Decode(png, "x.png").Elements[..8]);
    }

    [Fact]
    public void Orientation_is_not_applied()
    {
        using var image = new Image<Rgb24>(5, 2);
        image.Metadata.ExifProfile = new ExifProfile();
        image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)6);
        byte[] file = Encoded(stream => image.SaveAsJpeg(stream));
        Assert.Equal("3x2x5", $"{PictureDecoder.Decode(file, "x.jpg").Shape}");
    }

    [Fact]
    public void Jpeg_of_gray_has_one_channel_near_the_picture()
    {
        var image = Bytes(1, 16, 20, [.. Enumerable.Range(0, 320).Select(i => (byte)(60 + (i % 20 * 5) + (i / 20 * 3)))]);
        RequireNear(image, PictureDecoder.Decode(Encoded(stream => PictureEncoder.WriteJpeg(image, 95, stream)), "x.jpg"), 3);
    }

    [Fact]
    public void Jpeg_of_colours_is_near_the_picture_and_nearer_with_more_quality()
    {
        long rough = Distance(20), fine = Distance(95);
        Assert.True(fine < rough / 2, $"{fine} of quality 95, {rough} of quality 20");

        static long Distance(int quality)
        {
            var image = Scene(3, 40, 50);
            var decoded = PictureDecoder.Decode(Encoded(stream => PictureEncoder.WriteJpeg(image, quality, stream)), "x.jpg");
            Assert.Equal(image.Shape, decoded.Shape);
            return image.Elements.Zip(decoded.Elements).Sum(pair => Math.Abs(pair.First - pair.Second));
        }
    }

    [Fact]
    public void Progressive_jpeg_is_read() =>
    RequireNear(SamplePictures.Colours, PictureDecoder.Decode(SamplePictures.ProgressiveJpeg, "x.jpg"), 4);

    [Fact]
    public void Jpeg_of_halved_colours_is_read() =>
    RequireNear(SamplePictures.Colours, PictureDecoder.Decode(SamplePictures.HalvedJpeg, "x.jpg"), 14);

    [Fact]
    public void Progressive_gray_jpeg_is_read() =>
        RequireNear(Bytes(1, 21, 26, [.. Enumerable.Range(0, 21 * 26).Select(i => (byte)(50 + (7 * (i % 26))))]),
            PictureDecoder.Decode(SamplePictures.ProgressiveGrayJpeg, "x.jpg"), 3);

    [Fact]
    public void Cmyk_jpeg_becomes_colours_darkened_by_black()
    {
        var darkened = SamplePictures.Colours
            with { Elements = Array.ConvertAll(SamplePictures.Colours.Elements, value => (byte)(value * 200 / 255)) };
        RequireNear(darkened, PictureDecoder.Decode(SamplePictures.CmykJpeg, "x.jpg"), 5);
    }

    /// <summary>R of Y 120 and Cr 180 is 120 + 1.402 * 52 = 192.9, so that the stored C is 62.1, times K 200 / 255.</summary>
    [Fact]
    public void Ycck_jpeg_becomes_colours()
    {
        var decoded = PictureDecoder.Decode(SamplePictures.YcckJpeg, "x.jpg");
        Assert.Equal("3x16x16", $"{decoded.Shape}");
        RequireNear(decoded with { Elements = [.. new byte[] { 49, 135, 106 }.SelectMany(value => Enumerable.Repeat(value, 256))] },
            decoded, 1);
    }

    [Theory]
    [InlineData(BmpBitsPerPixel.Pixel24)]
    [InlineData(BmpBitsPerPixel.Pixel32)]
    [InlineData(BmpBitsPerPixel.Pixel8)]
    public void Bmp_gives_its_colours(BmpBitsPerPixel bits)
    {
        var image = Noise(3, 5, 7);
        RequireEqual(image, PictureDecoder.Decode(Encoded(image, new BmpEncoder { BitsPerPixel = bits }), "x.bmp"));
    }

    [Fact]
    public void Webp_without_loss_keeps_every_byte()
    {
        var image = Noise(3, 12, 15);
        RequireEqual(image, PictureDecoder.Decode(Encoded(image, new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }), "x.webp"));
    }

    [Fact]
    public void Webp_is_read() => RequireNear(SamplePictures.Colours, PictureDecoder.Decode(SamplePictures.Webp, "x.webp"), 20);

    [Fact]
    public void Decoders_are_named_with_their_versions() =>
        Assert.Matches(@"^ImcEngine \(JPEG, lossless WebP, PNM\) and SixLabors\.ImageSharp 2\.1\.\d+ \(PNG, BMP, lossy WebP\)$",
            PictureDecoder.Decoders);

    [Fact]
    public void Pictures_are_images_named_by_their_source()
    {
        var image = Noise(3, 4, 5);
        var images = new PictureImages(new ListedPictures(("a.png", Encoded(stream => PictureEncoder.WritePng(image, stream))),
            ("b.txt", "text"u8.ToArray())));
        Assert.Equal(2, images.Count);
        Assert.False(images.AreFloats);
        Assert.Null(images.Shape);
        Assert.Equal("a.png", images.NameOf(0));
        RequireEqual(image, images.Read(0));
        Assert.Contains("Picture 'b.txt' cannot be decoded: it is none of PNG", Assert.Throws<ImcException>(() => images.Read(1)).Message,
            StringComparison.Ordinal);
    }

    internal static byte[] Encoded(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    internal static byte[] Encoded(RawImage image, IImageEncoder encoder)
    {
        int plane = image.Shape.Height * image.Shape.Width;
        Rgb24[] pixels = [.. Enumerable.Range(0, plane)
            .Select(i => new Rgb24(image.Elements[i], image.Elements[plane + i], image.Elements[(2 * plane) + i]))];
        using var picture = Image.LoadPixelData<Rgb24>(pixels, image.Shape.Width, image.Shape.Height);
        return Encoded(stream => picture.Save(stream, encoder));
    }

    private static RawImage Repeated(RawImage gray) => ChannelConversion.Convert("", gray, false, ChannelOrder.Rgb);
}
