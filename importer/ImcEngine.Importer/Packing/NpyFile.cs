using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ImcEngine.Importer.Packing;

/// <summary>
/// NumPy's .npy format, versions 1.0 and 2.0, C order, little-endian:
/// <code>
/// 0x93 'NUMPY' major minor | header length (uint16, in 2.0 uint32) | {'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), } | elements
/// </code>
/// </summary>
public static partial class NpyFile
{
    /// <summary>Arrays larger than this are refused.</summary>
    public const long MaxBytes = 1L << 30;

    private const int MaxHeaderBytes = 1 << 16;
    private const int ReadBytes = 1 << 20;

    private static readonly (string Text, NpyType Type)[] Descriptions =
    [
        ("<f2", NpyType.Float16), ("<f4", NpyType.Float32), ("<f8", NpyType.Float64), ("|i1", NpyType.Int8),
        ("|u1", NpyType.UInt8), ("<i4", NpyType.Int32), ("<i8", NpyType.Int64), ("|b1", NpyType.Bool),
    ];

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <exception cref="ImcException">The file is no such array.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static NpyArray Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads one array, which must end where the stream does. Memory grows with what arrives, not with what the header promises.</summary>
    /// <param name="stream">At the magic string.</param>
    /// <param name="what">Names the array in errors.</param>
    /// <exception cref="ImcException">The stream holds no such array.</exception>
    public static NpyArray Read(Stream stream, string what)
    {
        try
        {
            var (type, shape) = ParseHeader(ReadHeader(stream, what), what);
            var bytes = ReadElements(stream, NpyArray.ByteCount(type, shape), what);
            if (stream.ReadByte() >= 0) throw new ImcException($"'{what}' goes on after the last element of its array; save it again.");
            return new(type, shape, bytes);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ImcException($"'{what}' is damaged or cut off: {e.Message}", e);
        }
    }

    /// <summary>Writes to a temporary file, then renames.</summary>
    public static void Write(string path, NpyArray array)
    {
        string part = path + ".part";
        using (var stream = File.Create(part)) Write(stream, array);
        File.Move(part, path, overwrite: true);
    }

    public static void Write(Stream stream, NpyArray array)
    {
        string description = Descriptions.First(d => d.Type == array.Type).Text;
        string shape = string.Concat(array.Shape.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}, "))).TrimEnd(' ');
        if (array.Shape.Count > 1) shape = shape.TrimEnd(',');
        string header = $"{{'descr': '{description}', 'fortran_order': False, 'shape': ({shape}), }}";
        // NumPy aligns the elements to 64 bytes so that they can be mapped.
        int prefix = Magic.Length + 4;
        header = header.PadRight((prefix + header.Length + 1 + 63) / 64 * 64 - prefix - 1) + "\n";

        stream.Write(Magic);
        stream.Write([1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        stream.Write(Encoding.Latin1.GetBytes(header));
        stream.Write(array.Bytes);
    }

    private static string ReadHeader(Stream stream, string what)
    {
        Span<byte> start = stackalloc byte[8];
        stream.ReadExactly(start);
        if (!start[..6].SequenceEqual(Magic))
            throw new ImcException($"'{what}' is no NumPy array: it does not start with \\x93NUMPY.");
        if (start[6] is not (1 or 2))
            throw new ImcException($"'{what}' has .npy version {start[6]}.{start[7]}; versions 1.0 and 2.0 are read.");

        Span<byte> lengthBytes = stackalloc byte[start[6] == 1 ? 2 : 4];
        stream.ReadExactly(lengthBytes);
        uint length = lengthBytes.Length == 2
            ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes)
            : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > MaxHeaderBytes)
            throw new ImcException($"'{what}' has a header of {length} bytes; at most {MaxHeaderBytes} are read.");
        var header = new byte[length];
        stream.ReadExactly(header);
        return Encoding.Latin1.GetString(header);
    }

    private static (NpyType Type, int[] Shape) ParseHeader(string header, string what)
    {
        string description = Field(DescriptionPattern(), "descr");
        int match = Array.FindIndex(Descriptions, d => d.Text == description || (d.Text[0] == '|' && d.Text[1..] == description.TrimStart('<', '|')));
        if (match < 0)
            throw new ImcException($"'{what}' has elements of type '{description}'; read are {string.Join(", ", Descriptions.Select(d => d.Text))}. Convert it with astype.");

        int[] shape = ParseShape(Field(ShapePattern(), "shape"), what);
        if (Field(OrderPattern(), "fortran_order") == "True" && shape.Count(size => size > 1) > 1)
            throw new ImcException($"'{what}' is in Fortran order; store it in C order (numpy.ascontiguousarray).");
        var type = Descriptions[match].Type;
        if (NpyArray.ByteCount(type, shape) > MaxBytes)
            throw new ImcException($"'{what}' has shape [{string.Join(", ", shape)}], more than {MaxBytes} bytes, which is the most that is read.");
        return (type, shape);

        string Field(Regex pattern, string name)
        {
            var matches = pattern.Matches(header);
            if (matches.Count != 1)
                throw new ImcException($"'{what}' has a header without a readable '{name}': {header.Trim()}");
            return matches[0].Groups[1].Value;
        }
    }

    private static int[] ParseShape(string text, string what)
    {
        var sizes = text.Split(',', StringSplitOptions.TrimEntries);
        if (sizes[^1].Length == 0) sizes = sizes[..^1];
        var shape = new int[sizes.Length];
        for (int i = 0; i < shape.Length; i++)
            if (!int.TryParse(sizes[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i]))
                throw new ImcException($"'{what}' has shape ({text}); sizes must be integers from 0 to {int.MaxValue}.");
        return shape;
    }

    private static byte[] ReadElements(Stream stream, long count, string what)
    {
        var bytes = new byte[Math.Min(count, ReadBytes)];
        int read = 0;
        while (read < count)
        {
            if (read == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(count, 2L * bytes.Length));
            int got = stream.Read(bytes, read, bytes.Length - read);
            if (got == 0) throw new ImcException($"'{what}' is cut off: {read} bytes of elements, {count} needed.");
            read += got;
        }
        return bytes;
    }

    [GeneratedRegex(@"'descr'\s*:\s*'([^']*)'")]
    private static partial Regex DescriptionPattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
