using System.Buffers.Binary;

namespace ImcEngine.Images.HubFiles;

/// <summary>
/// Reads structs of Thrift's compact protocol, which Parquet's metadata is written in:
/// <code>
/// struct: fields, then 0       field: delta of its number * 16 + type (delta 0: the number follows, zigzag varint), then the content
/// types:  1 true  2 false  3 byte  4 i16  5 i32  6 i64 (zigzag varints)  7 double  8 bytes (varint length)
///         9 list (size * 16 + element type; size 15: a varint follows)  12 struct
/// </code>
/// Nesting, lengths and the number of values are bounded by constants and by the bytes that are there. Sets, maps and lists of Booleans,
/// which Parquet's metadata has not, are refused.
/// </summary>
/// <param name="bytes">The bytes, which may go on after the struct.</param>
internal sealed class ThriftReader(ReadOnlyMemory<byte> bytes)
{
    private const int MostDepth = 16, MostValues = 1 << 21;

    private int _values;

    /// <summary>The number of bytes read so far.</summary>
    public int Position { get; private set; }

    /// <exception cref="InvalidDataException">The bytes are no such struct.</exception>
    public ThriftStruct ReadStruct() => ReadStruct(0);

    private ThriftStruct ReadStruct(int depth)
    {
        if (depth > MostDepth) throw new InvalidDataException($"structs are nested deeper than {MostDepth}");
        var read = new ThriftStruct();
        long field = 0;
        while (Next() is var header && header != 0)
        {
            int delta = header >> 4, type = header & 15;
            field = delta == 0 ? Zigzag() : field + delta;
            if (field is < 1 or > short.MaxValue) throw new InvalidDataException($"a field has the number {field}");
            read.Add((int)field, type is 1 or 2 ? 2L - type : ReadContent(type, depth));
        }
        return read;
    }

    private object ReadContent(int type, int depth)
    {
        if (++_values > MostValues) throw new InvalidDataException($"there are more than {MostValues} values");
        return type switch
        {
            3 => (long)(sbyte)Next(),
            4 or 5 or 6 => Zigzag(),
            7 => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span),
            8 => Take(Varint()).ToArray(),
            9 => ReadList(depth),
            12 => ReadStruct(depth + 1),
            _ => throw new InvalidDataException($"there is a field of type {type}"),
        };
    }

    private List<object> ReadList(int depth)
    {
        byte header = Next();
        ulong size = header >> 4 == 15 ? Varint() : (ulong)(header >> 4);
        // Each element has a byte at least.
        if (size > (ulong)(bytes.Length - Position)) throw new InvalidDataException($"a list states {size} elements, more than follow");
        var list = new List<object>();
        for (ulong i = 0; i < size; i++) list.Add(ReadContent(header & 15, depth + 1));
        return list;
    }

    private long Zigzag()
    {
        ulong number = Varint();
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    private ulong Varint()
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Next();
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return number;
        }
        throw new InvalidDataException("a number is longer than 64 bits");
    }

    private byte Next() => Take(1).Span[0];

    private ReadOnlyMemory<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - Position)) throw new InvalidDataException("it ends within a value");
        Position += (int)count;
        return bytes.Slice(Position - (int)count, (int)count);
    }
}
