using System.Buffers.Binary;

namespace ImcEngine.Importer.Onnx;

/// <summary>
/// The elements of an ONNX tensor, in row-major order. They lie in <c>raw_data</c> (little-endian) or in the typed field of their type,
/// where <c>int32_data</c> carries all small types, float16 and bfloat16 as bit patterns.
/// Types of 4 and 2 bits hold two and four elements per byte, the first in the lowest bits, in either place.
/// The dimensions' product is compared with the bytes that are there before anything is allocated.
/// </summary>
internal static class TensorData
{
    /// <exception cref="ModelException">A dimension is negative, or there are more than 2^31 - 1 elements.</exception>
    public static int ElementCount(OnnxTensor tensor)
    {
        long count = 1;
        foreach (long size in tensor.Dims)
        {
            if (size < 0) throw new ModelException($"Tensor '{tensor.Name}' has dimensions {Shape(tensor)}; none may be negative.");
            if (size > int.MaxValue) throw TooLarge(tensor);
            count *= size;
            if (count > int.MaxValue) throw TooLarge(tensor);
        }
        return (int)count;
    }

    public static OnnxDataType TypeOf(OnnxTensor tensor) => (OnnxDataType)tensor.DataType;

    /// <summary>Returns the number of bytes of the elements as raw data.</summary>
    /// <exception cref="ModelException">The type is not supported.</exception>
    public static long ByteCount(OnnxTensor tensor) => ((long)ElementCount(tensor) * BitsOf(tensor) + 7) / 8;

    /// <summary>Returns elements of any supported type as float32: doubles and integers are rounded to the nearest.</summary>
    /// <exception cref="ModelException">The tensor's dimensions, type and data do not agree.</exception>
    public static float[] ToFloats(OnnxTensor tensor) => TypeOf(tensor) switch
    {
        OnnxDataType.Float => Read(tensor, tensor.FloatData, static x => x, static raw => BinaryPrimitives.ReadSingleLittleEndian(raw)),
        OnnxDataType.Double =>
            Read(tensor, tensor.DoubleData, static x => (float)x, static raw => (float)BinaryPrimitives.ReadDoubleLittleEndian(raw)),
        OnnxDataType.Float16 => Read(tensor, tensor.Int32Data, static x => (float)BitConverter.UInt16BitsToHalf((ushort)x),
            static raw => (float)BinaryPrimitives.ReadHalfLittleEndian(raw)),
        OnnxDataType.BFloat16 =>
            Read(tensor, tensor.Int32Data, static x => BFloat16((ushort)x),
                static raw => BFloat16(BinaryPrimitives.ReadUInt16LittleEndian(raw))),
        _ => Array.ConvertAll(ToLongs(tensor), static x => (float)x),
    };

    /// <summary>Returns elements of any supported type as double; integers pass through float32.</summary>
    /// <exception cref="ModelException">The tensor's dimensions, type and data do not agree.</exception>
    public static double[] ToDoubles(OnnxTensor tensor) => TypeOf(tensor) == OnnxDataType.Double
        ? Read(tensor, tensor.DoubleData, static x => x, static raw => BinaryPrimitives.ReadDoubleLittleEndian(raw))
        : Array.ConvertAll(ToFloats(tensor), static x => (double)x);

    /// <summary>Returns elements of an integer or bool type.</summary>
    /// <exception cref="ModelException">The type is none of these, or dimensions and data do not agree.</exception>
    public static long[] ToLongs(OnnxTensor tensor) => TypeOf(tensor) switch
    {
        OnnxDataType.Int64 => Read(tensor, tensor.Int64Data, static x => x, static raw => BinaryPrimitives.ReadInt64LittleEndian(raw)),
        OnnxDataType.UInt64 => Read(tensor, tensor.UInt64Data, Signed, static raw => Signed(BinaryPrimitives.ReadUInt64LittleEndian(raw))),
        OnnxDataType.UInt32 =>
            Read(tensor, tensor.UInt64Data, static x => (long)(uint)x, static raw => (long)BinaryPrimitives.ReadUInt32LittleEndian(raw)),
        OnnxDataType.Int32 =>
            Read(tensor, tensor.Int32Data, static x => (long)x, static raw => (long)BinaryPrimitives.ReadInt32LittleEndian(raw)),
        OnnxDataType.UInt16 =>
            Read(tensor, tensor.Int32Data, static x => (long)(ushort)x, static raw => (long)BinaryPrimitives.ReadUInt16LittleEndian(raw)),
        OnnxDataType.Int16 =>
            Read(tensor, tensor.Int32Data, static x => (long)(short)x, static raw => (long)BinaryPrimitives.ReadInt16LittleEndian(raw)),
        OnnxDataType.UInt8 => Read(tensor, tensor.Int32Data, static x => (long)(byte)x, static raw => (long)raw[0]),
        OnnxDataType.Int8 => Read(tensor, tensor.Int32Data, static x => (long)(sbyte)x, static raw => (long)(sbyte)raw[0]),
        OnnxDataType.Bool => Read(tensor, tensor.Int32Data, static x => x != 0 ? 1L : 0, static raw => raw[0] != 0 ? 1L : 0),
        OnnxDataType.UInt4 => ReadParts(tensor, 4, static part => part),
        OnnxDataType.Int4 => ReadParts(tensor, 4, static part => (part ^ 8) - 8),
        OnnxDataType.UInt2 => ReadParts(tensor, 2, static part => part),
        OnnxDataType.Int2 => ReadParts(tensor, 2, static part => (part ^ 2) - 2),
        _ => throw Unsupported(tensor, "an integer type"),
    };

