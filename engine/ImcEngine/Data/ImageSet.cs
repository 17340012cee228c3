using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ImcEngine.Data;

/// <summary>
/// Labelled images, immutable. Bytes are planar RGB <c>[record, 3, 32, 32]</c>; a subset shares them and keeps each record's index in its
/// data source, which is the <c>image</c> field of every random draw (ARITHMETIC §7).
/// </summary>
public sealed class ImageSet
{
    public const int Channels = 3, Height = 32, Width = 32;

    /// <summary>Bytes of one image.</summary>
    public const int ImageBytes = Channels * Height * Width;

    /// <summary>What one array can hold, of images with their labels.</summary>
    public static int MaxImages => Array.MaxLength / CifarFormat.RecordBytes;

    private readonly byte[] _pixels;
    private readonly byte[] _labels;
    private readonly int[]? _records;
    private readonly Lazy<string> _sha256;

    /// <summary>Takes over the arrays: the caller must not change them afterwards.</summary>
    /// <param name="name">Of the data source, for reports.</param>
    /// <param name="classNames">Index = label.</param>
    /// <param name="pixels"><c>[record, 3, 32, 32]</c></param>
    /// <param name="labels">One a record.</param>
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

    /// <summary>Of all images of this set, in order.</summary>
    public int[] Labels() => [.. Enumerable.Range(0, Count).Select(Label)];

    /// <summary>The index of image i in the data source.</summary>
    public int RecordIndex(int i) => _records is null ? i : _records[i];

    /// <summary>SHA-256 of the labels and images of this set in CIFAR-10's binary format, lower-case hex.</summary>
    public string Sha256 => _sha256.Value;

    /// <summary>Images start .. start + count - 1 of this set.</summary>
    /// <exception cref="ImcException">The set is not that large, or the count is not positive.</exception>
    public ImageSet Slice(int start, int count)
    {
        if (start < 0 || count <= 0 || start > Count - count)
            throw new ImcException($"'{Name}' holds {Count} images; {count} from number {start} on were asked for.");
        var records = new int[count];
        for (int i = 0; i < count; i++) records[i] = RecordIndex(start + i);
        return new(Name, ClassNames, _pixels, _labels, records);
    }

    /// <summary>The first <paramref name="count"/> images.</summary>
    public ImageSet First(int count) => Slice(0, count);

    /// <summary>The last <paramref name="count"/> images (calibration), and the others (evaluation).</summary>
    /// <exception cref="ImcException">No image would be left, or the count is not positive.</exception>
    public (ImageSet Others, ImageSet Last) SplitLast(int count)
    {
        if (count <= 0 || count >= Count)
            throw new ImcException($"'{Name}' holds {Count} images; of these 1 to {Count - 1} can be set aside, {count} were asked for.");
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
