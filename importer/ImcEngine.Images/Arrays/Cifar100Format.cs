using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Arrays;

/// <summary>
/// CIFAR-100's binary format: records of 3074 bytes, each a coarse label 0 .. 19 and a fine label 0 .. 99, followed by the planes R, G, B
/// of 32 x 32 bytes, row by row. A data set is one such file, a folder with <c>test.bin</c> and <c>train.bin</c>, or the official
/// <c>.tar.gz</c> of such a folder. <c>fine_label_names.txt</c> and <c>coarse_label_names.txt</c> beside them hold the class names, one a
/// line. A file is read by position, an archive is unpacked into memory.
/// </summary>
internal static class Cifar100Format
{
    public const int RecordBytes = LabelBytes + 3 * 32 * 32;

    private const int LabelBytes = 2, BlockRecords = 256;
    private const string TestFile = "test.bin", TrainFile = "train.bin";
    private const long MostNamesBytes = 1 << 14;

    private static readonly ImageShape Shape = new(3, 32, 32);

    /// <summary>
    /// Whether data in one of CIFAR's formats is CIFAR-100's: a folder or archive by the names of its files; a file by its size, which is
    /// a number of records of 3074 bytes and not of 3073, or by its name where both fit.
    /// </summary>
    /// <exception cref="ImcException">It could be either, or it cannot be read.</exception>
    public static bool IsAt(string path)
    {
        InputFile.RequirePath(path, "data");
        if (Directory.Exists(path))
            return IsOne(path, File.Exists(Path.Combine(path, TestFile)) || File.Exists(Path.Combine(path, TrainFile)), HasCifar10(path));
        if (IsArchive(path))
        {
            bool is100 = false, is10 = false;
            ReadEntries(path, (_, _, file) =>
            {
                is100 |= IsFileOf100(file);
                is10 |= IsFileOf10(file);
                return !is100 && !is10;
            });
            return IsOne(path, is100, is10);
        }
        string name = Path.GetFileName(path);
        long bytes = InputFile.Read(path, "data", file => file.Length);
        bool fits100 = bytes % RecordBytes == 0, fits10 = bytes % CifarFormat.RecordBytes == 0;
        return fits100 && fits10 && IsFileOf100(name) != IsFileOf10(name) ? IsFileOf100(name) : IsOne(path, fits100, fits10);
    }

    /// <param name="path">A file, folder or archive. All records of a <c>.bin</c> file are read, regardless of the split.</param>
    /// <param name="split">The split of a folder or archive.</param>
    /// <param name="isCoarse">Whether the classes are the 20 coarse ones; otherwise they are the 100 fine ones.</param>
    /// <exception cref="ImcException">The path or a file is missing, a file is not whole records, or a label has no class.</exception>
    public static LabelledImages Read(string path, Split split, bool isCoarse = false)
    {
        InputFile.RequirePath(path, "data");
        string file = split == Split.Test ? TestFile : TrainFile;
        if (!Directory.Exists(path) && IsArchive(path)) return ReadArchive(path, file, isCoarse);
        string data = Directory.Exists(path) ? Path.Combine(path, file) : path;
        if (!File.Exists(data)) throw Missing(path, file);
        long bytes = InputFile.Read(data, "data", stream => stream.Length);
        string names = Path.Combine(Path.GetDirectoryName(data) ?? "", NamesFile(isCoarse));
        string? text = File.Exists(names) ? InputFile.ReadAllText(names, "file of class names", MostNamesBytes) : null;
        return Labelled(data, new FileBytes(data, 0, bytes), ClassNames(names, text, isCoarse), isCoarse);
    }

    private static LabelledImages ReadArchive(string path, string wanted, bool isCoarse)
    {
        IBytes? records = null;
        string? names = null;
        ReadEntries(path, (tar, entry, file) =>
        {
            string what = $"{path}: {file}";
            bool isNames = file == NamesFile(isCoarse);
            if (!isNames && file != wanted) return true;
            if (!entry.IsRegular)
                throw new ImcException($"'{what}' is a link or folder, not a regular file; make the archive from regular files.");
            if (isNames ? names is not null : records is not null)
                throw new ImcException($"'{path}' holds '{file}' twice; make the archive from one data set.");
            if (!isNames) records = MemoryBytes.Read(entry.Bytes, what, tar.ReadData);
            else if (entry.Bytes <= MostNamesBytes)
            {
                var text = new byte[entry.Bytes];
                tar.ReadData(text);
                names = Encoding.UTF8.GetString(text);
            }
            else throw new ImcException($"'{what}' has {entry.Bytes} bytes; class names are at most {MostNamesBytes}.");
            return true;
        });
        if (records is null) throw Missing(path, wanted);
        return Labelled($"{path}: {wanted}", records, ClassNames($"{path}: {NamesFile(isCoarse)}", names, isCoarse), isCoarse);
    }

