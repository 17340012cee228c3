using ImcEngine.Data;

namespace ImcEngine.Networks.Graph;

/// <summary>
/// A trained network: nodes in execution order over numbered tensors, each tensor one array per image. Immutable. A <c>MappedNetwork</c> is
/// the network on a macro.
/// </summary>
public sealed class Network
{
    /// <summary>For each tensor, the position of the node that computes it.</summary>
    private readonly Dictionary<int, int> _writers;

    private readonly Lazy<string> _sha256;

    /// <summary>For each tensor, the nodes that read it, in execution order.</summary>
    private readonly ILookup<int, Node> _readers;

    /// <param name="name">The network's name, for messages and reports.</param>
    /// <param name="tensors">Every tensor; index = tensor number. Tensor 0 is the input image <c>[channel, y, x]</c>.</param>
    /// <param name="nodes">The nodes in execution order; the inputs of a node are tensor 0 or results of earlier nodes.</param>
    /// <param name="outputTensor">The number of the tensor with the logits.</param>
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

    /// <summary>The SHA-256 of everything that decides what the network computes, including its preprocessing; lower-case hex.</summary>
    public string Sha256 => _sha256.Value;

    internal IReadOnlyList<TensorInfo> Tensors { get; }
    internal IReadOnlyList<Node> Nodes { get; }
    internal int OutputTensor { get; }
    public Preprocessing Preprocessing { get; }

    /// <summary>The layers that run on the macro, in graph order; the index is the <c>layer</c> field of every random draw.</summary>
    internal IReadOnlyList<MacroNode> MacroLayers { get; }

    /// <summary>Returns the quantizer that made a codes tensor, before any padding.</summary>
    internal Node QuantizerOf(int codes) =>
        Nodes[_writers[codes]] is PadCodesNode pad ? QuantizerOf(pad.Inputs[0]) : Nodes[_writers[codes]];

    /// <summary>Whether a codes tensor has a border of zero points.</summary>
    internal bool IsPadded(int codes) => Nodes[_writers[codes]] is PadCodesNode;

    /// <summary>Returns the quantizer that is the only reader of a layer's result; else null.</summary>
    internal QuantizeNode? QuantizerOf(MacroNode layer) =>
        OnlyReader(layer) as QuantizeNode;

    /// <summary>Returns the addition that is the only reader of a layer's result, if the other addend is computed before the layer; else
    /// null.</summary>
    internal Addition? AdditionOf(MacroNode layer)
    {
        if (OnlyReader(layer) is not BinaryNode { Kind: BinaryKind.Add, Left: null, Right: null } add) return null;
        int addend = add.Inputs[add.Inputs[0] == layer.Result ? 1 : 0];
        bool isThere = addend == 0 || _writers[addend] < _writers[layer.Result];
        return isThere && Tensors[addend].Shape.Equals(Tensors[layer.Result].Shape) ? new(add, addend) : null;
    }

    /// <summary>Returns the maximum pool that is the only reader of a node's result; else null.</summary>
    internal PoolNode? MaximumOf(Node node) => OnlyReader(node) as PoolNode is { Kind: PoolKind.Max } pool ? pool : null;

    private Node? OnlyReader(Node node) =>
        node.Result != OutputTensor && _readers[node.Result].Take(2).ToList() is [var reader] ? reader : null;

    /// <summary>Checks that the network takes images of this shape.</summary>
    /// <exception cref="ImcException">The network takes images of another shape.</exception>
    public void RequireImages(ImageSet images)
    {
        if (!Takes(images.Shape))
            throw new ImcException($"The network takes {InputShape}; the data '{images.Name}' has images of {images.Shape}. "
                + $"Give a network of such images, with input [batch, {images.Shape.Channels}, {images.Shape.Height}, "
                + $"{images.Shape.Width}], or make the images fit (--resize, --crop, --channels).");
        if (Preprocessing.Mean.Length != 1 && Preprocessing.Mean.Length != images.Shape.Channels)
            throw new ImcException($"The network's mean and std have {Preprocessing.Mean.Length} numbers; the images of '{images.Name}' "
                + $"have {images.Shape.Channels} channels, and there must be one for each (--mean, --std).");
    }

    /// <summary>Whether the network takes images of a shape: its input has that shape, or is as many features in the order
    /// <c>[channel, y, x]</c>.</summary>
    internal bool Takes(ImageShape images) => InputShape.Equals(new TensorShape(images.Channels, images.Height, images.Width))
        || (InputShape.Rank == 1 && InputShape.Count == images.Count);

    internal TensorShape InputShape => Tensors[0].Shape;
    public int Classes => Tensors[OutputTensor].Shape.Count;
}

/// <summary>A tensor of one image. Codes tensors hold the integers of a <see cref="QuantizeNode"/>; all others hold float32.</summary>
internal sealed record TensorInfo(string Name, TensorShape Shape, bool IsCodes = false);

/// <summary>An addition that follows a layer.</summary>
/// <param name="Addend">The tensor that is added to the layer's result.</param>
internal sealed record Addition(BinaryNode Node, int Addend);
