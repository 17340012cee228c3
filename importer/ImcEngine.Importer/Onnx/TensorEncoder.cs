using System.Buffers.Binary;

namespace ImcEngine.Importer.Onnx;

/// <summary>Makes ONNX tensors with raw data; <see cref="TensorData"/> reads them back.</summary>
internal static class TensorEncoder
{
    public static OnnxTensor Floats(string name, ReadOnlySpan<long> dims, ReadOnlySpan<float> elements,
        OnnxDataType type = OnnxDataType.Float)
    {
        var doubles = new double[elements.Length];
        for (int i = 0; i < doubles.Length; i++) doubles[i] = elements[i];
        return Doubles(name, dims, doubles, type);
    }

    /// <summary>Makes a tensor of a floating-point type, to which the elements are rounded.</summary>
    public static OnnxTensor Doubles(string name,
        ReadOnlySpan<long> dims, ReadOnlySpan<double> elements, OnnxDataType type = OnnxDataType.Double)
    {
        var tensor = Empty(name, dims, elements.Length, type);
        var raw = tensor.RawData.AsSpan();
        for (int i = 0; i < elements.Length; i++)
            switch (type)
            {
                case OnnxDataType.Float:
                    BinaryPrimitives.WriteSingleLittleEndian(raw[(4 * i)..], (float)elements[i]);
                    break;
                case OnnxDataType.Double:
                    BinaryPrimitives.WriteDoubleLittleEndian(raw[(8 * i)..], elements[i]);
                    break;
                case OnnxDataType.Float16:
                    BinaryPrimitives.WriteHalfLittleEndian(raw[(2 * i)..], (Half)elements[i]);
                    break;
                case OnnxDataType.BFloat16:
                    BinaryPrimitives.WriteUInt16LittleEndian(raw[(2 * i)..], NearestBFloat16((float)elements[i]));
                    break;
                default:
                    throw new ArgumentException($"Tensor '{name}': {type} is not a floating-point type.");
            }
        return tensor;
    }

    /// <exception cref="ArgumentException">An element is outside the type's range, or the type is not an integer type.</exception>
    public static OnnxTensor Integers(string name, ReadOnlySpan<long> dims, ReadOnlySpan<long> elements,
        OnnxDataType type = OnnxDataType.Int64)
    {
        var (low, high) = RangeOf(type);
        foreach (long element in elements)
            if (element < low || element > high) throw new ArgumentException($"Tensor '{name}': {element} does not fit {type}.");
        var tensor = Empty(name, dims, elements.Length, type);
        int bits = TensorData.BitsOf(type);
        Span<byte> eight = stackalloc byte[8];
        for (int i = 0; i < elements.Length; i++)
        {
            if (bits < 8)
            {
                tensor.RawData![i * bits / 8] |= (byte)((elements[i] & ((1 << bits) - 1)) << (i * bits % 8));
                continue;
            }
            BinaryPrimitives.WriteInt64LittleEndian(eight, elements[i]);
            eight[..(bits / 8)].CopyTo(tensor.RawData.AsSpan(i * bits / 8));
        }
        return tensor;
    }

    /// <summary>Makes a tensor of codes or of zero points.</summary>
    public static OnnxTensor Codes(string name, ReadOnlySpan<long> dims, ReadOnlySpan<int> codes, OnnxDataType type)
    {
        var elements = new long[codes.Length];
        for (int i = 0; i < codes.Length; i++) elements[i] = codes[i];
        return Integers(name, dims, elements, type);
    }

    /// <summary>Returns the least and the greatest element of an integer type.</summary>
    public static (long Low, long High) RangeOf(OnnxDataType type) => type switch
    {
        OnnxDataType.UInt2 => (0, 3),
        OnnxDataType.Int2 => (-2, 1),
        OnnxDataType.UInt4 => (0, 15),
        OnnxDataType.Int4 => (-8, 7),
        OnnxDataType.UInt8 => (0, byte.MaxValue),
        OnnxDataType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        OnnxDataType.UInt16 => (0, ushort.MaxValue),
        OnnxDataType.Int16 => (short.MinValue, short.MaxValue),
        OnnxDataType.UInt32 => (0, uint.MaxValue),
        OnnxDataType.Int32 => (int.MinValue, int.MaxValue),
        OnnxDataType.UInt64 => (0, long.MaxValue),
        OnnxDataType.Int64 => (long.MinValue, long.MaxValue),
        OnnxDataType.Bool => (0, 1),
        _ => throw new ArgumentException($"{type} is not an integer type."),
    };

    private static OnnxTensor Empty(string name, ReadOnlySpan<long> dims, int elements, OnnxDataType type)
    {
        var tensor = new OnnxTensor { Name = name, Dims = dims.ToArray(), DataType = (int)type };
        if (TensorData.ElementCount(tensor) != elements)
            throw new ArgumentException($"Tensor '{name}': dimensions [{string.Join(", ", tensor.Dims)}] do not have {elements} elements.");
        tensor.RawData = new byte[TensorData.ByteCount(tensor)];
        return tensor;
    }

    internal static ushort NearestBFloat16(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return float.IsNaN(x) ? (ushort)0x7FC0 : (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }
}
