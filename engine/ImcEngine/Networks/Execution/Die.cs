using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// One die of a mapped network: per layer the ADC's edges and levels, the accumulators' unit, and the kernel prepared for them.
/// Immutable, shared by all threads.
/// </summary>
public sealed class Die
{
    /// <summary>Each with the least number of images that it is for, ascending.</summary>
    private readonly (int LeastImages, NetworkProgram Program)[] _programs;

    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="run">For the ADC, and overrides of it per layer.</param>
    /// <param name="calibration">Ranges of ADCs whose range is calibrated; null where there are none.</param>
    /// <param name="kernel">A kernel by name, for every layer that it takes, of an ideal die; null for the best one.</param>
    /// <param name="seed">Which die; of no effect on the ideal one.</param>
    /// <param name="errors">By layer name: static errors of the caller's own, in place of drawn ones; null for none.</param>
    /// <exception cref="ImcException">A field of the specification makes no ADC for a layer, or errors name no layer of the network on the
    /// macro, have another size than its arrays, or belong to a layer whose measured table has no errors.</exception>
    public Die(MappedNetwork mapped, RunSpec run, Calibration? calibration, string? kernel = null, uint seed = 0,
        IReadOnlyDictionary<string, LayerErrors>? errors = null)
        : this(mapped, seed, AdcsOf(mapped, run, calibration, errors), run.Macro, kernel, errors)
    {
    }

    /// <param name="adcs">Per macro layer, for this die.</param>
    /// <param name="macro">For its die.</param>
    internal Die(MappedNetwork mapped, uint seed, IReadOnlyList<LayerAdcs> adcs, MacroSpec macro, string? kernel = null,
        IReadOnlyDictionary<string, LayerErrors>? errors = null)
    {
        (Mapped, Macro, Seed) = (mapped, macro, seed);
        Layers = [.. mapped.Layers.Select((layer, i) =>
        {
            var node = mapped.Network.MacroLayers[i];
            return new DieLayer(node, layer, adcs[i], mapped.Prepared.LayoutOf(node.Inputs[0]),
                LayerKernels.Prepare(node.Name, layer, macro, adcs[i], seed, errors?.GetValueOrDefault(node.Name),
                    mapped.ExactOf(i), kernel));
        })];
        var builder = new ProgramBuilder(mapped.Network, mapped.Prepared, Layers);
        _programs = [.. builder.LeastImages.Select(images => (images, builder.Build(images)))];
        ObservedProgram = builder.BuildObserved();
    }

    public MappedNetwork Mapped { get; }

    /// <summary>Its arrays are the network's; its ADC and what is imperfect may be this die's alone.</summary>
    internal MacroSpec Macro { get; }

    public uint Seed { get; }

    /// <summary>Memory that this die takes beyond the mapped network: cells, edges and noise; 0 for the ideal die.</summary>
    public long Bytes => Layers.Sum(layer => (layer.Kernel as IDieKernel)?.Bytes ?? 0);

    /// <summary>In the order of the network's macro layers.</summary>
    public IReadOnlyList<DieLayer> Layers { get; }

    /// <summary>Every layer takes the exact path: its ADC passes sums or is transparent, and the die is ideal.
    /// Logits are then those of the digital network.</summary>
    public bool HasExactSums => Layers.Select((layer, i) => ReferenceEquals(layer.Kernel, Mapped.ExactKernelOf(i))).All(isExact => isExact);

    /// <summary>As <see cref="DieLayer.KernelName"/>, of all layers.</summary>
    public string KernelNames => string.Join(", ", Layers.Select(layer => layer.KernelName).Distinct());

    /// <summary>A step for every node, for images that are looked at on their way.</summary>
    internal NetworkProgram ObservedProgram { get; }

    /// <param name="images">Under way together.</param>
    internal NetworkProgram ProgramFor(int images) => Array.FindLast(_programs, each => each.LeastImages <= images).Program;

