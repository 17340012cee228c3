using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Arrays;

/// <summary>
/// Image sets of the MNIST family: an IDX file of images, named <c>...images-idx3-ubyte</c> (or idx4; also <c>.idx3</c>, also
/// <c>.gz</c>), with the labels file of the same name, but for <c>labels-idx1</c>, beside it. Without that file there are no labels.
/// A folder's test images are those named <c>t10k</c> or <c>test</c>, its training images those named <c>train</c>; one that holds
/// images of neither name gives these.
/// </summary>
internal static class IdxImages
{
    private const string Images = "images", Labels = "labels", PackedEnd = ".gz";

    /// <summary>Whether a file has the name of an IDX file of images.</summary>
    public static bool IsNameOfImages(string file) =>
        file.Contains(Images, StringComparison.OrdinalIgnoreCase)
        && (file.Contains("idx3", StringComparison.OrdinalIgnoreCase) || file.Contains("idx4", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a path is an IDX file of images, or a folder that holds one.</summary>
    public static bool IsAt(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path).Any(file => IsNameOfImages(Path.GetFileName(file)))
        : File.Exists(path) && IsNameOfImages(Path.GetFileName(path));

    /// <param name="path">The images file, or a folder.</param>
    /// <param name="split">The split of a folder; a file is read whole.</param>
    /// <param name="layout">The layout of images of four axes; null: it is found from the sizes.</param>
    /// <exception cref="ImcException">There are no such images, more than one file may be meant, or a file is damaged.</exception>
    public static LabelledImages Read(string path, Split split, ArrayLayout? layout = null)
    {
        InputFile.RequirePath(path, "data");
        if (Directory.Exists(path)) path = ImagesIn(path, split);
        ImageAxes axes = default;
        var array = IdxArray.Read(path, sizes => axes = sizes.Length >= 3 ? ImageAxes.Of(sizes, layout, path)
            : throw new ImcException($"'{path}' holds {(sizes.Length == 1 ? "labels" : "a matrix")}, not images; name the file of images "
                + "(its labels are found beside it)."));
        var images = new ArrayImages(path, axes, ElementType.UInt8, array.Elements);
        if (LabelsBeside(path) is not { } labelsPath) return new(images, [], null);
        int[] labels = ReadLabels(labelsPath, path, images.Count);
        return new(images, NumberedClasses.Of(labels, labelsPath), labels);
    }

    private static int[] ReadLabels(string path, string imagesPath, int images)
    {
        var array = IdxArray.Read(path, sizes =>
        {
            if (sizes.Length != 1)
                throw new ImcException($"'{path}' has {sizes.Length} axes; labels have one, and the file begins with 00000801.");
            NumberedClasses.RequireCount(path, sizes[0], imagesPath, images);
        });
        var labels = new int[images];
        var block = new byte[Math.Min(labels.Length, 1 << 16)];
        for (int at = 0; at < labels.Length; at += block.Length)
        {
            var part = block.AsSpan(0, Math.Min(block.Length, labels.Length - at));
            array.Elements.Read(at, part);
            for (int i = 0; i < part.Length; i++) labels[at + i] = part[i];
        }
        return labels;
    }

    private static string ImagesIn(string folder, Split split)
    {
        try
        {
            string[] all = [.. Directory.EnumerateFiles(folder).Where(path => IsNameOfImages(Path.GetFileName(path)))
                .GroupBy(WithoutPacked, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => group.MinBy(path => path.Length)!)];
            string[] of = [.. all.Where(path => SplitOf(path) == split)];
            if (of.Length == 0) of = [.. all.Where(path => SplitOf(path) is null)];
            return of is [var one] ? one
                : throw new ImcException($"'{folder}' holds {of.Length} IDX files of {(split == Split.Test ? "test" : "training")} images "
                    + $"({string.Join(", ", all.Select(Path.GetFileName).DefaultIfEmpty("no IDX files of images at all"))}); name the "
                    + "file of images.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{folder}' cannot be read: {e.Message}", e);
        }
    }

    private static Split? SplitOf(string path)
    {
        string name = Path.GetFileName(path);
        return name.Contains("train", StringComparison.OrdinalIgnoreCase) ? Split.Train
            : name.Contains("t10k", StringComparison.OrdinalIgnoreCase) || name.Contains("test", StringComparison.OrdinalIgnoreCase)
                ? Split.Test : null;
    }

    /// <summary>Returns the labels file beside a file of images, packed as it is if both kinds are there.</summary>
    private static string? LabelsBeside(string images)
    {
        string stem = WithoutPacked(Path.GetFileName(images));
        int at = stem.LastIndexOf(Images, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        string labels = $"{stem[..at]}{Labels}{stem[(at + Images.Length)..]}"
            .Replace("idx3", "idx1", StringComparison.OrdinalIgnoreCase).Replace("idx4", "idx1", StringComparison.OrdinalIgnoreCase);
        string[] names = [labels, labels.Replace("-idx1", ".idx1", StringComparison.Ordinal),
            labels.Replace(".idx1", "-idx1", StringComparison.Ordinal)];
        string[] ends = images.Length > WithoutPacked(images).Length ? [PackedEnd, ""] : ["", PackedEnd];
        string folder = Path.GetDirectoryName(images) ?? "";
        return names.SelectMany(name => ends.Select(end => Path.Combine(folder, name + end))).FirstOrDefault(File.Exists);
    }

    private static string WithoutPacked(string path) =>
        path.EndsWith(PackedEnd, StringComparison.OrdinalIgnoreCase) ? path[..^PackedEnd.Length] : path;
}
