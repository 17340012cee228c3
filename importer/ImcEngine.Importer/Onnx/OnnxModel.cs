using ProtoBuf;

namespace ImcEngine.Importer.Onnx;

// ONNX's wire format: message by message, the fields that inference networks use. Unknown fields are skipped on reading.
// Optional scalars whose zero means something (attribute values, dimensions) are nullable, so that zero is written.

[ProtoContract]
public sealed class OnnxModel
{
    [ProtoMember(1)] public long IrVersion { get; set; }
    [ProtoMember(2)] public string? ProducerName { get; set; }
    [ProtoMember(3)] public string? ProducerVersion { get; set; }
    [ProtoMember(4)] public string? Domain { get; set; }
    [ProtoMember(5)] public long ModelVersion { get; set; }
    [ProtoMember(6)] public string? Documentation { get; set; }
    [ProtoMember(7)] internal OnnxGraph? Graph { get; set; }
    [ProtoMember(8)] internal List<OnnxOperatorSet> OperatorSets { get; set; } = [];
    [ProtoMember(14)] internal List<OnnxEntry> Metadata { get; set; } = [];
    [ProtoMember(25)] internal List<OnnxFunction> Functions { get; set; } = [];
}

[ProtoContract]
internal sealed class OnnxGraph
{
    [ProtoMember(1)] public List<OnnxNode> Nodes { get; set; } = [];
    [ProtoMember(2)] public string? Name { get; set; }
    [ProtoMember(5)] public List<OnnxTensor> Initializers { get; set; } = [];
    [ProtoMember(10)] public string? Documentation { get; set; }
    [ProtoMember(11)] public List<OnnxValueInfo> Inputs { get; set; } = [];
    [ProtoMember(12)] public List<OnnxValueInfo> Outputs { get; set; } = [];
    [ProtoMember(13)] public List<OnnxValueInfo> ValueInfos { get; set; } = [];
    [ProtoMember(15)] public List<OnnxSparseTensor> SparseInitializers { get; set; } = [];
}

[ProtoContract]
internal sealed class OnnxNode
{
    [ProtoMember(1)] public List<string> Inputs { get; set; } = [];
    [ProtoMember(2)] public List<string> Outputs { get; set; } = [];
    [ProtoMember(3)] public string? Name { get; set; }
    [ProtoMember(4)] public string? Operator { get; set; }
    [ProtoMember(5)] public List<OnnxAttribute> Attributes { get; set; } = [];
    [ProtoMember(6)] public string? Documentation { get; set; }
    [ProtoMember(7)] public string? Domain { get; set; }
    [ProtoMember(8)] public string? Overload { get; set; }
}

/// <summary>A function of the model's own: nodes of its domain and name stand for its body.</summary>
[ProtoContract]
internal sealed class OnnxFunction
{
    [ProtoMember(1)] public string? Name { get; set; }
    [ProtoMember(4)] public List<string> Inputs { get; set; } = [];
    [ProtoMember(5)] public List<string> Outputs { get; set; } = [];

    /// <summary>Attributes that a call must give.</summary>
    [ProtoMember(6)] public List<string> Attributes { get; set; } = [];

    [ProtoMember(7)] public List<OnnxNode> Nodes { get; set; } = [];
    [ProtoMember(9)] public List<OnnxOperatorSet> OperatorSets { get; set; } = [];
    [ProtoMember(10)] public string? Domain { get; set; }

    /// <summary>Attributes that a call may give, with what they are otherwise.</summary>
    [ProtoMember(11)] public List<OnnxAttribute> Defaults { get; set; } = [];

    [ProtoMember(13)] public string? Overload { get; set; }
}

internal enum OnnxAttributeType
{
    Undefined = 0,
    Float = 1,
    Int = 2,
    String = 3,
    Tensor = 4,
    Graph = 5,
    Floats = 6,
    Ints = 7,
    Strings = 8,
}

