using System.Runtime.CompilerServices;

namespace ImcEngine.Importer.Onnx;

/// <summary>
/// Checks the bytes of a model before anything is made of them: every length lies inside its message, there is no group (ONNX has none,
/// and nested ones would exhaust the stack of a reader), and there are at most <see cref="MostMessages"/> messages.
/// Depth is bounded by the message types below, none of which nests.
/// </summary>
internal static class WireCheck
{
    /// <summary>Far above any network (nodes, attributes, tensors, dimensions together);
    /// a file of empty messages would cost many times its size in memory.</summary>
    public const int MostMessages = 1_000_000;

    private enum Message { Model, Graph, Function, Node, Attribute, Tensor, SparseTensor, ValueInfo, Type, TensorType, Shape, Leaf }

    /// <exception cref="ModelException">The bytes are not a sound sequence of fields.</exception>
    public static void Run(ReadOnlySpan<byte> bytes)
    {
        int messages = 0;
        Walk(bytes, 0, Message.Model, ref messages);
    }

    private static Message? Child(Message message, int field) => (message, field) switch
    {
        (Message.Model, 7) => Message.Graph,
        (Message.Model, 8 or 14) => Message.Leaf,
        (Message.Model, 25) => Message.Function,
        (Message.Function, 7) => Message.Node,
        (Message.Function, 9) => Message.Leaf,
        (Message.Function, 11) => Message.Attribute,
        (Message.Graph, 1) => Message.Node,
        (Message.Graph, 5) => Message.Tensor,
        (Message.Graph, 15) => Message.SparseTensor,
        (Message.SparseTensor, 1 or 2) => Message.Tensor,
        (Message.Graph, 11 or 12 or 13) => Message.ValueInfo,
        (Message.Node, 5) => Message.Attribute,
        (Message.Attribute, 5) => Message.Tensor,
        (Message.Tensor, 13) => Message.Leaf,
        (Message.ValueInfo, 2) => Message.Type,
        (Message.Type, 1) => Message.TensorType,
        (Message.TensorType, 2) => Message.Shape,
        (Message.Shape, 1) => Message.Leaf,
        _ => null,
    };

    private static void Walk(ReadOnlySpan<byte> bytes, int start, Message message, ref int messages)
    {
        if (++messages > MostMessages)
            throw new ModelException($"The ONNX file holds more than {MostMessages} nodes, attributes, tensors and dimensions; "
                + "the largest supported network has that many.");
        int at = 0;
        while (at < bytes.Length)
        {
            int fieldStart = at;
            ulong tag = Varint(bytes, ref at, start);
            ulong field = tag >> 3;
            if (field is 0 or > 0x1FFF_FFFF) throw Broken(message, start + fieldStart, $"field number {field}");
            switch (tag & 7)
            {
                case 0:
                    Varint(bytes, ref at, start);
                    break;
                case 1:
                    Advance(bytes, ref at, 8, message, start);
                    break;
                case 5:
                    Advance(bytes, ref at, 4, message, start);
                    break;
                case 2:
                    ulong length = Varint(bytes, ref at, start);
                    int content = at;
                    Advance(bytes, ref at, length, message, start);
                    if (Child(message, (int)field) is Message child) Walk(bytes[content..at], start + content, child, ref messages);
                    break;
                default:
                    throw Broken(message, start + fieldStart, $"wire type {tag & 7}");
            }
        }
    }

    private static void Advance(ReadOnlySpan<byte> bytes, ref int at, ulong length, Message message, int start)
    {
        if (length > (ulong)(bytes.Length - at))
            throw Broken(message, start + at,
                $"a field of {length} bytes where {bytes.Length - at} are left: the file is truncated or damaged");
        at += (int)length;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at, int start)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (at >= bytes.Length)
                throw new ModelException($"The ONNX file ends inside a number at byte {start + at}: it is truncated or damaged.");
            byte next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new ModelException($"The ONNX file has a number of more than 10 bytes at byte {start + at}: "
            + "it is damaged, or not an ONNX file.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ModelException Broken(Message message, int at, string what) =>
        new($"The ONNX file has {what} at byte {at} ({message}): it is damaged, or not an ONNX file.");
}
