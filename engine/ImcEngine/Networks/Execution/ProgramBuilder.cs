using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>Chooses the steps for the nodes of a network on one die (see <see cref="LayerSteps"/> for layers).</summary>
internal sealed class ProgramBuilder
{
    private readonly Network _network;
    private readonly PreparedNetwork _prepared;
    private readonly IReadOnlyList<DieLayer> _layers;

    /// <summary>The steps of each layer, by the layer's result.</summary>
    private readonly Dictionary<int, LayerSteps> _layerSteps;

    /// <summary>For each codes tensor, the least number of images together for which all its readers read it as bit-planes with pixels side
    /// by side; <see cref="int.MaxValue"/> if some never do.</summary>
    private readonly Dictionary<int, int> _leastImagesOfBits;

    public ProgramBuilder(Network network, PreparedNetwork prepared, IReadOnlyList<DieLayer> layers)
    {
        (_network, _prepared, _layers) = (network, prepared, layers);
        var least = layers.ToDictionary(layer => layer.Node.Result, layer => layer.LeastImagesOfBits);
        var readers = network.Nodes.SelectMany(node => node.Inputs, (node, input) => (node, input))
            .ToLookup(each => each.input, each => each.node);
        _leastImagesOfBits = network.Nodes.OfType<QuantizeNode>().ToDictionary(node => node.Result, node => readers[node.Result]
            .Select(reader => least.GetValueOrDefault(reader.Result, int.MaxValue)).DefaultIfEmpty(int.MaxValue).Max());
        _layerSteps =
            layers.ToDictionary(layer => layer.Node.Result, layer => new LayerSteps(layer, network, prepared, _leastImagesOfBits));
    }

    /// <summary>The numbers of images together at which the program changes, ascending from 1.</summary>
    public IEnumerable<int> LeastImages => _layers.Select(layer => layer.Batched?.LeastImages ?? 1).Append(1).Distinct().Order();

    /// <summary>Builds the program for a number of images.</summary>
    /// <param name="images">The number of images that run together.</param>
    public NetworkProgram Build(int images) => Build(images, layer => layer.Fused(images), poolsBeforeRelu: true);

    /// <summary>Builds the program for one image with one step for every node, in order.</summary>
    public NetworkProgram BuildObserved() => Build(1, layer => layer.Unfused(), poolsBeforeRelu: false);

    private NetworkProgram Build(int images, Func<LayerSteps, Step> stepOf, bool poolsBeforeRelu)
    {
        var steps = new List<Step>();
        var made = new HashSet<int>();
        foreach (var node in _network.Nodes.Where(node => !made.Contains(node.Result)))
        {
            steps.Add(node switch
            {
                MacroNode => stepOf(_layerSteps[node.Result]),
                UnaryNode { Kind: UnaryKind.Relu } relu when poolsBeforeRelu && _network.MaximumOf(relu) is { } pool =>
                    new PooledReluStep(relu, pool, _network.Tensors[relu.Result].Shape, _network.Tensors[pool.Result].Shape),
                QuantizeNode quantizer when images >= _leastImagesOfBits[node.Result] => _prepared.ToBits(quantizer),
                _ => _prepared.StepOf(node),
            });
            made.UnionWith(steps[^1].Nodes.Select(covered => covered.Result));
        }
        return new(_network, steps);
    }
}