/// <summary>Graph-valued attributes (If, Loop, Scan) are skipped: no supported operator has one.</summary>
[ProtoContract]
internal sealed class OnnxAttribute
{
    [ProtoMember(1)] public string? Name { get; set; }
    [ProtoMember(2)] public float? Float { get; set; }
    [ProtoMember(3)] public long? Int { get; set; }
    [ProtoMember(4)] public byte[]? Text { get; set; }
    [ProtoMember(5)] public OnnxTensor? Tensor { get; set; }
    [ProtoMember(7)] public float[] Floats { get; set; } = [];
    [ProtoMember(8)] public long[] Ints { get; set; } = [];
    [ProtoMember(9)] public List<byte[]> Texts { get; set; } = [];
    [ProtoMember(20)] public int Type { get; set; }

    /// <summary>In a function's body: the attribute of the call that it is.</summary>
    [ProtoMember(21)] public string? Reference { get; set; }
}

internal enum OnnxDataType
{
    Undefined = 0,
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Double = 11,
    UInt32 = 12,
    UInt64 = 13,
    BFloat16 = 16,
    UInt4 = 21,
    Int4 = 22,
    UInt2 = 25,
    Int2 = 26,
}

[ProtoContract]
internal sealed class OnnxTensor
{
    [ProtoMember(1)] public long[] Dims { get; set; } = [];
    [ProtoMember(2)] public int DataType { get; set; }
    [ProtoMember(4, IsPacked = true)] public float[] FloatData { get; set; } = [];
    [ProtoMember(5, IsPacked = true)] public int[] Int32Data { get; set; } = [];
    [ProtoMember(7, IsPacked = true)] public long[] Int64Data { get; set; } = [];
    [ProtoMember(8)] public string? Name { get; set; }
    [ProtoMember(9)] public byte[]? RawData { get; set; }
    [ProtoMember(10, IsPacked = true)] public double[] DoubleData { get; set; } = [];
    [ProtoMember(11, IsPacked = true)] public ulong[] UInt64Data { get; set; } = [];
    [ProtoMember(13)] public List<OnnxEntry> ExternalData { get; set; } = [];

    /// <summary>1: the elements lie in the file that <see cref="ExternalData"/> names.</summary>
    [ProtoMember(14)] public int DataLocation { get; set; }
}

/// <summary>A sparse tensor: the elements that are not 0, whose name is the tensor's, and their indices.</summary>
[ProtoContract]
internal sealed class OnnxSparseTensor
{
    [ProtoMember(1)] public OnnxTensor? Values { get; set; }
    [ProtoMember(2)] public OnnxTensor? Indices { get; set; }
    [ProtoMember(3)] public long[] Dims { get; set; } = [];
}

[ProtoContract]
internal sealed class OnnxValueInfo
{
    [ProtoMember(1)] public string? Name { get; set; }
    [ProtoMember(2)] public OnnxType? Type { get; set; }
}

[ProtoContract]
internal sealed class OnnxType
{
    /// <summary>Null: a sequence, map or optional.</summary>
    [ProtoMember(1)] public OnnxTensorType? Tensor { get; set; }
}

[ProtoContract]
internal sealed class OnnxTensorType
{
    [ProtoMember(1)] public int ElementType { get; set; }
    [ProtoMember(2)] public OnnxShape? Shape { get; set; }
}

[ProtoContract]
internal sealed class OnnxShape
{
    [ProtoMember(1)] public List<OnnxDimension> Dimensions { get; set; } = [];
}

/// <summary>A number, or a symbol such as <c>batch</c>, or neither (unknown).</summary>
[ProtoContract]
internal sealed class OnnxDimension
{
    [ProtoMember(1)] public long? Size { get; set; }
    [ProtoMember(2)] public string? Symbol { get; set; }
}

[ProtoContract]
internal sealed class OnnxOperatorSet
{
    /// <summary>Null or empty: ONNX's own operators.</summary>
    [ProtoMember(1)] public string? Domain { get; set; }
    [ProtoMember(2)] public long Version { get; set; }
}

[ProtoContract]
internal sealed class OnnxEntry
{
    [ProtoMember(1)] public string? Key { get; set; }
    [ProtoMember(2)] public string? Value { get; set; }
}
