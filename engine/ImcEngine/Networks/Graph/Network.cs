using ImcEngine.Data;

namespace ImcEngine.Networks.Graph;

/// <summary>
/// A trained network as the engine runs it: nodes in execution order over numbered tensors, each tensor one array per image.
/// Immutable; what a macro makes of it is a <c>MappedNetwork</c>.
/// </summary>
public sealed class Network
{
    /// <summary>By tensor: the position of the node that makes it.</summary>
    private readonly Dictionary<int, int> _writers;

    private readonly Lazy<string> _sha256;

    /// <summary>By tensor, in execution order.</summary>
    private readonly ILookup<int, Node> _readers;

    /// <param name="name">For messages and reports.</param>
    /// <param name="tensors">Every tensor; index = tensor number. Tensor 0 is the input image <c>[channel, y, x]</c>.</param>
    /// <param name="nodes">In execution order: a node's inputs are tensor 0 or results of earlier nodes.</param>
    /// <param name="outputTensor">The logits.</param>
    /// <param name="preprocessing">How image bytes become tensor 0.</param>
    /// <exception cref="ArgumentException">A node reads a tensor that nothing has written,
    /// or two nodes share a name or a result.</exception>
    internal Network(string name, IReadOnlyList<TensorInfo> tensors, IReadOnlyList<Node> nodes, int outputTensor,
        Preprocessing preprocessing)
    {
        Name = name;
        Tensors = tensors;
        Nodes = nodes;
        OutputTensor = outputTensor;
        Preprocessing = preprocessing;
        var written = new HashSet<int> { 0 };
        var names = new HashSet<string>();
        foreach (var node in nodes)
        {
            foreach (int input in node.Inputs)
                if (!written.Contains(input)) throw new ArgumentException($"Node '{node.Name}' reads tensor {input} before it is written.");
            if (!written.Add(node.Result)) throw new ArgumentException($"Node '{node.Name}' writes tensor {node.Result} a second time.");
            if (!names.Add(node.Name)) throw new ArgumentException($"Two nodes are named '{node.Name}'.");
        }
        if (!written.Contains(outputTensor)) throw new ArgumentException($"No node writes the output tensor {outputTensor}.");
        _sha256 = new(() => NetworkIdentity.Sha256(this));
        MacroLayers = [.. nodes.OfType<MacroNode>()];
        _writers = Enumerable.Range(0, nodes.Count).ToDictionary(node => nodes[node].Result);
        _readers = nodes.SelectMany(node => node.Inputs.Distinct(), (node, input) => (node, input))
            .ToLookup(pair => pair.input, pair => pair.node);
    }

    public string Name { get; }

    /// <summary>Of all that decides what the network computes, its preprocessing included; lower-case hex.</summary>
    public string Sha256 => _sha256.Value;

    internal IReadOnlyList<TensorInfo> Tensors { get; }
    internal IReadOnlyList<Node> Nodes { get; }
    internal int OutputTensor { get; }
    public Preprocessing Preprocessing { get; }

    /// <summary>The layers that run on the macro, in graph order: index = the <c>layer</c> field of every random draw.</summary>
    internal IReadOnlyList<MacroNode> MacroLayers { get; }

    /// <summary>The quantizer that reads a layer's result; null where something else reads it too.</summary>
    internal QuantizeNode? QuantizerOf(MacroNode layer) =>
        OnlyReader(layer) as QuantizeNode;

    /// <summary>The addition that alone reads a layer's result, where what is added is there before the layer runs.</summary>
    internal Addition? AdditionOf(MacroNode layer)
    {
        if (OnlyReader(layer) is not BinaryNode { Kind: BinaryKind.Add, Left: null, Right: null } add) return null;
        int addend = add.Inputs[add.Inputs[0] == layer.Result ? 1 : 0];
        bool isThere = addend == 0 || _writers[addend] < _writers[layer.Result];
        return isThere && Tensors[addend].Shape.Equals(Tensors[layer.Result].Shape) ? new(add, addend) : null;
    }

    private Node? OnlyReader(MacroNode layer) =>
        layer.Result != OutputTensor && _readers[layer.Result].Take(2).ToList() is [var reader] ? reader : null;

    /// <exception cref="ImcException">The network takes images of another shape.</exception>
    public void RequireImages(ImageSet images)
    {
        if (!InputShape.Equals(new TensorShape(ImageSet.Channels, ImageSet.Height, ImageSet.Width)))
            throw new ImcException($"The network takes {InputShape}; "
                + $"the data '{images.Name}' has {ImageSet.Channels}x{ImageSet.Height}x{ImageSet.Width}. Give a network of such images: "
                + $"input [batch, {ImageSet.Channels}, {ImageSet.Height}, {ImageSet.Width}].");
    }

    internal TensorShape InputShape => Tensors[0].Shape;
    public int Classes => Tensors[OutputTensor].Shape.Count;
}

/// <summary>A tensor of one image. Codes tensors hold integers (of a <see cref="QuantizeNode"/>), all others float32.</summary>
internal sealed record TensorInfo(string Name, TensorShape Shape, bool IsCodes = false);

/// <summary>An addition that follows a layer.</summary>
/// <param name="Addend">The tensor that is added to the layer's result.</param>
internal sealed record Addition(BinaryNode Node, int Addend);
