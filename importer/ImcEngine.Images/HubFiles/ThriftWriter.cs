using System.Text;

namespace ImcEngine.Images.HubFiles;

/// <summary>Writes structs of Thrift's compact protocol, as <see cref="ThriftReader"/> has it.</summary>
internal sealed class ThriftWriter(Stream stream)
{
    private const int False = 2, Int = 5, Long = 6, Bytes = 8, ListType = 9, StructType = 12;

    private readonly Stack<int> _fields = new([0]);

    public ThriftWriter Number(int field, int number) => Field(field, Int).Zigzag(number);

    public ThriftWriter Number(int field, long number) => Field(field, Long).Zigzag(number);

    public ThriftWriter Flag(int field, bool flag) => Field(field, flag ? False - 1 : False);

    public ThriftWriter Text(int field, string text) => Field(field, Bytes).Raw(text);

    public ThriftWriter Numbers(int field, params int[] numbers)
    {
        Field(field, ListType).Header(numbers.Length, Int);
        foreach (int number in numbers) Zigzag(number);
        return this;
    }

    public ThriftWriter Texts(int field, IReadOnlyList<string> texts)
    {
        Field(field, ListType).Header(texts.Count, Bytes);
        foreach (string text in texts) Raw(text);
        return this;
    }

    public ThriftWriter Struct(int field, Action<ThriftWriter> write) => Field(field, StructType).Element(write);

    public ThriftWriter Structs<T>(int field, IReadOnlyList<T> items, Action<ThriftWriter, T> write)
    {
        Field(field, ListType).Header(items.Count, StructType);
        foreach (var item in items) Element(writer => write(writer, item));
        return this;
    }

    /// <summary>Ends the outermost struct.</summary>
    public void End() => stream.WriteByte(0);

    private ThriftWriter Element(Action<ThriftWriter> write)
    {
        _fields.Push(0);
        write(this);
        _fields.Pop();
        End();
        return this;
    }

    /// <summary>Begins a field; the fields of a struct are written in ascending order, with gaps below 16.</summary>
    private ThriftWriter Field(int field, int type)
    {
        stream.WriteByte((byte)(field - _fields.Pop() << 4 | type));
        _fields.Push(field);
        return this;
    }

    private void Header(int count, int type)
    {
        stream.WriteByte((byte)(Math.Min(count, 15) << 4 | type));
        if (count >= 15) Varint((ulong)count);
    }

    private ThriftWriter Raw(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Varint((ulong)bytes.Length);
        stream.Write(bytes);
        return this;
    }

    private ThriftWriter Zigzag(long number)
    {
        Varint((ulong)(number << 1 ^ number >> 63));
        return this;
    }

    private void Varint(ulong number)
    {
        for (; number >= 0x80; number >>= 7) stream.WriteByte((byte)(number | 0x80));
        stream.WriteByte((byte)number);
    }
}
