using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Pictures of all formats, most of them damaged.</summary>
internal sealed class PictureTarget : IFuzzTarget
{
    /// <summary>Pixels up to which a picture is decoded a second time.</summary>
    private const int FewPixels = 1 << 20;

    /// <summary>A progressive JPEG file of 5 x 4 pixels, which the library does not write.</summary>
    private static readonly byte[] Progressive = Convert.FromBase64String(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//
        2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAEAAUDASIAAhEBAxEB/8QA
        FQABAQAAAAAAAAAAAAAAAAAAAAP/xAAVAQEBAAAAAAAAAAAAAAAAAAACBP/aAAwDAQACEAMQAAABiFV//8QAFhAAAwAAAAAAAAAAAAAAAAAAAQMi/9oACAEB
        AAEFAlif/8QAFxEAAwEAAAAAAAAAAAAAAAAAAAEDMv/aAAgBAwEBPwGOEf/EABcRAQADAAAAAAAAAAAAAAAAAAIAETH/2gAIAQIBAT8BQN5P/8QAFBABAAAA
        AAAAAAAAAAAAAAAAAP/aAAgBAQAGPwJ//8QAFRABAQAAAAAAAAAAAAAAAAAAAAH/2gAIAQEAAT8hkf/aAAwDAQACAAMAAAAQD//EABYRAQEBAAAAAAAAAAAA
        AAAAAAEAgf/aAAgBAwEBPxBOV//EABcRAAMBAAAAAAAAAAAAAAAAAAARIZH/2gAIAQIBAT8QYRh//8QAFRABAQAAAAAAAAAAAAAAAAAAAEH/2gAIAQEAAT8Q
        jP/Z
        """);

    private static readonly byte[][] Fixed =
    [
        Progressive, "P1 3 2\n101010"u8.ToArray(), "P2 3 2 100\n# note\n1 2 3 4 50 100"u8.ToArray(), "P3 2 1 255 1 2 3 4 5 6"u8.ToArray(),
        "P4 9 2\nabcd"u8.ToArray(), "P5 3 2 255\nabcdef"u8.ToArray(), "P6 2 1 65535\nabcdefghijkl"u8.ToArray(),
    ];

    private static readonly IImageEncoder[] Encoders =
    [
        .. from colours in new[] { PngColorType.Rgb, PngColorType.Palette, PngColorType.Grayscale, PngColorType.RgbWithAlpha }
           from interlace in new[] { PngInterlaceMode.None, PngInterlaceMode.Adam7 }
           select new PngEncoder { ColorType = colours, InterlaceMethod = interlace },
        new PngEncoder { ColorType = PngColorType.Rgb, BitDepth = PngBitDepth.Bit16 },
        .. from colours in new[] { JpegColorType.YCbCrRatio420, JpegColorType.YCbCrRatio444, JpegColorType.Luminance, JpegColorType.Rgb }
           select new JpegEncoder { ColorType = colours },
        .. from bits in new[] { BmpBitsPerPixel.Pixel8, BmpBitsPerPixel.Pixel16, BmpBitsPerPixel.Pixel24, BmpBitsPerPixel.Pixel32 }
           select new BmpEncoder { BitsPerPixel = bits },
        new WebpEncoder { FileFormat = WebpFileFormatType.Lossless },
        new WebpEncoder { FileFormat = WebpFileFormatType.Lossy },
    ];

    public string Name => "picture";
    public string Extension => ".img";

    /// <summary>The largest picture of lossy WebP takes 14 bytes a pixel: 8 in the decoder, 3 of colours, 3 of the result. Progressive JPEG
    /// takes more, but not of a file as small as these: each block has a bit at least.</summary>
    public long MostAllocatedBytes => 1L << 30;

    public byte[] Make(CaseRandom random)
    {
        byte[] file = Valid(random);
        return random.OneIn(8) ? file : ByteMutations.Mutate(random, file, random.OneIn(2) ? file : Valid(random));
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        var shape = PictureDecoder.Identify(input, "picture");
        var image = PictureDecoder.Decode(input, "picture");
        BrokenPropertyException.Require(image.Shape == shape && image.Elements.Length == shape.Count,
            "a picture has the size that its header states", () => $"{shape} became {image.Shape} with {image.Elements.Length} bytes");
        if (shape.Height * shape.Width <= FewPixels) RequireSame(image, PictureDecoder.Decode(input, "picture"));
        return Acceptance.Accepted;
    }

    private static void RequireSame(RawImage first, RawImage second) => BrokenPropertyException.Require(
        first.Elements.AsSpan().SequenceEqual(second.Elements), "a picture decodes to the same bytes each time",
        () => $"byte {first.Elements.AsSpan().CommonPrefixLength(second.Elements)} of {first.Shape} differs");

    private static byte[] Valid(CaseRandom random)
    {
        if (random.OneIn(4)) return random.OneOf<byte[]>(Fixed);
        var shape = new ImageShape(3, random.Between(1, 20), random.Between(1, 20));
        byte[] pixels = new byte[shape.Count];
        int noise = random.OneOf(0, 10, 255);
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i / 3) + random.Between(0, noise));
        using var picture = Image.LoadPixelData<Rgb24>(pixels, shape.Width, shape.Height);
        using var file = new MemoryStream();
        picture.Save(file, random.OneOf<IImageEncoder>(Encoders));
        return file.ToArray();
    }
}
