using System.Collections.Immutable;
using System.IO.Compression;

namespace ImcEngine.Data;

/// <summary>
/// CIFAR-10's binary format: records of 3073 bytes, each a label 0 .. 9 followed by the planes R, G, B of 32 x 32 bytes, row by row.
/// A data set is one such file, a folder with <c>test_batch.bin</c> (training: <c>data_batch_1.bin</c>, <c>_2</c>, ...), or the official
/// <c>.tar.gz</c> of such a folder. <c>batches.meta.txt</c> beside the batches holds the class names, one per line.
/// </summary>
internal static class CifarFormat
{
    /// <summary>Bytes of one image, and of its record.</summary>
    public const int ImageBytes = 3 * 32 * 32, RecordBytes = 1 + ImageBytes;

    /// <summary>The maximum number of images: one array must be able to hold them with their labels.</summary>
    public static int MaxImages => Array.MaxLength / RecordBytes;

    /// <summary>The shape of every image.</summary>
    public static ImageShape Shape { get; } = new(3, 32, 32);

    private const string TestFile = "test_batch.bin", TrainPrefix = "data_batch_", NamesFile = "batches.meta.txt";
    private const string What = "data";
    private const int TrainFiles = 5;
    private const long MostNamesBytes = 1 << 14;

    /// <summary>The maximum size of an unpacked archive, six times CIFAR-10, because a small file can unpack to any size.</summary>
    private const long MostArchiveBytes = 1L << 30;

