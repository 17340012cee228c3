using System.Formats.Tar;
using System.IO.Compression;
using ImcEngine.Data;
using ImcEngine.Images;
using Parquet;
using Parquet.Schema;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>The same drawn pictures in every kind of container.</summary>
internal static class ImageFiles
{
    /// <summary>Draws JPEG files in a folder for each class.</summary>
    public static string Folder(string folder, int count, ImageShape shape, ImageForm form = ImageForm.Jpeg)
    {
        ImageWriter.Write(Shapes10.Draw(Split.Test, count, shape), Split.Test, form, folder, threads: 2);
        return Path.Combine(folder, "val");
    }

    public static string Tar(string folder, string path)
    {
        TarFile.CreateFromDirectory(folder, path, includeBaseDirectory: false);
        return path;
    }

    public static string GzippedTar(string folder, string path)
    {
        using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        TarFile.CreateFromDirectory(folder, packed, includeBaseDirectory: false);
        return path;
    }

    public static string Zip(string folder, string path)
    {
        ZipFile.CreateFromDirectory(folder, path);
        return path;
    }

    /// <summary>Writes the pictures as the hub stores them, in the order of the folder.</summary>
    public static async Task<string> ParquetAsync(string folder, string path)
    {
        string[] classes = [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)];
        var files = classes.SelectMany((name, label) => Directory.GetFiles(name).Order(StringComparer.Ordinal), (name, file) =>
            (Label: (long)Array.IndexOf(classes, name), File: file)).ToList();
        var label = new DataField<long>("label");
        var schema = new ParquetSchema(new StructField("image", new DataField<byte[]>("bytes"), new DataField<string>("path")), label);
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(schema.DataFields[0], files.Select(file => File.ReadAllBytes(file.File)).ToArray());
        await group.WriteAsync(schema.DataFields[1], files.Select(file => Path.GetFileName(file.File)).ToArray());
        await group.WriteAsync<long>(schema.DataFields[2], files.Select(file => file.Label).ToArray());
        return path;
    }

    /// <summary>Writes the decoded pictures as an array <c>[image, channel, y, x]</c> of NumPy, and their labels beside it.</summary>
    public static string Npy(ImageSet images, string path)
    {
        var shape = images.Shape;
        WriteArray(path, "|u1", [images.Count, shape.Channels, shape.Height, shape.Width],
            [.. Enumerable.Range(0, images.Count).SelectMany(images.Image)]);
        WriteArray(Path.ChangeExtension(path, null) + "-labels.npy", "|u1", [images.Count],
            [.. images.Labels().Select(label => (byte)label)]);
        return path;
    }

    private static void WriteArray(string path, string type, int[] sizes, byte[] elements)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Join(", ", sizes)},), }}";
        header = header.PadRight(((header.Length + 11 + 63) / 64 * 64) - 11) + "\n";
        using var stream = File.Create(path);
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(header));
        stream.Write(elements);
    }
}
