using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation.Verification;

/// <summary>
/// A layer of a mapped network with a transparent ADC (LSB 1 over its whole range of partial sums), in every kernel of this machine that
/// supports it and in the exact kernel. All of them must give the same sums (ARITHMETIC §11 a). Immutable.
/// </summary>
internal sealed class TransparentLayer
{
    public static string ExactName => KernelId.Exact.Name;

    private readonly MappedLayer _layer;
    private readonly (string Name, ILayerKernel Kernel)[] _kernels;

    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="layer">The layer's ordinal among its macro layers.</param>
    /// <exception cref="InvalidOperationException">The ADC is not transparent for the layer:
    /// a defect of the ADC, or of the list of possible partial sums.</exception>
    public TransparentLayer(MappedNetwork mapped, int layer)
    {
        _layer = mapped.Layers[layer];
        if ((long)_layer.MostPartialSum - _layer.LeastPartialSum >= AdcFactory.MaxCodes)
        {
            // No ADC has a code for every sum of such digits.
            _kernels = [(ExactName, mapped.ExactKernelOf(layer))];
            return;
        }
        string name = mapped.Network.MacroLayers[layer].Name;
        // The rows of the largest row group, which may exceed the macro's rows if it is overfull.
        var transfer = AdcFactory.Create(new() { LsbCounts = 1 }, _layer.LargestGroup, _layer.Map.Products);
        var sums = LayerAdcs.Create(new() { Macro = new() { Adc = new() { Kind = AdcKind.None } } }, name, _layer, null).ProducibleSums;
        if (!transfer.IsTransparent([.. sums]))
            throw new InvalidOperationException($"An ADC of LSB 1 over all partial sums of layer '{name}' changes one of them.");
        var adc = IntegerAdc.FromTransfer(transfer, AccumulationUnit.Counts);
        _kernels =
        [
            (ExactName, mapped.ExactKernelOf(layer)),
            .. KernelRegistry.All.Where(entry => entry.IsAvailable).Select(entry => (entry.Name, entry.TryPrepare(_layer, [adc])))
                .Where(prepared => prepared.Item2 is not null).Select(prepared => (prepared.Name, prepared.Item2!)),
        ];
    }

    /// <summary>The names of all kernels of this machine, whether they support a layer or not.</summary>
    public static IReadOnlyList<string> AllKernels { get; } = [ExactName,
        .. KernelRegistry.All.Where(entry => entry.IsAvailable).Select(entry => entry.Name)];

    /// <summary>The names of the kernels that support this layer, the exact kernel first.</summary>
    public IReadOnlyList<string> Kernels => Array.ConvertAll(_kernels, prepared => prepared.Name);

    /// <summary>Returns the sums that a kernel computes.</summary>
    /// <param name="kernel">The index in <see cref="Kernels"/>.</param>
    /// <param name="codes">The codes of one image, <c>[channel, y, x]</c>.</param>
    /// <returns><c>[outputChannel, y, x]</c>, in counts.</returns>
    public long[] Sums(int kernel, ReadOnlySpan<short> codes) => KernelRun.Layer(_layer, _kernels[kernel].Kernel, codes);
}
