using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ImcEngine.Data;

/// <summary>
/// Labelled images, immutable. Bytes are planar RGB <c>[record, 3, 32, 32]</c>. A subset shares the bytes and keeps each record's index in
/// the data source, which is the <c>image</c> field of every random draw (ARITHMETIC §7).
/// </summary>
public sealed class ImageSet
{
    public const int Channels = 3, Height = 32, Width = 32;

    /// <summary>Bytes of one image.</summary>
    public const int ImageBytes = Channels * Height * Width;

    /// <summary>The maximum number of images: one array must be able to hold them with their labels.</summary>
    public static int MaxImages => Array.MaxLength / CifarFormat.RecordBytes;

    private readonly byte[] _pixels;
    private readonly byte[] _labels;
    private readonly int[]? _records;
    private readonly Lazy<string> _sha256;

    /// <summary>Creates a set that owns the arrays; the caller must not change them afterwards.</summary>
    /// <param name="name">The name of the data source, for reports.</param>
    /// <param name="classNames">The class names, indexed by label.</param>
    /// <param name="pixels">The bytes, <c>[record, 3, 32, 32]</c>.</param>
    /// <param name="labels">One label per record.</param>
    /// <exception cref="ImcException">There are no images, or a label has no class.</exception>
    /// <exception cref="ArgumentException">The arrays differ in their number of records.</exception>
    public ImageSet(string name, ImmutableArray<string> classNames, byte[] pixels, byte[] labels)
        : this(name, classNames, pixels, labels, null)
    {
        if (labels.Length == 0) throw new ImcException($"'{name}' holds no images.");
        if (pixels.LongLength != (long)labels.Length * ImageBytes)
            throw new ArgumentException($"'{name}' has {pixels.LongLength} bytes of pixels and {labels.Length} labels; "
                + $"an image has {ImageBytes} bytes.");
        int wrong = labels.AsSpan().IndexOfAnyInRange((byte)classNames.Length, byte.MaxValue);
        if (wrong >= 0)
            throw new ImcException($"'{name}': record {wrong} has label {labels[wrong]}; labels are 0 to {classNames.Length - 1}.");
    }

    private ImageSet(string name, ImmutableArray<string> classNames, byte[] pixels, byte[] labels, int[]? records)
    {
        Name = name;
        ClassNames = classNames;
        _pixels = pixels;
        _labels = labels;
        _records = records;
        _sha256 = new(ComputeSha256);
    }

    public string Name { get; }
    public ImmutableArray<string> ClassNames { get; }
    public int Count => _records?.Length ?? _labels.Length;

    /// <summary>The bytes of image i of this set, <c>[3, 32, 32]</c>.</summary>
    public ReadOnlySpan<byte> Image(int i) => _pixels.AsSpan(RecordIndex(i) * ImageBytes, ImageBytes);

    public int Label(int i) => _labels[RecordIndex(i)];

    /// <summary>Returns the labels of all images of this set, in order.</summary>
    public int[] Labels() => [.. Enumerable.Range(0, Count).Select(Label)];

    /// <summary>The index of image i in the data source.</summary>
    public int RecordIndex(int i) => _records is null ? i : _records[i];

    /// <summary>SHA-256 of the labels and images of this set in CIFAR-10's binary format, lower-case hex.</summary>
    public string Sha256 => _sha256.Value;

    /// <summary>Returns images start .. start + count - 1 of this set.</summary>
    /// <exception cref="ImcException">The set has fewer images, or the count is not positive.</exception>
    public ImageSet Slice(int start, int count)
    {
        if (start < 0 || count <= 0 || start > Count - count)
            throw new ImcException($"'{Name}' holds {Count} images; {count} from number {start} on were requested.");
        var records = new int[count];
        for (int i = 0; i < count; i++) records[i] = RecordIndex(start + i);
        return new(Name, ClassNames, _pixels, _labels, records);
    }

    /// <summary>Returns the first <paramref name="count"/> images.</summary>
    public ImageSet First(int count) => Slice(0, count);

    /// <summary>Returns the last <paramref name="count"/> images (for calibration) and the others (for evaluation).</summary>
    /// <exception cref="ImcException">No image would be left, or the count is not positive.</exception>
    public (ImageSet Others, ImageSet Last) SplitLast(int count)
    {
        if (count <= 0 || count >= Count)
            throw new ImcException($"'{Name}' holds {Count} images; 1 to {Count - 1} of them can be set aside, "
                + $"but {count} were requested.");
        return (First(Count - count), Slice(Count - count, count));
    }

    private string ComputeSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < Count; i++)
        {
            hash.AppendData([(byte)Label(i)]);
            hash.AppendData(Image(i));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
