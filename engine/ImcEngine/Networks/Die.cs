using ImcEngine.Kernels;
using ImcEngine.Macro;

namespace ImcEngine.Networks;

/// <summary>
/// One die of a mapped network: per layer the ADC's edges and levels, the accumulators' unit, and the kernel prepared for them.
/// Immutable, shared by all threads.
/// </summary>
public sealed class Die
{
    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="run">For the ADC, and overrides of it per layer.</param>
    /// <param name="calibration">Ranges of ADCs whose range is calibrated; null where there are none.</param>
    /// <param name="kernel">A kernel by name, for every layer that it takes; null for the best one.</param>
    /// <exception cref="ImcException">A field of the specification makes no ADC for a layer, or is not emulated.</exception>
    public Die(MappedNetwork mapped, RunSpec run, Calibration? calibration, string? kernel = null)
    {
        RequireIdeal(run.Macro);
        Mapped = mapped;
        Layers = [.. mapped.Layers.Select((layer, i) => new DieLayer(
            mapped.Network.MacroLayers[i], layer, LayerAdcs.Of(run, mapped.Network.MacroLayers[i].Name, layer, calibration), mapped.ExactKernelOf(i), kernel))];
    }

    public MappedNetwork Mapped { get; }

    /// <summary>In the order of the network's macro layers.</summary>
    public IReadOnlyList<DieLayer> Layers { get; }

    /// <summary>The kernels in use, best first, for reports.</summary>
    public string KernelNames => string.Join(", ", Layers.Select(layer => layer.KernelName).Distinct());

    private static void RequireIdeal(MacroSpec macro)
    {
        if (macro.Die with { ReferenceTracksParasitic = true } != new DieSpec())
            throw new ImcException($"Macro '{macro.Name}' sets fields of 'macro.die'. Networks run on the ideal die only, as yet; leave them at 0, e.g. --set macro.die.bitlineNoiseCounts=0.");
        if (macro.Adc.Kind == AdcKind.Table)
            throw new ImcException($"Macro '{macro.Name}' has adc.kind 'table'. Networks run with uniform, list, d21-cifar, d21-imagenet or none only, as yet.");
    }
}

/// <summary>What a die makes of one layer.</summary>
public sealed class DieLayer
{
    internal DieLayer(MacroNode node, MappedLayer layer, LayerAdcs adcs, ILayerKernel exact, string? kernel)
    {
        Adcs = adcs;
        Scale = new(node, layer, adcs.Transfers, adcs.Unit);
        if (adcs.Transfers[0].PassesSums || (adcs.IsTransparent && kernel is null))
        {
            (KernelName, Kernel) = ("exact", exact);
            return;
        }
        var chosen = KernelRegistry.Choose(layer, [.. adcs.Transfers.Select(transfer => IntegerAdc.Of(transfer, adcs.Unit))], kernel);
        (KernelName, Kernel) = (chosen.Entry.Name, chosen.Kernel);
    }

    public LayerAdcs Adcs { get; }
    public string KernelName { get; }
    internal ILayerKernel Kernel { get; }
    internal MacroScale Scale { get; }
}
