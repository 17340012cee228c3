using ImcEngine.BitPlanes;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>What of a network is the same on every die: its tensors' sizes, and the steps of all nodes but the layers on the macro.
/// Immutable, shared by all programs and threads.</summary>
internal sealed class PreparedNetwork
{
    private readonly int[] _lengths;
    private readonly Dictionary<int, PixelBits> _layouts;
    private readonly Dictionary<int, Step> _steps, _toBits;

    public PreparedNetwork(Network network)
    {
        var quantizers = network.Nodes.OfType<QuantizeNode>().ToList();
        _lengths = [.. network.Tensors.Select(tensor => tensor.Shape.Count)];
        _layouts = quantizers.ToDictionary(node => node.Result, node =>
        {
            var shape = network.Tensors[node.Result].Shape;
            return new PixelBits(shape[0], shape.Count / shape[0], node.Format, node.Kind == QuantizerKind.ThreeValuedSign);
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

    /// <summary>How a codes tensor's bit-planes lie.</summary>
    public PixelBits LayoutOf(int tensor) => _layouts[tensor];

    /// <summary>The step of a node that is no layer on the macro. Quantizers make codes as numbers.</summary>
    public Step StepOf(Node node) => _steps[node.Result];

    /// <summary>The step of a quantizer that makes bit-planes.</summary>
    public Step ToBits(QuantizeNode node) => _toBits[node.Result];
}
