using ImcEngine.Kernels;
using ImcEngine.Kernels.Plain;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// A network on a macro's arrays: row groups, packed weight planes, kernels for exact sums, and the steps of its digital nodes. It depends
/// on rows, arrays and mapping. ADC and die do not belong to it but to a <see cref="Die"/>. Immutable, shared by all threads.
/// </summary>
public sealed class MappedNetwork
{
    private readonly PreparedKernel[] _exact;
    private readonly Lazy<Die> _exactDie;

    private readonly MacroSpec[] _macros;

    /// <summary>Puts all layers on one macro.</summary>
    /// <exception cref="ImcException">The macro is for another family of networks, or a layer does not fit the macro; the message names the
    /// layer.</exception>
    public MappedNetwork(Network network, MacroSpec macro) : this(network, new RunSpec { Macro = macro })
    {
    }

    /// <summary>Puts each layer on the macro that the run gives it.</summary>
    /// <exception cref="ImcException">A macro is for another family of networks, or a layer does not fit its macro; the message names the
    /// layer.</exception>
    public MappedNetwork(Network network, RunSpec run)
    {
        ModelFamilies.Require(run, network.Name,
            network.MacroLayers.Select(layer => (layer.Name, layer.InputFormat, layer.WeightFormat)));
        (Network, Macro) = (network, run.Macro);
        _macros = [.. network.MacroLayers.Select(layer => run.MacroOf(layer.Name))];
        Layers = Workers.Make(network.MacroLayers.Count, ordinal =>
        {
            var node = network.MacroLayers[ordinal];
            return new MappedLayer(new LayerMap(node.Name, node.Geometry, node.InputFormat, node.WeightFormat, _macros[ordinal]),
                node.WeightCodes, node.InputMayBeUndriven, ordinal);
        });
        _exact = Workers.Make(Layers.Count,
            i => CountedSums.TryCheaper(Layers[i]) ?? new(KernelId.Exact, ExactKernel.Prepare(Layers[i])));
        Prepared = new(network);
        _exactDie = new(() => new(this, run.WithExactSums(), calibration: null));
    }

    public Network Network { get; }

    /// <summary>The run's macro. A layer with an override has its own (<see cref="RunSpec.MacroOf"/>).</summary>
    public MacroSpec Macro { get; }

    /// <summary>The layers on the macro, in the order of <see cref="Network.MacroLayers"/>.</summary>
    public IReadOnlyList<MappedLayer> Layers { get; }

    public long ConversionsPerImage => Layers.Sum(layer => layer.Map.Conversions);
    public int Arrays => Layers.Sum(layer => layer.Map.Arrays);

    internal PreparedNetwork Prepared { get; }

    /// <summary>Returns how a layer is cut into row groups and digits.</summary>
    internal RowCut CutOf(int layer) => RowCut.Of(_macros[layer]);

    /// <summary>How the layers are cut, in words: once, where all are cut alike.</summary>
    internal string CutsInWords
    {
        get
        {
            string[] cuts = [.. _macros.Select(macro => RowCut.Of(macro).ToString())];
            return string.Join("; ", cuts.Distinct().Count() == 1 ? cuts[..1] : cuts);
        }
    }

    /// <summary>The digital network: a die with exact sums in every layer.</summary>
    internal Die Digital => _exactDie.Value;

    internal PreparedKernel ExactOf(int layer) => _exact[layer];
    internal ILayerKernel ExactKernelOf(int layer) => _exact[layer].Kernel;
}
