using System.Buffers.Binary;
using System.Globalization;

namespace ImcEngine.Data;

/// <summary>One array of NumPy's .npy format, in memory: its header, as <see cref="NpyHeader"/> has it, and its elements.</summary>
internal sealed class NpyFile
{
    private const int ReadChunkBytes = 1 << 20;

    private readonly string _name;
    private readonly NpyHeader _header;
    private readonly byte[] _bytes;

    private NpyFile(string name, NpyHeader header, byte[] bytes)
    {
        _name = name;
        _header = header;
        _bytes = bytes;
    }

    /// <summary>The sizes of the axes, which may be 0; empty for a scalar.</summary>
    public IReadOnlyList<int> Shape => _header.Shape;

    public int Count => _bytes.Length / _header.ElementBytes;

    public bool IsFloat => _header.Type[0] == 'f';

    /// <exception cref="ImcException">The file does not exist or is not a supported array.</exception>
    public static NpyFile Read(string path) => InputFile.Read(path, "array", stream => Read(stream, path));

    /// <summary>Reads one array to the end of the stream; memory grows only with the bytes that are actually read.</summary>
    /// <param name="stream">The stream, at the start of the array.</param>
    /// <param name="name">The array's name, for messages.</param>
    /// <param name="maxElements">The maximum number of elements; a larger array is refused before it is read.</param>
    /// <exception cref="ImcException">The stream is not a supported array.</exception>
    public static NpyFile Read(Stream stream, string name, long maxElements = long.MaxValue)
    {
        var header = NpyHeader.Read(stream, name);
        long count = 1;
        // Sizes of 0 come last, so that the product of the other sizes stays within the limit too.
        foreach (int size in header.Shape.OrderDescending())
        {
            count *= size;
            if (count * header.ElementBytes > Array.MaxLength)
                throw new ImcException($"'{name}' has shape {header.ShapeText}; at most 2 GiB can be read.");
        }
        if (count > maxElements)
            throw new ImcException($"'{name}' has shape {header.ShapeText}, {count} elements; at most {maxElements} are read here.");
        return new(name, header, ReadElements(stream, (int)count * header.ElementBytes, name));
    }

    /// <exception cref="ImcException">An element is not an integer in the range of <see cref="short"/>.</exception>
    public short[] ToInt16()
    {
        var result = new short[Count];
        for (int n = 0; n < result.Length; n++) result[n] = (short)Integer(n, short.MinValue, short.MaxValue);
        return result;
    }

    /// <exception cref="ImcException">An element is not an integer in the range of <see cref="int"/>.</exception>
    public int[] ToInt32()
    {
        var result = new int[Count];
        for (int n = 0; n < result.Length; n++) result[n] = Integer(n, int.MinValue, int.MaxValue);
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

    private int Integer(int index, int least, int most)
    {
        double element = Element(index);
        int integer = (int)Math.Clamp(element, least, most);
        return integer == element ? integer
            : throw new ImcException($"'{_name}' holds {element.ToString("R", CultureInfo.InvariantCulture)} at flat index {index}; "
                + $"integers {least} to {most} are allowed.");
    }

    /// <summary>Returns an element; a 64-bit integer beyond 2^53 is rounded.</summary>
    private double Element(int index)
    {
        var bytes = _bytes.AsSpan(index * _header.ElementBytes);
        return _header.Type switch
        {
            "f2" => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
            "f4" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            "f8" => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            "i1" => (sbyte)bytes[0],
            "i2" => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            "i4" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            "i8" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            "u2" => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            "u4" => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            "u8" => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            _ => bytes[0],
        };
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
}
