using System.Text;

namespace ImcEngine.Importer.Onnx;

/// <summary>Writes a model node by node; every method that adds a tensor returns its name.</summary>
/// <param name="name">Name of the graph.</param>
/// <param name="opset">21 is the first with 4-bit QuantizeLinear.</param>
/// <param name="irVersion">10 is the first with 4-bit tensors; 3 lists every initializer as an input of the graph too.</param>
internal sealed class OnnxBuilder(string name, int opset = 21, int irVersion = 10)
{
    private readonly OnnxGraph _graph = new() { Name = name };
    private readonly List<OnnxEntry> _metadata = [];
    private int _opset = opset, _irVersion = irVersion;

    /// <param name="dims">-1: the batch, a symbol.</param>
    public string Input(string tensor, params ReadOnlySpan<long> dims)
    {
        _graph.Inputs.Add(Info(tensor, OnnxDataType.Float, dims));
        return tensor;
    }

    /// <param name="dims">-1: the batch, a symbol.</param>
    public string Output(string tensor, params ReadOnlySpan<long> dims)
    {
        _graph.Outputs.Add(Info(tensor, OnnxDataType.Float, dims));
        return tensor;
    }

    public string Initializer(OnnxTensor tensor)
    {
        _graph.Initializers.Add(tensor);
        if (_irVersion < 4) _graph.Inputs.Add(Info(tensor.Name!, TensorData.TypeOf(tensor), tensor.Dims));
        return tensor.Name!;
    }

    public string Floats(string tensor, ReadOnlySpan<long> dims, ReadOnlySpan<float> elements) =>
        Initializer(TensorEncoder.Floats(tensor, dims, elements));

    /// <summary>Adds a scalar.</summary>
    public string Float(string tensor, float element) => Floats(tensor, [], [element]);

    /// <summary>Adds a vector of int64, as shapes and axes are.</summary>
    public string Longs(string tensor, params ReadOnlySpan<long> elements) =>
        Initializer(TensorEncoder.Integers(tensor, [elements.Length], elements));

    public string Codes(string tensor, ReadOnlySpan<long> dims, ReadOnlySpan<int> codes, OnnxDataType type) =>
        Initializer(TensorEncoder.Codes(tensor, dims, codes, type));

    /// <summary>Adds a node with one result, which also names the node. An empty input name is an absent optional input.</summary>
    public string Node(string @operator, ReadOnlySpan<string> inputs, string result, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        _graph.Nodes.Add(new() { Operator = @operator, Name = result, Inputs = [.. inputs], Outputs = [result],
            Attributes = [.. attributes] });
        return result;
    }

    /// <summary>Adds a node of another domain than ONNX's.</summary>
    public string Foreign(string domain, string @operator, ReadOnlySpan<string> inputs, string result,
        params ReadOnlySpan<OnnxAttribute> attributes)
    {
        Node(@operator, inputs, result, attributes);
        _graph.Nodes[^1].Domain = domain;
        return result;
    }

    /// <summary>A node of several results, of which the first names it.</summary>
    public void Node(string @operator, ReadOnlySpan<string> inputs, string[] results, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        Node(@operator, inputs, results[0], attributes);
        _graph.Nodes[^1].Outputs = [.. results];
    }

    /// <summary>Raises the versions of the model to those that have something it holds.</summary>
    public void RequireVersions(int opset, int irVersion) =>
        (_opset, _irVersion) = (Math.Max(_opset, opset), Math.Max(_irVersion, irVersion));

    public void Metadata(string key, string value) => _metadata.Add(new() { Key = key, Value = value });

    public OnnxModel Build() => new()
    {
        IrVersion = _irVersion,
        ProducerName = "ImcEngine",
        ProducerVersion = ImcVersion.Product,
        Graph = _graph,
        OperatorSets = [new() { Domain = "", Version = _opset },
            .. _graph.Nodes.Select(node => node.Domain).Where(domain => !string.IsNullOrEmpty(domain)).Distinct()
                .Select(domain => new OnnxOperatorSet { Domain = domain, Version = 1 })],
        Metadata = _metadata,
    };

    public static OnnxAttribute Attribute(string name, long number) =>
        new() { Name = name, Type = (int)OnnxAttributeType.Int, Int = number };

    public static OnnxAttribute Attribute(string name, float number) =>
        new() { Name = name, Type = (int)OnnxAttributeType.Float, Float = number };

    public static OnnxAttribute Attribute(string name, string text) =>
        new() { Name = name, Type = (int)OnnxAttributeType.String, Text = Encoding.UTF8.GetBytes(text) };

    public static OnnxAttribute Attribute(string name, params long[] numbers) =>
        new() { Name = name, Type = (int)OnnxAttributeType.Ints, Ints = numbers };

    public static OnnxAttribute Attribute(string name, OnnxTensor tensor) =>
        new() { Name = name, Type = (int)OnnxAttributeType.Tensor, Tensor = tensor };

    private static OnnxValueInfo Info(string tensor, OnnxDataType type, ReadOnlySpan<long> dims)
    {
        var shape = new OnnxShape();
        foreach (long size in dims) shape.Dimensions.Add(size < 0 ? new() { Symbol = "batch" } : new() { Size = size });
        return new() { Name = tensor, Type = new() { Tensor = new() { ElementType = (int)type, Shape = shape } } };
    }
}
