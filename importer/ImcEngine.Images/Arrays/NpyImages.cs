using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Arrays;

/// <summary>
/// Images in NumPy's .npy format, read by position: uint8, or float32 (float16 and float64 become float32), with the axes of
/// <see cref="ImageAxes"/>. Their labels are an array beside it. Of NAME.npy that is the first of NAME-labels.npy, NAME_labels.npy, NAME
/// with <c>images</c> as <c>labels</c> or with a leading <c>x</c> as <c>y</c>, labels.npy and y.npy that exists; without any there are no
/// labels.
/// </summary>
internal static class NpyImages
{
    private const string Extension = ".npy", Images = "images", Labels = "labels";

    /// <exception cref="ImcException">There is no such array, or it holds no images, or its labels are not theirs.</exception>
    public static LabelledImages Read(string path, ArrayLayout? layout = null)
    {
        var images = InputFile.Read(path, "array of images", file =>
        {
            var header = NpyHeader.Read(file, path);
            return Stored(header, layout, path, path, header.Bytes, file.Length - header.Bytes);
        });
        if (LabelsBeside(path) is not { } labelsPath) return new(images, [], null);
        int[] labels = ArrayLabels.Of(NpyFile.Read(labelsPath), labelsPath, path, images.Count);
        return new(images, NumberedClasses.Of(labels, labelsPath), labels);
    }

    /// <summary>Returns the images of an array that a file holds as it is.</summary>
    /// <param name="start">Where in the file the elements begin.</param>
    /// <param name="length">The bytes that are there for them.</param>
    /// <exception cref="ImcException">The array holds no images, or has another length than its shape says.</exception>
    public static ArrayImages Stored(NpyHeader header, ArrayLayout? layout, string name, string path, long start, long length)
    {
        var (axes, type) = Describe(header, layout, name);
        return length == LengthOf(axes, type) ? new(name, axes, type, new FileBytes(path, start, length))
            : throw new ImcException($"'{name}' has shape {header.ShapeText}, {LengthOf(axes, type)} bytes, but {length} bytes follow its "
                + "header. Save or copy it again.");
    }

    /// <summary>Returns what the header of an array of images says.</summary>
    /// <exception cref="ImcException">The array holds no images.</exception>
    public static (ImageAxes Axes, ElementType Type) Describe(NpyHeader header, ArrayLayout? layout, string name) =>
        (ImageAxes.Of(header.Shape, layout, name), header.Type switch
        {
            "u1" => ElementType.UInt8,
            "f2" => ElementType.Float16,
            "f4" => ElementType.Float32,
            "f8" => ElementType.Float64,
            _ =>
                throw new ImcException($"'{name}' holds images of type {header.Type}; "
                    + "supported are u1 (uint8) and f4 (float32), and f2 and "
                + "f8, which become float32. Convert it (numpy.ndarray.astype)."),
        });

    public static long LengthOf(ImageAxes axes, ElementType type) => (long)axes.Count * axes.Shape.Count * ArrayImages.BytesOf(type);

    private static string? LabelsBeside(string path)
    {
        string stem = Path.GetFileNameWithoutExtension(path), folder = Path.GetDirectoryName(path) ?? "";
        string[] stems = [$"{stem}-{Labels}", $"{stem}_{Labels}", stem.Replace(Images, Labels, StringComparison.Ordinal),
            stem.StartsWith('x') ? $"y{stem[1..]}" : stem.StartsWith('X') ? $"Y{stem[1..]}" : stem, Labels, "y"];
        return stems.Where(each => each != stem).Select(each => Path.Combine(folder, each + Extension)).FirstOrDefault(File.Exists);
    }
}
