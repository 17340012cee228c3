using ImcEngine.BitPlanes;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>The parts of a network that are the same on every die: the sizes of its tensors, and the steps of all nodes except the layers
/// on the macro. Immutable, shared by all programs and threads.</summary>
internal sealed class PreparedNetwork
{
    private readonly int[] _lengths;
    private readonly Dictionary<int, PixelBits> _layouts;
    private readonly Dictionary<int, Step> _steps, _toBits;

    public PreparedNetwork(Network network)
    {
        var quantizers = network.Nodes.OfType<QuantizeNode>().ToList();
        _lengths = [.. network.Tensors.Select(tensor => tensor.Shape.Count)];
        _layouts = network.Tensors.Select((tensor, number) => (tensor, number)).Where(each => each.tensor.IsCodes)
            .ToDictionary(each => each.number, each =>
            {
                var (shape, quantizer) = (each.tensor.Shape, network.QuantizerOf(each.number) as QuantizeNode);
                // One number, such as a quantized scale, is one channel.
                int channels = shape.Rank == 0 ? 1 : shape[0];
                return new PixelBits(channels, shape.Count / channels, quantizer?.Format ?? DynamicQuantization.Format,
                    quantizer?.Kind == QuantizerKind.ThreeValuedSign);
            });
        _steps = network.Nodes.Where(node => node is not MacroNode)
            .ToDictionary(node => node.Result, node => StepFactory.Create(network, node));
        _toBits = quantizers.ToDictionary(node => node.Result, Step (node) => new QuantizeToBitsStep(node, LayoutOf(node.Result)));
        DigitalScratch = _steps.Values.OfType<DigitalStep>().Select(step => step.ScratchLength).DefaultIfEmpty(0).Max();
        LargestMacroResult = network.MacroLayers.Select(node => node.Geometry.OutputSize).DefaultIfEmpty(0).Max();
    }

    public int DigitalScratch { get; }
    public int LargestMacroResult { get; }

    public int Tensors => _lengths.Length;
    public int LengthOf(int tensor) => _lengths[tensor];

    /// <summary>Returns the layout of a codes tensor's bit-planes.</summary>
    public PixelBits LayoutOf(int tensor) => _layouts[tensor];

    /// <summary>Returns the step of a node that is not a layer on the macro. The step of a quantizer writes codes as numbers.</summary>
    public Step StepOf(Node node) => _steps[node.Result];

    /// <summary>Returns the step of a quantizer that writes codes as bit-planes.</summary>
    public Step ToBits(QuantizeNode node) => _toBits[node.Result];
}
