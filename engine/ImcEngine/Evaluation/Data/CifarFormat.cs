using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;

namespace ImcEngine.Evaluation.Data;

/// <summary>
/// CIFAR-10's binary format: records of 3073 bytes, a label 0 .. 9 and then the planes R, G, B of 32 x 32 bytes each, row by row.
/// A data set is one such file, a folder with <c>test_batch.bin</c> (training: <c>data_batch_1.bin</c>, <c>_2</c>, ...), or the official
/// <c>.tar.gz</c> of such a folder. <c>batches.meta.txt</c> beside the batches holds the class names, one a line.
/// </summary>
public static class CifarFormat
{
    public const int RecordBytes = 1 + ImageSet.ImageBytes;

    private const string TestFile = "test_batch.bin", TrainPrefix = "data_batch_", NamesFile = "batches.meta.txt";
    private const int TrainFiles = 5;

    public static ImmutableArray<string> Cifar10ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads a file, folder or archive. Of a <c>.bin</c> file all records are read, whatever the split.</summary>
    /// <exception cref="ImcException">The path or a batch is missing, a file's length is no multiple of a record, or a label is above 9.</exception>
    public static ImageSet Read(string path, Split split = Split.Test)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        try
        {
            if (Directory.Exists(path)) return ReadFolder(name, path, split);
            if (!File.Exists(path))
                throw new ImcException($"There is no data at '{path}'; give a .bin file of {RecordBytes}-byte records, a folder with {TestFile}, the official .tar.gz, or 'shapes10' or 'cifar10'.");
            if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase)) return ReadArchive(name, path, split);
            using var file = File.OpenRead(path);
            return new BatchReader(path).With(path, file, file.Length).ToImageSet(name, Cifar10ClassNames);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ImcException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes <c>test_batch.bin</c>, or the training images in order over up to five <c>data_batch_N.bin</c>, and the class names.</summary>
    /// <returns>The batch files written.</returns>
    /// <exception cref="ImcException">The folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(ImageSet images, Split split, string folder)
    {
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
        string[] paths = [.. Directory.EnumerateFiles(folder, "*.bin").Where(path => IsBatchOf(split, Path.GetFileName(path))).Order(StringComparer.Ordinal)];
        if (paths.Length == 0) throw MissingBatch(folder, split);
        var reader = new BatchReader(folder);
        foreach (string path in paths)
        {
            using var file = File.OpenRead(path);
            reader.With(path, file, file.Length);
        }
        string names = Path.Combine(folder, NamesFile);
        return reader.ToImageSet(name, File.Exists(names) ? ParseClassNames(File.ReadAllText(names)) : Cifar10ClassNames);
    }

    private static ImageSet ReadArchive(string name, string path, Split split)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var batches = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var classNames = Cifar10ClassNames;
        while (tar.GetNextEntry() is { } entry)
        {
            string file = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
            if (entry.DataStream is null) continue;
            if (IsBatchOf(split, file)) batches[file] = ReadAll(entry.DataStream, path);
            else if (file == NamesFile) classNames = ParseClassNames(System.Text.Encoding.UTF8.GetString(ReadAll(entry.DataStream, path)));
        }
        if (batches.Count == 0) throw MissingBatch(path, split);
        var reader = new BatchReader(path);
        foreach (var (file, bytes) in batches) reader.With($"{path}: {file}", new MemoryStream(bytes), bytes.Length);
        return reader.ToImageSet(name, classNames);
    }

    private static byte[] ReadAll(Stream stream, string path)
    {
        if (stream.Length > (long)ImageSet.MaxImages * RecordBytes) throw new ImcException($"'{path}' holds a batch of {stream.Length} bytes; at most {ImageSet.MaxImages} images are read.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static bool IsBatchOf(Split split, string file) =>
        split == Split.Test ? file == TestFile : file.StartsWith(TrainPrefix, StringComparison.Ordinal) && file.EndsWith(".bin", StringComparison.Ordinal);

    private static ImmutableArray<string> ParseClassNames(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == Cifar10ClassNames.Length ? [.. lines] : Cifar10ClassNames;
    }

    private static ImcException MissingBatch(string path, Split split) =>
        new($"'{path}' has no {(split == Split.Test ? TestFile : TrainPrefix + "*.bin")}; these hold the {(split == Split.Test ? "test" : "training")} images of CIFAR-10's binary format.");

    /// <summary>Gathers the records of one or several batches.</summary>
    private sealed class BatchReader(string source)
    {
        private readonly List<byte[]> _batches = [];
        private long _count;

        public BatchReader With(string what, Stream stream, long length)
        {
            if (length == 0 || length % RecordBytes != 0)
                throw new ImcException($"'{what}' has {length} bytes; a CIFAR-10 batch is one or more records of {RecordBytes} bytes (a label and 3 x 32 x 32 bytes).");
            _count += length / RecordBytes;
            if (_count > ImageSet.MaxImages) throw new ImcException($"'{source}' holds more than {ImageSet.MaxImages} images; split it.");
            var batch = new byte[length];
            stream.ReadExactly(batch);
            RequireLabels(what, batch);
            _batches.Add(batch);
            return this;
        }

        public ImageSet ToImageSet(string name, ImmutableArray<string> classNames)
        {
            var pixels = new byte[_count * ImageSet.ImageBytes];
            var labels = new byte[_count];
            int record = 0;
            foreach (byte[] batch in _batches)
                for (int at = 0; at < batch.Length; at += RecordBytes, record++)
                {
                    labels[record] = batch[at];
                    batch.AsSpan(at + 1, ImageSet.ImageBytes).CopyTo(pixels.AsSpan(record * ImageSet.ImageBytes));
                }
            return new(name, classNames, pixels, labels);
        }

        private static void RequireLabels(string what, byte[] batch)
        {
            for (int at = 0; at < batch.Length; at += RecordBytes)
                if (batch[at] > 9)
                    throw new ImcException($"'{what}': record {at / RecordBytes} has label {batch[at]}; CIFAR-10's labels are 0 to 9. Is this CIFAR-10's binary format?");
        }
    }
}
