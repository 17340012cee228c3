using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImcEngine.Data;

/// <summary>
/// Images of one shape, with labels or without, immutable. A subset shares the records and keeps each record's index in the data source,
/// which is the <c>image</c> field of every random draw (ARITHMETIC §7).
/// </summary>
public sealed class ImageSet
{
    private readonly IImageRecords _records;
    private readonly int[]? _labels;
    private readonly int[]? _chosen;
    private readonly Lazy<string> _sha256;

    /// <summary>Creates a set of CIFAR-10's shape that owns the arrays; the caller must not change them afterwards.</summary>
    /// <param name="name">The name of the data source, for reports.</param>
    /// <param name="classNames">The class names, indexed by label.</param>
    /// <param name="pixels">The bytes, <c>[record, 3, 32, 32]</c>.</param>
    /// <param name="labels">One label per record.</param>
    /// <exception cref="ImcException">There are no images, or a label has no class.</exception>
    /// <exception cref="ArgumentException">The arrays differ in their number of records.</exception>
    public ImageSet(string name, ImmutableArray<string> classNames, byte[] pixels, byte[] labels)
        : this(name, classNames, new ByteRecords(CifarFormat.Shape, pixels), Array.ConvertAll(labels, label => (int)label))
    {
    }

    /// <summary>Creates a set of any shape.</summary>
    /// <param name="name">The name of the data source, for reports.</param>
    /// <param name="classNames">The class names, indexed by label; empty without labels.</param>
    /// <param name="records">The elements of the images.</param>
    /// <param name="labels">One label per record; null: there are none.</param>
    /// <exception cref="ImcException">There are no images, or a label has no class.</exception>
    /// <exception cref="ArgumentException">The labels are not one per record.</exception>
    public ImageSet(string name, ImmutableArray<string> classNames, IImageRecords records, int[]? labels)
        : this(name, classNames, records, labels, null)
    {
        if (records.Count == 0) throw new ImcException($"'{name}' holds no images.");
        if (labels is null) return;
        if (labels.Length != records.Count)
            throw new ArgumentException($"'{name}' has {records.Count} images and {labels.Length} labels.", nameof(labels));
        int wrong = labels.AsSpan().IndexOfAnyExceptInRange(0, classNames.Length - 1);
        if (wrong >= 0)
            throw new ImcException($"'{name}': record {wrong} has label {labels[wrong]}; labels are 0 to {classNames.Length - 1}.");
    }

    private ImageSet(string name, ImmutableArray<string> classNames, IImageRecords records, int[]? labels, int[]? chosen)
    {
        (Name, ClassNames, _records, _labels, _chosen) = (name, classNames, records, labels, chosen);
        _sha256 = new(ComputeSha256);
    }

    private ImageSet(ImageSet source, IImageRecords records, int[]? chosen, string? sha256 = null)
        : this(source.Name, source.ClassNames, records, source._labels, chosen)
    {
        Outputs = source.Outputs;
        if (sha256 is not null) _sha256 = new(sha256);
    }

    public string Name { get; }
    public ImmutableArray<string> ClassNames { get; }
    public int Count => _chosen?.Length ?? _records.Count;

    /// <summary>The shape of every image.</summary>
    public ImageShape Shape => _records.Shape;

    /// <summary>Whether elements are float32; otherwise they are bytes.</summary>
    public bool AreFloats => _records.AreFloats;

    /// <summary>Where labels were stated as the network's outputs, of which the data may lack the last ones; null: they were not.</summary>
    internal StatedOutputs? Outputs { get; init; }

    /// <summary>The time that all threads together have spent on decoding the source's pictures so far, in seconds.</summary>
    internal double DecodingSeconds => _records.DecodingSeconds;

    /// <summary>Whether reading an image costs nothing but a copy.</summary>
    internal bool IsInMemory => _records is ByteRecords || (_records is LoadedRecords loaded && Enumerable.Range(0, Count)
        .All(image => loaded.Holds(RecordIndex(image))));

    /// <summary>The records of the data source.</summary>
    internal IImageRecords Records => _records;

    /// <summary>Bytes of one image's elements.</summary>
    internal int ElementBytes => Shape.Count * (AreFloats ? sizeof(float) : 1);

    /// <summary>Whether the images have labels.</summary>
    public bool IsLabelled => _labels is not null;

