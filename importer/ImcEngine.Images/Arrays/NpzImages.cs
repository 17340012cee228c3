using System.IO.Compression;
using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Arrays;

/// <summary>
/// Images and labels in one .npz archive of NumPy; the arrays of images are those of <see cref="NpyImages"/>. For the test split the images
/// are x_test, test_images or test_data (for training images the same with <c>train</c>), else x, images, image or data; their labels are
/// y_test, test_labels or test_label, else y, labels, label or targets. Upper and lower case are the same, and other arrays are passed
/// over. A stored array is read by position, a deflated one is unpacked into memory.
/// </summary>
internal static class NpzImages
{
    /// <summary>The longest stored array whose checksum is verified, which reads it once.</summary>
    private const long MostVerifiedBytes = 1L << 30;

    private const int MostArrays = 10_000;

    /// <param name="path">The archive.</param>
    /// <param name="split">The split to read where the archive names splits.</param>
    /// <param name="layout">The layout of images of four axes; null: it is found from the sizes.</param>
    /// <exception cref="ImcException">There is no such archive, no or more than one array may be meant, or one is damaged.</exception>
    public static LabelledImages Read(string path, Split split, ArrayLayout? layout = null) =>
        InputFile.Read(path, "archive of images", file =>
        {
            try
            {
                using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
                return Read(archive, file, path, split == Split.Test ? "test" : "train", layout);
            }
            catch (InvalidDataException e)
            {
                throw new ImcException($"'{path}' is not a readable .npz archive: {e.Message}", e);
            }
        });

    private static LabelledImages Read(ZipArchive archive, FileStream file, string path, string split, ArrayLayout? layout)
    {
        if (archive.Entries.Count > MostArrays)
            throw new ImcException($"'{path}' holds {archive.Entries.Count} entries; at most {MostArrays} arrays are read.");
        var arrays = archive.Entries.Select(entry => (Name: NpzArrays.NameOf(entry, path), Entry: entry)).ToList();
        string[] ofSplit = [$"x_{split}", $"{split}_images", $"{split}_data"], ofAll = ["x", "images", "image", "data"];
        var ofThisSplit = Named(arrays, ofSplit, path);
        if ((ofThisSplit ?? Named(arrays, ofAll, path)) is not { } images)
            throw new ImcException(
                $"'{path}' holds {string.Join(", ", arrays.Take(20).Select(array => array.Name).DefaultIfEmpty("no arrays"))}"
                + $"{(arrays.Count > 20 ? ", ..." : "")}; images are named {string.Join(", ", ofSplit)}, or {string.Join(", ", ofAll)}.");
        var read = ReadImages(images.Entry, file, path, $"{path}: {images.Name}", layout);
        var labels = Named(arrays, ofThisSplit is null ? ["y", "labels", "label", "targets"]
            : [$"y_{split}", $"{split}_labels", $"{split}_label"], path);
        if (labels is not { } found) return new(read, [], null);
        string labelsName = $"{path}: {found.Name}";
        var array = NpzArrays.Unpack(found.Entry, path, content => NpyFile.Read(content, labelsName, ImageAxes.MostImages));
        int[] numbers = ArrayLabels.Of(array, labelsName, $"{path}: {images.Name}", read.Count);
        return new(read, NumberedClasses.Of(numbers, labelsName), numbers);
    }

    private static (string Name, ZipArchiveEntry Entry)? Named(List<(string Name, ZipArchiveEntry Entry)> arrays, string[] names,
        string path)
    {
        var found = arrays.Where(array => names.Contains(array.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        return found.Count switch
        {
            0 => null,
            1 => found[0],
            _ =>
                throw new ImcException($"'{path}' holds {string.Join(" and ", found.Select(array => $"'{array.Name}'"))}, "
                    + "which could all be "
                + "meant; make an archive of one of them."),
        };
    }

    private static ArrayImages ReadImages(ZipArchiveEntry entry, FileStream file, string path, string name, ArrayLayout? layout)
    {
        if (StoredBytes(entry, file, path, name) is var (stored, start))
            return NpyImages.Stored(stored, layout, name, path, start, entry.Length - stored.Bytes);
        return NpzArrays.Unpack(entry, path, content =>
        {
            var header = NpyHeader.Read(content, name);
            var (axes, type) = NpyImages.Describe(header, layout, name);
            return new ArrayImages(name, axes, type, MemoryBytes.ReadToEnd(content, NpyImages.LengthOf(axes, type), name));
        });
    }

    /// <summary>Returns the header of an array that is stored, and where in the file its elements begin; null for a deflated one.</summary>
    private static (NpyHeader Header, long Start)? StoredBytes(ZipArchiveEntry entry, FileStream file, string path, string name)
    {
        if (entry.CompressedLength != entry.Length) return null;
        NpyHeader header;
        long start;
        using (var content = entry.Open())
        {
            header = NpyHeader.Read(content, name);
            // Content that is stored is read as it is asked for. Deflated content is read ahead of that, in blocks.
            start = file.Position;
        }
        file.Position = Math.Max(0, start - header.Bytes);
        Span<byte> begin = stackalloc byte[6];
        if (file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false) < begin.Length || !NpyHeader.IsBegin(begin)) return null;
        if (entry.Length <= MostVerifiedBytes)
            NpzArrays.Unpack(entry, path, content =>
            {
                content.CopyTo(Stream.Null);
                return 0;
            });
        return (header, start);
    }
}
