using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ImcEngine.Importer.Packing;

/// <summary>Element types of NumPy arrays that are read and written.</summary>
public enum NpyType { Float16, Float32, Float64, Int8, UInt8, Int32, Int64, Bool }

/// <summary>An array of NumPy in C order.</summary>
public sealed class NpyArray
{
    private readonly byte[] _bytes;

    /// <param name="type">Element type.</param>
    /// <param name="shape">Empty for a scalar.</param>
    /// <param name="littleEndian">The elements, C order.</param>
    /// <exception cref="ArgumentException">The bytes do not fill the shape.</exception>
    public NpyArray(NpyType type, int[] shape, byte[] littleEndian)
    {
        Type = type;
        Shape = [.. shape];
        if (ByteCount(type, shape) != littleEndian.Length)
            throw new ArgumentException($"Shape {ShapeText} of {type} needs {ByteCount(type, shape)} bytes, not {littleEndian.Length}.");
        Count = littleEndian.Length / Size(type);
        _bytes = littleEndian;
    }

    public NpyType Type { get; }
    public IReadOnlyList<int> Shape { get; }
    public int Count { get; }

    /// <summary>Little-endian elements, C order.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    public static NpyArray Of(ReadOnlySpan<float> elements, params int[] shape) =>
        new(NpyType.Float32, shape, LittleEndian(elements, BinaryPrimitives.WriteSingleLittleEndian));

    public static NpyArray Of(ReadOnlySpan<Half> elements, params int[] shape) =>
        new(NpyType.Float16, shape, LittleEndian(elements, BinaryPrimitives.WriteHalfLittleEndian));

    public static NpyArray Of(ReadOnlySpan<sbyte> elements, params int[] shape) =>
        new(NpyType.Int8, shape, MemoryMarshal.AsBytes(elements).ToArray());

    public static NpyArray Of(ReadOnlySpan<int> elements, params int[] shape) =>
        new(NpyType.Int32, shape, LittleEndian(elements, BinaryPrimitives.WriteInt32LittleEndian));

    /// <summary>Bytes that an array fills; 2^40 stands for anything larger, so that no shape overflows.</summary>
    internal static long ByteCount(NpyType type, IEnumerable<int> shape)
    {
        long bytes = Size(type);
        bool empty = false;
        foreach (int size in shape)
        {
            empty |= size == 0;
            bytes = Math.Min(bytes * Math.Max(size, 1), 1L << 40);
        }
        return empty ? 0 : bytes;
    }

    internal static int Size(NpyType type) => type switch
    {
        NpyType.Float64 or NpyType.Int64 => 8,
        NpyType.Float32 or NpyType.Int32 => 4,
        NpyType.Float16 => 2,
        _ => 1,
    };

    /// <summary>Every element as float32; float64 and wide integers are rounded.</summary>
    public float[] ToSingles()
    {
        var result = new float[Count];
        for (int i = 0; i < result.Length; i++)
            result[i] = Type switch
            {
                NpyType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(Element(i)),
                NpyType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(Element(i)),
                NpyType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(Element(i)),
                _ => Integer(i),
            };
        return result;
    }

    /// <summary>Every element as an integer.</summary>
    /// <exception cref="ImcException">The elements are not integers, or one does not fit.</exception>
    public int[] ToInts()
    {
        if (Type is NpyType.Float16 or NpyType.Float32 or NpyType.Float64)
            throw new ImcException($"An array of {Type} was found where integers are needed; store it as int8, uint8, int32, int64 or bool.");
        var result = new int[Count];
        for (int i = 0; i < result.Length; i++)
        {
            long element = Integer(i);
            if (element != (int)element) throw new ImcException($"Element {i} of an int64 array is {element}; allowed are 32-bit integers.");
            result[i] = (int)element;
        }
        return result;
    }

    private ReadOnlySpan<byte> Element(int index) => _bytes.AsSpan(index * Size(Type), Size(Type));

    private long Integer(int index) => Type switch
    {
        NpyType.Int8 => (sbyte)_bytes[index],
        NpyType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Element(index)),
        NpyType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Element(index)),
        _ => _bytes[index],
    };

    private delegate void Writer<T>(Span<byte> destination, T element);

    private static byte[] LittleEndian<T>(ReadOnlySpan<T> elements, Writer<T> write) where T : unmanaged
    {
        int size = Marshal.SizeOf<T>();
        var bytes = new byte[elements.Length * size];
        for (int i = 0; i < elements.Length; i++) write(bytes.AsSpan(i * size, size), elements[i]);
        return bytes;
    }
}