    /// <summary>Returns the elements of image i of this set, <c>[channel, y, x]</c>:
    /// bytes, or the bytes of little-endian float32.</summary>
    /// <exception cref="ImcException">The image cannot be read or decoded.</exception>
    public byte[] Image(int i)
    {
        var elements = new byte[ElementBytes];
        _records.Read(RecordIndex(i), elements);
        return elements;
    }

    /// <summary>Computes the network's input of an image: x = (v / scale - mean) / std in float32, each operation rounded.</summary>
    /// <param name="i">The image's number in this set.</param>
    /// <param name="preprocessing">Scale, and mean and std per channel.</param>
    /// <param name="input">Receives the input, <c>[channel, y, x]</c>.</param>
    /// <exception cref="ImcException">The image cannot be read or decoded.</exception>
    /// <exception cref="ArgumentException">The input has not the size of an image.</exception>
    public void ReadInput(int i, Preprocessing preprocessing, Span<float> input)
    {
        if (AreFloats)
        {
            _records.Read(RecordIndex(i), MemoryMarshal.AsBytes(input));
            ImagePixels.Normalize(input, preprocessing);
            return;
        }
        // The bytes lie in the last quarter of the floats that they become: the first n floats end before byte n begins.
        var elements = MemoryMarshal.AsBytes(input)[^ElementBytes..];
        _records.Read(RecordIndex(i), elements);
        ImagePixels.Normalize(elements, preprocessing, input);
    }

    /// <exception cref="InvalidOperationException">The images have no labels.</exception>
    public int Label(int i) => (_labels ?? throw new InvalidOperationException($"'{Name}' has no labels."))[RecordIndex(i)];

    /// <summary>Returns the labels of all images of this set, in order.</summary>
    /// <exception cref="InvalidOperationException">The images have no labels.</exception>
    public int[] Labels() => [.. Enumerable.Range(0, Count).Select(Label)];

    /// <summary>The index of image i in the data source.</summary>
    public int RecordIndex(int i) => _chosen is null ? i : _chosen[i];

    /// <summary>
    /// SHA-256 over this set, lower-case hex: of each image its label, as a byte or with more than 256 classes as two bytes, the lower
    /// first, and its elements. For 32x32 RGB images it is that of CIFAR-10's binary format. Images that are not in memory are read
    /// once for it.
    /// </summary>
    public string Sha256 => _sha256.Value;

    /// <summary>Returns images start .. start + count - 1 of this set.</summary>
    /// <exception cref="ImcException">The set has fewer images, or the count is not positive.</exception>
    public ImageSet Slice(int start, int count)
    {
        if (start < 0 || count <= 0 || start > Count - count)
            throw new ImcException($"'{Name}' holds {Count} images; {count} from number {start} on were requested.");
        return Chosen([.. Enumerable.Range(start, count)]);
    }

    /// <summary>Returns some of the images, in the given order.</summary>
    /// <param name="images">Numbers of images of this set.</param>
    public ImageSet Chosen(IReadOnlyList<int> images) => new(this, _records, [.. images.Select(RecordIndex)]);

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

    /// <summary>Returns the same images in the order of their source, in which files are read best.</summary>
    internal ImageSet InSourceOrder() => Chosen([.. Enumerable.Range(0, Count).OrderBy(RecordIndex)]);

    /// <summary>Returns the same images with other elements.</summary>
    internal ImageSet With(IImageRecords records) => new(this, records, _chosen);

    /// <summary>Returns the same images without labels.</summary>
    internal ImageSet WithoutLabels() => new(Name, [], _records, null, _chosen);

    /// <summary>Returns some of the images, which were read from these records and have this hash.</summary>
    internal ImageSet Checked(IReadOnlyList<int> images, IImageRecords records, string sha256) =>
        new(this, records, [.. images.Select(RecordIndex)], sha256);

    /// <summary>Appends an image to the hash of a set.</summary>
    internal void AppendTo(IncrementalHash hash, int image, ReadOnlySpan<byte> elements)
    {
        if (IsLabelled) hash.AppendData(LabelBytes(Label(image)));
        hash.AppendData(elements);
    }

    private string ComputeSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var elements = new byte[ElementBytes];
        for (int i = 0; i < Count; i++)
        {
            _records.Read(RecordIndex(i), elements);
            AppendTo(hash, i, elements);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private byte[] LabelBytes(int label)
    {
        if (ClassNames.Length <= 1 << 8) return [(byte)label];
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, checked((ushort)label));
        return bytes;
    }
}