    /// <summary>Returns elements of an integer type that all fit 32 bits: quantized codes, zero points.</summary>
    /// <exception cref="ModelException">As <see cref="ToLongs"/>, or an element does not fit.</exception>
    public static int[] ToCodes(OnnxTensor tensor) => Array.ConvertAll(ToLongs(tensor), x => x is >= int.MinValue and <= int.MaxValue
        ? (int)x
        : throw new ModelException($"Tensor '{tensor.Name}' has element {x}, which does not fit 32 bits."));

    public static bool IsFloating(OnnxDataType type) =>
        type is OnnxDataType.Float or OnnxDataType.Double or OnnxDataType.Float16 or OnnxDataType.BFloat16;

    /// <summary>Bits that an element of the type takes as raw data; 0 for types that are not supported.</summary>
    internal static int BitsOf(OnnxDataType type) => type switch
    {
        OnnxDataType.UInt2 or OnnxDataType.Int2 => 2,
        OnnxDataType.UInt4 or OnnxDataType.Int4 => 4,
        OnnxDataType.UInt8 or OnnxDataType.Int8 or OnnxDataType.Bool => 8,
        OnnxDataType.UInt16 or OnnxDataType.Int16 or OnnxDataType.Float16 or OnnxDataType.BFloat16 => 16,
        OnnxDataType.Float or OnnxDataType.Int32 or OnnxDataType.UInt32 => 32,
        OnnxDataType.Double or OnnxDataType.Int64 or OnnxDataType.UInt64 => 64,
        _ => 0,
    };

    private delegate T Decode<out T>(ReadOnlySpan<byte> raw);

    private static TResult[] Read<TField, TResult>(OnnxTensor tensor, TField[] typed, Converter<TField, TResult> convert,
        Decode<TResult> decode)
    {
        int count = ElementCount(tensor);
        if (tensor.RawData is not { Length: > 0 } raw)
        {
            RequireHeld(tensor, typed.Length, count, "elements");
            return Array.ConvertAll(typed, convert);
        }
        int bytes = BitsOf(tensor) / 8;
        RequireHeld(tensor, raw.Length, (long)count * bytes, "bytes");
        var elements = new TResult[count];
        for (int i = 0; i < count; i++) elements[i] = decode(raw.AsSpan(i * bytes, bytes));
        return elements;
    }

    /// <summary>Reads elements that are parts of a byte.</summary>
    private static long[] ReadParts(OnnxTensor tensor, int bits, Func<int, long> convert)
    {
        int count = ElementCount(tensor), perByte = 8 / bits;
        int bytes = (int)(((long)count + perByte - 1) / perByte);
        bool isRaw = tensor.RawData is { Length: > 0 };
        RequireHeld(tensor, isRaw ? tensor.RawData!.Length : tensor.Int32Data.Length, bytes, "bytes");
        var elements = new long[count];
        for (int i = 0; i < count; i++)
        {
            int held = isRaw ? tensor.RawData![i / perByte] : tensor.Int32Data[i / perByte];
            elements[i] = convert(held >> (bits * (i % perByte)) & ((1 << bits) - 1));
        }
        return elements;
    }

    private static void RequireHeld(OnnxTensor tensor, long held, long needed, string unit)
    {
        if (held != needed)
            throw new ModelException($"Tensor '{tensor.Name}' of {TypeOf(tensor)} {Shape(tensor)} needs {needed} {unit} and holds {held}.");
    }

    private static int BitsOf(OnnxTensor tensor) =>
        BitsOf(TypeOf(tensor)) is int bits and > 0 ? bits : throw Unsupported(tensor, "a supported type");

    private static long Signed(ulong x) =>
        x <= long.MaxValue ? (long)x : throw new ModelException($"A uint64 tensor holds {x}; the largest supported is {long.MaxValue}.");

    internal static float BFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static string Shape(OnnxTensor tensor) => $"[{string.Join(", ", tensor.Dims)}]";

    private static ModelException TooLarge(OnnxTensor tensor) =>
        new($"Tensor '{tensor.Name}' has dimensions {Shape(tensor)}; at most 2^31 - 1 elements are supported.");

    private static ModelException Unsupported(OnnxTensor tensor, string wanted) => new(
        $"Tensor '{tensor.Name}' has element type {(Enum.IsDefined(TypeOf(tensor)) ? TypeOf(tensor) : tensor.DataType)}, "
            + $"which is not {wanted}; "
        + "supported are float, double, float16, bfloat16, int2, uint2, int4, uint4, int8, uint8, int16, uint16, int32, uint32, int64, "
        + "uint64 and bool.");
}
