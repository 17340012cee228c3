using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ImcEngine.Data;

/// <summary>
/// What stands before the elements of an array in NumPy's .npy format, versions 1 to 3, little-endian, C order:
/// <code>
/// \x93NUMPY  major minor  headerLength (u16, from version 2 u32)
/// {'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 8), }      then the elements
/// </code>
/// Element types f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8 and b1.
/// </summary>
/// <param name="Type">The element type without its byte order.</param>
/// <param name="Shape">The sizes of the axes, which may be 0; empty for a scalar.</param>
/// <param name="Bytes">The size of the header with what stands before it: the elements begin there.</param>
internal sealed partial record NpyHeader(string Type, int[] Shape, int Bytes)
{
    /// <summary>The maximum size of a header; that of a plain array has a few hundred bytes.</summary>
    private const int MaxHeaderBytes = 1 << 12;

    /// <summary>The maximum number of axes, as in NumPy.</summary>
    private const int MaxAxes = 64;

    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    public int ElementBytes => BytesOf(Type);

    public string ShapeText => $"({string.Join(", ", Shape)})";

    /// <summary>Whether bytes begin as an array does.</summary>
    public static bool IsBegin(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <summary>Reads the header and no byte more.</summary>
    /// <param name="stream">The stream, at the start of the array.</param>
    /// <param name="name">The array's name, for messages.</param>
    /// <exception cref="ImcException">The stream does not begin with the header of a supported array.</exception>
    public static NpyHeader Read(Stream stream, string name)
    {
        var (text, bytes) = ReadText(stream, name);
        string type = Field(DescrPattern(), text, name);
        if (type.Length == 3 && type[0] is '<' or '|') type = type[1..];
        if (BytesOf(type) == 0)
            throw new ImcException($"'{name}' holds elements of type '{type}'; "
                + "supported are little-endian f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8 and b1.");
        if (Field(OrderPattern(), text, name) != "False")
            throw new ImcException($"'{name}' is in Fortran order; write it in C order (numpy.ascontiguousarray).");
        return new(type, ParseShape(Field(ShapePattern(), text, name), name), bytes);
    }

    private static int BytesOf(string type) => type switch
    {
        "i1" or "u1" or "b1" => 1,
        "f2" or "i2" or "u2" => 2,
        "f4" or "i4" or "u4" => 4,
        "f8" or "i8" or "u8" => 8,
        _ => 0,
    };

    private static (string Text, int Bytes) ReadText(Stream stream, string name)
    {
        var start = new byte[8];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !IsBegin(start))
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
        return (Encoding.UTF8.GetString(header), start.Length + length.Length + header.Length);
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

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]*)['"]""")]
    private static partial Regex DescrPattern();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)""")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([^)]*)\)""")]
    private static partial Regex ShapePattern();
}
