using System.Reflection;
using System.Runtime.InteropServices;
using ImcEngine.Data;
using ImcEngine.Images.Pictures.Jpeg;
using ImcEngine.Images.Pictures.Webp;
using ImcEngine.Images.Sources;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Decodes PNG, BMP and lossy WebP by SixLabors.ImageSharp, JPEG (baseline, progressive, gray, CMYK, YCCK) by <see cref="JpegPicture"/>,
/// lossless WebP by <see cref="LosslessPicture"/>, and PBM, PGM and PPM by <see cref="PortableAnymap"/>.
/// <para>
/// ImageSharp 2.1 is managed code for all of these formats, under the Apache licence 2.0, and its line 2.1 still gets its security fixes;
/// none of its known vulnerabilities is in 2.1.13. It repeats the colours of JPEG files that have fewer of them, so that photographs are
/// a gray level and more from what networks are trained on. JpegLibrary reads and writes beyond its memory on damaged files; SkiaSharp
/// would bring native code. JPEG is therefore decoded by our own code. So is lossless WebP, for whose codes ImageSharp allocates up to
/// 2.6 GB whatever the size of the picture.
/// </para>
/// <para>
/// A picture is gray (1 channel) where its file says so: PNG's colour types 0 and 4, JPEG of one component, PBM and PGM. All others are R,
/// G, B; palettes are replaced by their colours. Transparency is dropped without blending. 16 bits become 8 by <c>round(v / 257)</c>.
/// Orientation, gamma and colour profiles are not applied, nor are they by torchvision's image folders.
/// </para>
/// <para>
/// ImageSharp fills what a cut file lacks with gray or black. Files are therefore looked through for their ends beforehand.
/// </para>
/// </summary>
internal static class PictureDecoder
{
    private static readonly Configuration Formats = MakeConfiguration();

    /// <summary>The formats, for messages.</summary>
    public const string FormatNames = "PNG, JPEG, BMP, WebP, PBM, PGM and PPM";

    /// <summary>What decodes pictures, with the version of what is not of this project.</summary>
    public static string Decoders { get; } = "ImcEngine (JPEG, lossless WebP, PNM) and SixLabors.ImageSharp " + typeof(Image).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0] + " (PNG, BMP, lossy WebP)";

    /// <summary>Reads the size of a picture from the header of its file.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="name">What to call the picture in an error.</param>
    /// <exception cref="ImcException">It is not a picture, or is too large.</exception>
    public static ImageShape Identify(byte[] file, string name) => Guarded(name, () => ReadHeader(file, name).Shape);

    /// <summary>Decodes a picture.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="name">What to call the picture in an error.</param>
    /// <exception cref="ImcException">It is not a picture, too large, or the file is damaged or cut.</exception>
    public static RawImage Decode(byte[] file, string name) => Guarded(name, () =>
    {
        var (shape, format) = ReadHeader(file, name);
        if (format is null) return PortableAnymap.Decode(file);
        if (format is JpegFormat) return new RawImage(shape, JpegPicture.Decode(file, shape));
        if (format is WebpFormat)
        {
            var picture = WebpFile.Picture(file);
            if (WebpFile.IsLossless(picture)) return new RawImage(shape, LosslessPicture.Decode(WebpFile.Contents(picture), shape));
            file = WebpFile.Of(picture);
        }
        if (format is PngFormat) PngCompleteness.Require(file);
        if (format is BmpFormat) BmpCompleteness.Require(file);
        using var image = Image.Load<Rgb24>(Formats, file);
        return (image.Height, image.Width) == (shape.Height, shape.Width)
            ? new RawImage(shape, Planes(image, shape))
            : throw new InvalidDataException($"its header states {shape.Width} x {shape.Height} pixels, "
                + $"but {image.Width} x {image.Height} were there");
    });

    /// <returns>The shape, and ImageSharp's format; null for a portable anymap.</returns>
    private static (ImageShape Shape, IImageFormat? Format) ReadHeader(byte[] file, string name)
    {
        if (PortableAnymap.IsOne(file))
        {
            var anymap = PortableAnymap.ReadShape(file);
            PictureLimits.Require(name, "is", anymap.Height, anymap.Width);
            return (anymap, null);
        }
        var format = Image.DetectFormat(Formats, file) ?? throw new InvalidDataException($"it is none of {FormatNames}");
        if (format is WebpFormat) WebpFile.Picture(file);
        if (format is BmpFormat) BmpCompleteness.RequireStart(file);
        if (format is JpegFormat)
        {
            var header = JpegHeader.Read(file);
            PictureLimits.Require(name, "is", header.Height, header.Width);
            return (new ImageShape(header.Colors == JpegColors.Gray ? 1 : 3, header.Height, header.Width), format);
        }
        var info = Image.Identify(Formats, new MemoryStream(file));
        PictureLimits.Require(name, "is", info.Height, info.Width);
        return (new ImageShape(IsGray(info, format) ? 1 : 3, info.Height, info.Width), format);
    }

    private static bool IsGray(IImageInfo info, IImageFormat format) =>
        format is PngFormat && info.Metadata.GetPngMetadata().ColorType is PngColorType.Grayscale or PngColorType.GrayscaleWithAlpha;

    /// <summary>Gray pixels have equal colours, so that the first is taken.</summary>
    private static byte[] Planes(Image<Rgb24> image, ImageShape shape)
    {
        byte[] planes = new byte[shape.Count];
        int plane = shape.Height * shape.Width;
        image.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < shape.Height; y++)
            {
                ReadOnlySpan<byte> row = MemoryMarshal.AsBytes(rows.GetRowSpan(y));
                for (int channel = 0; channel < shape.Channels; channel++)
                {
                    var line = planes.AsSpan((channel * plane) + (y * shape.Width), shape.Width);
                    for (int x = 0, from = channel; x < line.Length; x++, from += 3) line[x] = row[from];
                }
            }
        });
        return planes;
    }

    private static Configuration MakeConfiguration()
    {
        var formats = new Configuration { MaxDegreeOfParallelism = 1, MemoryAllocator = new BoundedAllocator() };
        formats.ImageFormatsManager.AddImageFormatDetector(new PngImageFormatDetector());
        formats.ImageFormatsManager.AddImageFormatDetector(new JpegImageFormatDetector());
        formats.ImageFormatsManager.AddImageFormatDetector(new BmpImageFormatDetector());
        formats.ImageFormatsManager.AddImageFormatDetector(new WebpImageFormatDetector());
        formats.ImageFormatsManager.SetDecoder(PngFormat.Instance, new PngDecoder { IgnoreMetadata = true });
        formats.ImageFormatsManager.SetDecoder(BmpFormat.Instance, new BmpDecoder());
        formats.ImageFormatsManager.SetDecoder(WebpFormat.Instance, new WebpDecoder { IgnoreMetadata = true });
        return formats;
    }

    /// <summary>Turns whatever damaged data make the library throw into an error of the user's file.</summary>
    private static T Guarded<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is not (ImcException or OutOfMemoryException))
        {
            string reason = exception is InvalidDataException or ImageFormatException
                ? exception.Message.TrimEnd('.')
                : $"its data are damaged ({exception.GetType().Name})";
            throw new ImcException($"Picture '{name}' cannot be decoded: {reason}.", exception);
        }
    }
}
