using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ImcEngine.Data;

/// <summary>
/// One array of NumPy's .npy format, versions 1 to 3, little-endian, C order:
/// <code>
/// \x93NUMPY  major minor  headerLength (u16, from version 2 u32)
/// {'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 8), }      then the elements
/// </code>
/// Element types f2, f4, f8, i1, i2, i4, i8, u1 and b1.
/// </summary>
internal sealed partial class NpyFile
{
    /// <summary>The maximum size of a header; that of a plain array has a few hundred bytes.</summary>
    private const int MaxHeaderBytes = 1 << 12;

    /// <summary>The maximum number of axes, as in NumPy.</summary>
    private const int MaxAxes = 64;

    private const int ReadChunkBytes = 1 << 20;

    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    private readonly string _name;
    private readonly string _type;
    private readonly byte[] _bytes;

    private NpyFile(string name, string type, int[] shape, byte[] bytes)
    {
        _name = name;
        _type = type;
        Shape = shape;
        _bytes = bytes;
    }

    /// <summary>The sizes of the axes, which may be 0; empty for a scalar.</summary>
    public IReadOnlyList<int> Shape { get; }

    public int Count => _bytes.Length / ElementBytes(_type);

    public bool IsFloat => _type[0] == 'f';

    /// <exception cref="ImcException">The file does not exist or is not a supported array.</exception>
    public static NpyFile Read(string path) => InputFile.Read(path, "array", stream => Read(stream, path));

    /// <summary>Reads one array to the end of the stream; memory grows only with the bytes that are actually read.</summary>
    /// <param name="stream">The stream, at the start of the array.</param>
    /// <param name="name">The array's name, for messages.</param>
    /// <param name="maxElements">The maximum number of elements; a larger array is refused before it is read.</param>
    /// <exception cref="ImcException">The stream is not a supported array.</exception>
    public static NpyFile Read(Stream stream, string name, long maxElements = long.MaxValue)
    {
        string header = ReadHeader(stream, name);
        string type = Field(DescrPattern(), header, name);
        if (type.Length == 3 && type[0] is '<' or '|') type = type[1..];
        if (ElementBytes(type) == 0)
            throw new ImcException($"'{name}' holds elements of type '{type}'; "
                + "supported are little-endian f2, f4, f8, i1, i2, i4, i8, u1 and b1.");
        if (Field(OrderPattern(), header, name) != "False")
            throw new ImcException($"'{name}' is in Fortran order; write it in C order (numpy.ascontiguousarray).");
        int[] shape = ParseShape(Field(ShapePattern(), header, name), name);
        long count = 1;
        // Sizes of 0 come last, so that the product of the other sizes stays within the limit too.
        foreach (int size in shape.OrderDescending())
        {
            count *= size;
            if (count * ElementBytes(type) > Array.MaxLength)
                throw new ImcException($"'{name}' has shape ({string.Join(", ", shape)}); at most 2 GiB can be read.");
        }
        if (count > maxElements)
            throw new ImcException($"'{name}' has shape ({string.Join(", ", shape)}), {count} elements; at most {maxElements} are "
                + "read here.");
        return new(name, type, shape, ReadElements(stream, (int)count * ElementBytes(type), name));
    }

    /// <exception cref="ImcException">An element is not an integer in the range of <see cref="short"/>.</exception>
    public short[] ToInt16()
    {
        var result = new short[Count];
        for (int n = 0; n < result.Length; n++)
        {
            double element = Element(n);
            result[n] = (short)Math.Clamp(element, short.MinValue, short.MaxValue);
            if (result[n] != element)
                throw new ImcException($"'{_name}' holds {element.ToString("R", CultureInfo.InvariantCulture)} at flat index {n}; "
                    + $"integers {short.MinValue} to {short.MaxValue} are allowed.");
        }
        return result;
    }

    public float[] ToSingle()
    {
        var result = new float[Count];
        for (int n = 0; n < result.Length; n++) result[n] = (float)Element(n);
        return result;
    }

    public double[] ToDouble()
    {
        var result = new double[Count];
        for (int n = 0; n < result.Length; n++) result[n] = Element(n);
        return result;
    }

    private double Element(int index)
    {
        var bytes = _bytes.AsSpan(index * ElementBytes(_type));
        return _type switch
        {
            "f2" => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
            "f4" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            "f8" => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            "i1" => (sbyte)bytes[0],
            "i2" => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            "i4" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            "i8" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => bytes[0],
        };
    }

    private static int ElementBytes(string type) => type switch
    {
        "i1" or "u1" or "b1" => 1,
        "f2" or "i2" => 2,
        "f4" or "i4" => 4,
        "f8" or "i8" => 8,
        _ => 0,
    };

    private static string ReadHeader(Stream stream, string name)
    {
        var start = new byte[8];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.AsSpan(0, 6).SequenceEqual(Magic))
            throw new ImcException($"'{name}' is not a .npy file: it does not begin with the bytes 93 'NUMPY'.");
        if (start[6] is < 1 or > 3) throw new ImcException($"'{name}' has .npy version {start[6]}; versions 1 to 3 are supported.");
        var length = new byte[start[6] == 1 ? 2 : 4];
        ReadExactly(stream, length, name);
        long headerBytes = length.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(length)
            : BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (headerBytes > MaxHeaderBytes)
            throw new ImcException($"'{name}' has a header of {headerBytes} bytes; at most {MaxHeaderBytes} are allowed.");
        var header = new byte[headerBytes];
        ReadExactly(stream, header, name);
        return Encoding.UTF8.GetString(header);
    }

    private static void ReadExactly(Stream stream, byte[] destination, string name)
    {
        if (stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            throw new ImcException($"'{name}' ends inside its header.");
    }

    private static string Field(Regex pattern, string header, string name)
    {
        var matches = pattern.Matches(header);
        return matches.Count == 1 ? matches[0].Groups[1].Value
            : throw new ImcException($"'{name}' has a header without descr, fortran_order and shape of a plain array: {header.Trim()}");
    }

    /// <summary>A Python tuple: (), (5,), (2, 8).</summary>
    private static int[] ParseShape(string text, string name)
    {
        if (string.IsNullOrWhiteSpace(text)) return [];
        string[] sizes = text.Split(',', StringSplitOptions.TrimEntries);
        if (sizes[^1].Length == 0) sizes = sizes[..^1];
        if (sizes.Length > MaxAxes) throw new ImcException($"'{name}' has {sizes.Length} axes; at most {MaxAxes} are allowed.");
        var shape = new int[sizes.Length];
        for (int axis = 0; axis < shape.Length; axis++)
            if (!int.TryParse(sizes[axis], NumberStyles.None, CultureInfo.InvariantCulture, out shape[axis]))
                throw new ImcException($"'{name}' has shape ({text}); every size must be an integer from 0 to {int.MaxValue}.");
        return shape;
    }

    private static byte[] ReadElements(Stream stream, int byteCount, string name)
    {
        var bytes = new byte[Math.Min(byteCount, ReadChunkBytes)];
        int filled = 0;
        while (filled < byteCount)
        {
            if (filled == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(byteCount, 2L * bytes.Length));
            int read = stream.Read(bytes.AsSpan(filled));
            if (read == 0) throw new ImcException($"'{name}' ends after {filled} of {byteCount} element bytes.");
            filled += read;
        }
        if (stream.ReadByte() >= 0) throw new ImcException($"'{name}' has more bytes after its {byteCount} element bytes.");
        return bytes;
    }

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]*)['"]""")]
    private static partial Regex DescrPattern();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)""")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([^)]*)\)""")]
    private static partial Regex ShapePattern();
}