    /// <summary>Visits the entries of an archive, with the name of each without its folders, until the visitor returns false.</summary>
    private static void ReadEntries(string path, Func<TarArchive, ArchiveEntry, string, bool> visit) => InputFile.Read(path, "data", file =>
    {
        try
        {
            using var unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            var tar = new TarArchive(unpacked, path, MemoryBytes.Most);
            while (tar.Next() is { } entry && visit(tar, entry, entry.Name[(entry.Name.LastIndexOf('/') + 1)..]))
            {
            }
            return 0;
        }
        catch (InvalidDataException e)
        {
            throw new ImcException($"'{path}' is not a gzip file, or its content is damaged or does not match its checksum "
                + "(gzip -t FILE tells which). Make it again, e.g. with tar -czf.", e);
        }
    });

    private static LabelledImages Labelled(string name, IBytes records, ImmutableArray<string> classNames, bool isCoarse)
    {
        if (records.Length == 0 || records.Length % RecordBytes != 0)
            throw new ImcException($"'{name}' has {records.Length} bytes; CIFAR-100's format is one or more records of {RecordBytes} bytes "
                + "(two labels and 3 x 32 x 32 bytes).");
        if (records.Length / RecordBytes > ImageAxes.MostImages)
            throw new ImcException($"'{name}' holds {records.Length / RecordBytes} images; "
                + $"at most {ImageAxes.MostImages} are allowed. Split the "
                + "data.");
        int[] labels = ReadLabels(name, records, isCoarse);
        var axes = new ImageAxes(labels.Length, Shape, ArrayLayout.Nchw);
        return new(new ArrayImages(name, axes, ElementType.UInt8, records, LabelBytes), classNames, labels);
    }

    private static int[] ReadLabels(string name, IBytes records, bool isCoarse)
    {
        var labels = new int[records.Length / RecordBytes];
        var block = new byte[Math.Min(labels.Length, BlockRecords) * RecordBytes];
        for (int i = 0; i < labels.Length; i++)
        {
            int at = i % BlockRecords * RecordBytes;
            if (at == 0)
                records.Read((long)i * RecordBytes, block.AsSpan(0, Math.Min(labels.Length - i, BlockRecords) * RecordBytes));
            var (coarse, fine) = (block[at], block[at + 1]);
            if (coarse >= Cifar100Names.Coarse.Length || fine >= Cifar100Names.Fine.Length)
                throw new ImcException($"'{name}': record {i} has labels {coarse} and {fine}; CIFAR-100's are 0 to 19 (coarse) and 0 to 99 "
                    + "(fine). Is this CIFAR-100's binary format?");
            labels[i] = isCoarse ? coarse : fine;
        }
        return labels;
    }

    private static ImmutableArray<string> ClassNames(string what, string? text, bool isCoarse)
    {
        var own = isCoarse ? Cifar100Names.Coarse : Cifar100Names.Fine;
        if (text is null) return own;
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == own.Length ? [.. lines]
            : throw new ImcException($"'{what}' names {lines.Length} classes; CIFAR-100 has {own.Length} of them, one per line. "
                + "Correct the "
                + "file, or leave it out to use CIFAR-100's own names.");
    }

    private static bool IsOne(string path, bool is100, bool is10) => is100 != is10 ? is100
        : throw new ImcException(is100
            ? $"'{path}' could be CIFAR-10's binary format and CIFAR-100's. Name its files as these do: "
                + "test_batch.bin and data_batch_N.bin, "
                + $"or {TestFile} and {TrainFile}."
            : $"'{path}' holds no pictures or arrays with a known extension, and is in neither of CIFAR's binary formats: "
                + $"CIFAR-10's has records of {CifarFormat.RecordBytes} bytes in test_batch.bin "
                + $"and data_batch_N.bin, CIFAR-100's of {RecordBytes} bytes in {TestFile} and {TrainFile}.");

    private static bool HasCifar10(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*.bin").Any(path => IsFileOf10(Path.GetFileName(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{folder}' cannot be read: {e.Message}", e);
        }
    }

    private static bool IsFileOf100(string name) => name is TestFile or TrainFile;

    private static bool IsFileOf10(string name) =>
        name == "test_batch.bin"
            || name.StartsWith("data_batch_", StringComparison.Ordinal) && name.EndsWith(".bin", StringComparison.Ordinal);

    private static bool IsArchive(string path) =>
        path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    private static string NamesFile(bool isCoarse) => isCoarse ? "coarse_label_names.txt" : "fine_label_names.txt";

    private static ImcException Missing(string path, string file) =>
        new($"'{path}' has no {file}; give a .bin file of {RecordBytes}-byte records, a folder with {TestFile} or {TrainFile}, "
            + "or the official "
            + ".tar.gz of CIFAR-100's binary version.");
}
