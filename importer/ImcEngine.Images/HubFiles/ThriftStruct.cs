using System.Text;

namespace ImcEngine.Images.HubFiles;

/// <summary>A struct of Thrift's compact protocol, by field: the metadata of Parquet. A field of another kind than is asked for throws
/// <see cref="InvalidDataException"/>.</summary>
internal sealed class ThriftStruct
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<int, object> _fields = [];

    /// <summary>Adds a field: a <see cref="long"/>, bytes, a <see cref="ThriftStruct"/>, or a list of these.</summary>
    public void Add(int field, object content)
    {
        if (!_fields.TryAdd(field, content)) throw new InvalidDataException($"field {field} is there twice");
    }

    /// <summary>Returns a number; null where there is none. A Boolean is 0 or 1.</summary>
    public long? Number(int field) => Get<long?>(field);

    public long RequiredNumber(int field) => Number(field) ?? throw new InvalidDataException($"field {field} is missing");

    public string? Text(int field) => Get<byte[]>(field) is { } bytes ? TextOf(bytes) : null;

    public ThriftStruct? Struct(int field) => Get<ThriftStruct>(field);

    public IReadOnlyList<ThriftStruct> Structs(int field) => List<ThriftStruct>(field);

    public IReadOnlyList<string> Texts(int field) => [.. List<byte[]>(field).Select(TextOf)];

    private static string TextOf(byte[] bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException("a name is not UTF-8", e);
        }
    }

    private IReadOnlyList<T> List<T>(int field) => Get<List<object>>(field) is not { } list ? []
        : list.All(item => item is T) ? [.. list.Cast<T>()] : throw OtherKind(field);

    private T? Get<T>(int field) => _fields.TryGetValue(field, out object? found) ? found is T content ? content : throw OtherKind(field)
        : default;

    private static InvalidDataException OtherKind(int field) => new($"field {field} is of another kind");
}