    public static ImmutableArray<string> Cifar10ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads a file, folder or archive. All records of a <c>.bin</c> file are read, regardless of the split.</summary>
    /// <exception cref="ImcException">
    /// The path or a batch is missing, a file's length is not a multiple of a record, a label is above 9, or an archive is damaged, too
    /// long or contains a batch twice.
    /// </exception>
    public static ImageSet Read(string path, Split split = Split.Test)
    {
        InputFile.RequirePath(path, What);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (Directory.Exists(path)) return ReadFolder(name, path, split);
        if (!File.Exists(path))
            throw new ImcException($"There is no data at '{path}'; give a folder, archive, array or list of images ('imc data' lists what "
                + "is read), or 'shapes10' or 'cifar10'.");
        bool isArchive = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);
        return isArchive ? ReadArchive(name, path, split) : ReadFiles(name, path, [path], Cifar10ClassNames);
    }

    /// <summary>Writes <c>test_batch.bin</c>, or the training images in order over up to five <c>data_batch_N.bin</c>,
    /// and the class names.</summary>
    /// <returns>The batch files written.</returns>
    /// <exception cref="ImcException">The folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(ImageSet images, Split split, string folder)
    {
        InputFile.RequirePath(folder, "output folder");
        int files = split == Split.Test ? 1 : TrainFiles, perFile = (images.Count + files - 1) / files;
        var written = new List<string>();
        try
        {
            Directory.CreateDirectory(folder);
            for (int start = 0; start < images.Count; start += perFile)
            {
                string path = Path.Combine(folder, split == Split.Test ? TestFile : $"{TrainPrefix}{written.Count + 1}.bin");
                var part = images.Slice(start, Math.Min(perFile, images.Count - start));
                AtomicFile.Write(path, stream => WriteRecords(part, stream));
                written.Add(path);
            }
            AtomicFile.Write(Path.Combine(folder, NamesFile), stream =>
            {
                using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                foreach (string className in images.ClassNames) text.WriteLine(className);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"'{folder}' cannot be written: {e.Message}", e);
        }
        return written;
    }

    private static void WriteRecords(ImageSet images, Stream stream)
    {
        for (int i = 0; i < images.Count; i++)
        {
            stream.WriteByte((byte)images.Label(i));
            stream.Write(images.Image(i));
        }
    }

    private static ImageSet ReadFolder(string name, string folder, Split split)
    {
        string[] paths = BatchesIn(folder, split);
        if (paths.Length == 0) throw MissingBatch(folder, split);
        string file = Path.Combine(folder, NamesFile);
        string? names = File.Exists(file) ? InputFile.ReadAllText(file, "file of class names", MostNamesBytes) : null;
        return ReadFiles(name, folder, paths, names is null ? Cifar10ClassNames : ParseClassNames(file, names));
    }

    private static string[] BatchesIn(string folder, Split split)
    {
        try
        {
            var batches = Directory.EnumerateFiles(folder, "*.bin").Where(path => IsBatchOf(split, Path.GetFileName(path)));
            return [.. batches.Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{folder}' cannot be read: {e.Message}", e);
        }
    }

    private static ImageSet ReadFiles(string name, string source, string[] paths, ImmutableArray<string> classNames)
    {
        var files = new List<FileStream>();
        try
        {
            foreach (string path in paths) files.Add(InputFile.OpenRead(path, What));
            int[] counts = [.. files.Select(file => RecordBuffer.CountIn(file.Name, file.Length))];
            long all = counts.Sum(count => (long)count);
            RecordBuffer.RequireRoomFor(source, all);
            var buffer = new RecordBuffer(source, (int)all);
            for (int i = 0; i < paths.Length; i++) buffer.Add(paths[i], counts[i], files[i].ReadExactly);
            var (pixels, labels) = buffer.ToArrays();
            return new(name, classNames, pixels, labels);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"'{source}' cannot be read: {e.Message}", e);
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
    }

    private static ImageSet ReadArchive(string name, string path, Split split) =>
        InputFile.Read(path, What, file => Gzip.Unpacking(path, () =>
        {
            using var unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            return ReadTar(name, path, new(unpacked, path, MostArchiveBytes), split);
        }));

    private static ImageSet ReadTar(string name, string path, TarArchive tar, Split split)
    {
        var batches = new SortedDictionary<string, RecordBuffer>(StringComparer.Ordinal);
        ImmutableArray<string>? classNames = null;
        long records = 0;
        while (tar.Next() is { } entry)
        {
            string file = entry.Name[(entry.Name.LastIndexOf('/') + 1)..], what = $"{path}: {file}";
            bool isNames = file == NamesFile;
            if (!isNames && !IsBatchOf(split, file)) continue;
            if (!entry.IsRegular)
                throw new ImcException($"'{what}' is a link or folder, not a regular file; make the archive from regular files.");
            if (isNames ? classNames is not null : batches.ContainsKey(file))
                throw new ImcException($"'{path}' holds '{file}' twice; make the archive from one data set.");
            if (isNames)
            {
                if (entry.Bytes > MostNamesBytes)
                    throw new ImcException($"'{what}' has {entry.Bytes} bytes; class names are at most {MostNamesBytes}.");
                var text = new byte[entry.Bytes];
                tar.ReadData(text);
                classNames = ParseClassNames(what, System.Text.Encoding.UTF8.GetString(text));
                continue;
            }
            int count = RecordBuffer.CountIn(what, entry.Bytes);
            RecordBuffer.RequireRoomFor(path, records += count);
            batches.Add(file, new(path, capacity: 0));
            batches[file].Add(what, count, tar.ReadData);
        }
        if (batches.Count == 0) throw MissingBatch(path, split);
        var read = batches.Values.Select(batch => batch.ToArrays()).ToArray();
        byte[] pixels = Joined([.. read.Select(batch => batch.Pixels)]), labels = Joined([.. read.Select(batch => batch.Labels)]);
        return new(name, classNames ?? Cifar10ClassNames, pixels, labels);
    }

    private static byte[] Joined(byte[][] parts)
    {
        if (parts.Length == 1) return parts[0];
        var all = new byte[parts.Sum(part => (long)part.Length)];
        int at = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }
        return all;
    }

    private static bool IsBatchOf(Split split, string file) =>
        split == Split.Test ? file == TestFile
            : file.StartsWith(TrainPrefix, StringComparison.Ordinal) && file.EndsWith(".bin", StringComparison.Ordinal);

    private static ImmutableArray<string> ParseClassNames(string what, string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == Cifar10ClassNames.Length ? [.. lines]
            : throw new ImcException($"'{what}' names {lines.Length} classes; CIFAR-10's format has {Cifar10ClassNames.Length}, one "
                + "per line. Correct the file, or leave it out to use CIFAR-10's own names.");
    }

    private static ImcException MissingBatch(string path, Split split) =>
        new($"'{path}' has no {(split == Split.Test ? TestFile : TrainPrefix + "*.bin")}; "
            + $"these hold the {(split == Split.Test ? "test" : "training")} images of CIFAR-10's binary format.");
}
