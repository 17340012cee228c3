using System.Buffers.Binary;
using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images;

/// <summary>The forms in which images are written.</summary>
internal enum ImageForm
{
    /// <summary>CIFAR-10's binary format, for 3x32x32.</summary>
    Cifar,

    /// <summary>IDX files of images and labels, for gray images.</summary>
    Idx,

    /// <summary>A folder of PNG files for each class.</summary>
    Png,

    /// <summary>A folder of JPEG files for each class.</summary>
    Jpeg,
}

/// <summary>Writes labelled images of bytes. Every file is written whole or not at all.</summary>
internal static class ImageWriter
{
    private const int JpegQuality = 90, IdxImages = 0x803, IdxLabels = 0x801;

    /// <param name="images">The images; they are read one after the other.</param>
    /// <param name="split">The split, which the names of files say.</param>
    /// <param name="form">The form.</param>
    /// <param name="folder">The folder, which is made.</param>
    /// <param name="threads">Pictures that are encoded at once.</param>
    /// <param name="progress">Receives the number of written images; called from any thread.</param>
    /// <returns>The files or folders written.</returns>
    /// <exception cref="ImcException">The form does not hold such images, or the folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(ImageSet images, Split split, ImageForm form, string folder, int threads,
        Action<int>? progress = null, CancellationToken cancellation = default)
    {
        Require(images, form);
        return form switch
        {
            ImageForm.Cifar => CifarFormat.Write(images, split, folder),
            ImageForm.Idx => WriteIdx(images, split == Split.Test ? "t10k" : "train", folder),
            _ => WritePictures(images, form, Path.Combine(folder, split == Split.Test ? "val" : "train"), threads, progress, cancellation),
        };
    }

    private static void Require(ImageSet images, ImageForm form)
    {
        string? allowed = form switch
        {
            ImageForm.Cifar when images.Shape != CifarFormat.Shape => $"images of {CifarFormat.Shape}",
            ImageForm.Idx when images.Shape.Channels != 1 => "gray images",
            _ => null,
        };
        if (allowed is not null)
            throw new ImcException($"Images of {images.Shape} cannot be written in the form {form.ToString().ToLowerInvariant()}, "
                + "which holds "
                + $"{allowed}. Take the form png or jpeg, or other images.");
    }

    private static IReadOnlyList<string> WriteIdx(ImageSet images, string prefix, string folder)
    {
        string imagesPath = Path.Combine(folder, $"{prefix}-images-idx3-ubyte"),
            labelsPath = Path.Combine(folder, $"{prefix}-labels-idx1-ubyte");
        Guarded(folder, () =>
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(imagesPath, stream =>
            {
                WriteNumbers(stream, IdxImages, images.Count, images.Shape.Height, images.Shape.Width);
                for (int i = 0; i < images.Count; i++) stream.Write(images.Image(i));
            });
            AtomicFile.Write(labelsPath, stream =>
            {
                WriteNumbers(stream, IdxLabels, images.Count);
                for (int i = 0; i < images.Count; i++) stream.WriteByte((byte)images.Label(i));
            });
        });
        return [imagesPath, labelsPath];
    }

    private static void WriteNumbers(Stream stream, params ReadOnlySpan<int> numbers)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        foreach (int number in numbers)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            stream.Write(bytes);
        }
    }

    /// <summary>Class folders begin with the label, so that their ordinal order is that of the labels.</summary>
    private static IReadOnlyList<string> WritePictures(ImageSet images, ImageForm form, string folder, int threads, Action<int>? progress,
        CancellationToken cancellation)
    {
        string[] folders = [.. images.ClassNames.Select((name, label) =>
            Path.Combine(folder, $"{label.ToString($"D{(images.ClassNames.Length - 1).ToString(CultureInfo.InvariantCulture).Length}",
                CultureInfo.InvariantCulture)}-{name}"))];
        int done = 0;
        Guarded(folder, () =>
        {
            foreach (string each in folders) Directory.CreateDirectory(each);
            Workers.For(images.Count, threads, cancellation, i =>
            {
                var image = new RawImage(images.Shape, images.Image(i));
                string path = Path.Combine(folders[images.Label(i)], $"{i:D8}{(form == ImageForm.Png ? ".png" : ".jpg")}");
                AtomicFile.Write(path, stream =>
                {
                    if (form == ImageForm.Png) PictureEncoder.WritePng(image, stream);
                    else PictureEncoder.WriteJpeg(image, JpegQuality, stream);
                });
                progress?.Invoke(Interlocked.Increment(ref done));
            });
        });
        return folders;
    }

    private static void Guarded(string folder, Action write)
    {
        InputFile.RequirePath(folder, "output folder");
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"'{folder}' cannot be written: {e.Message}", e);
        }
    }
}