    private static LayerAdcs[] AdcsOf(MappedNetwork mapped, RunSpec run, Calibration? calibration,
        IReadOnlyDictionary<string, LayerErrors>? errors)
    {
        calibration?.RequireNetwork(mapped.Network.Name, mapped.Network.Sha256);
        LayerAdcs.RequireNoise(run.Macro.Die, mapped.Layers.Select((layer, i) => (mapped.Network.MacroLayers[i].Name, layer)));
        LayerAdcs[] adcs =
            [.. mapped.Layers.Select((layer, i) => LayerAdcs.Create(run, mapped.Network.MacroLayers[i].Name, layer, calibration))];
        if (errors is not null) RequireTaken(errors, mapped, adcs);
        return [.. adcs.Select((own, i) => errors?.GetValueOrDefault(mapped.Network.MacroLayers[i].Name) is { } given
            ? own.On(given.AppliedTo(run.Macro).Die) : own)];
    }

    private static void RequireTaken(IReadOnlyDictionary<string, LayerErrors> errors, MappedNetwork mapped, LayerAdcs[] adcs)
    {
        string[] names = [.. mapped.Network.MacroLayers.Select(layer => layer.Name)];
        foreach (string name in errors.Keys)
            if (Array.IndexOf(names, name) is not (>= 0 and var ordinal))
                throw new ImcException($"Errors are given for layer '{name}', which is not on the macro; its layers there are "
                    + $"{string.Join(", ", names.Select(each => $"'{each}'"))}.");
            else if (adcs[ordinal].Table is not null)
                throw new ImcException($"Errors are given for layer '{name}', whose ADC is a measured table. "
                    + "Such a table holds the errors of its conversions; leave them out, or take another kind of ADC.");
    }
}

/// <summary>What a die makes of one layer.</summary>
public sealed class DieLayer
{
    internal DieLayer(MacroNode node, MappedLayer layer, LayerAdcs adcs, PixelBits input, PreparedKernel kernel)
    {
        (Node, Adcs, Inputs) = (node, adcs, layer.Inputs);
        Scale = new(node, layer, adcs.Transfers, adcs.Unit, adcs.SecondStage);
        bool makesResults = Scale.InFloat is not null;
        // A layer may read its inputs under another shape than the quantizer gives them, as a linear one may:
        // its kernel then makes bit-planes of the codes.
        Kernels = makesResults && kernel.Batched?.Image == input ? kernel : kernel with { BatchedId = null, Batched = null };
        Pixels = makesResults && (Kernel as IPixelKernel ?? (Kernel as ColumnThresholdKernel)?.Pixels) is { } pixels
            && pixels.Image == input ? pixels : null;
        LeastImagesOfBits = Pixels is not null || (Kernel.ReadsPlanes && Inputs == input) ? 1 : Batched?.LeastImages ?? int.MaxValue;
        bool hasMoreWeights = node.Geometry.WeightCount * node.WeightFormat.Bits / 8 > (long)node.Geometry.InputSize * sizeof(float);
        ImagesAtOnce = Batched?.Images ?? (hasMoreWeights ? int.MaxValue : 1);
    }

    internal LayerAdcs Adcs { get; }

    /// <summary>Of the kernel that takes several images together where there is one, else of the one that takes one;
    /// <see cref="NetworkRunner.KernelsFor"/> names what a run takes.</summary>
    public string KernelName => (Kernels.BatchedId ?? Kernels.Id).Name;

    /// <summary>Of the kernel that takes so many images where they pass the layer together.</summary>
    internal KernelId KernelFor(int images) => images >= Kernels.Batched?.LeastImages ? Kernels.BatchedId!.Value : Kernels.Id;

    internal MacroNode Node { get; }
    internal PreparedKernel Kernels { get; }
    internal ILayerKernel Kernel => Kernels.Kernel;
    internal MacroScale Scale { get; }

    /// <summary>The kernel that takes one image, where it reads bits with pixels side by side and makes results in float32.</summary>
    internal IPixelKernel? Pixels { get; }

    /// <summary>The kernel that takes several, which does both; null where there is none.</summary>
    internal BatchedPixelKernel? Batched => Kernels.Batched;

    /// <summary>How the layer sees its input codes as bits with pixels side by side.</summary>
    internal PixelBits Inputs { get; }

    /// <summary>From how many images together on it reads its input as bits with pixels side by side;
    /// the greatest number where it never does.</summary>
    internal int LeastImagesOfBits { get; }

    /// <summary>As of <see cref="Step.ImagesAtOnce"/>.</summary>
    internal int ImagesAtOnce { get; }
}
