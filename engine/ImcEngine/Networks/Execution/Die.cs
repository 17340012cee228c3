using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// One die of a mapped network. For each layer it holds the ADC's edges and levels, the unit of the accumulators, and the kernel prepared
/// for them. Immutable, shared by all threads.
/// </summary>
public sealed class Die
{
    /// <summary>The programs, by ascending least number of images that they are for.</summary>
    private readonly (int LeastImages, NetworkProgram Program)[] _programs;

    private readonly IReadOnlyDictionary<string, LayerErrors>? _errors;

    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="run">The run specification, for the ADC, its overrides per layer and the die.</param>
    /// <param name="calibration">The ADCs with range calibrated, and the corrections; null if there are none.</param>
    /// <param name="kernel">The name of a kernel, used for every layer of an ideal die that it supports; null for the best one.</param>
    /// <param name="seed">The seed that names the die; without effect on an ideal die.</param>
    /// <param name="errors">By layer name, static errors that the caller gives in place of drawn ones; null for none.</param>
    /// <exception cref="ImcException">The specification makes no valid ADC for a layer. Or errors are given for a layer that is not on the
    /// macro, have a size other than its arrays, or are given for a layer whose ADC is a measured table.</exception>
    public Die(MappedNetwork mapped, RunSpec run, Calibration? calibration, string? kernel = null, uint seed = 0,
        IReadOnlyDictionary<string, LayerErrors>? errors = null)
        : this(mapped, seed, AdcsOf(mapped, run, calibration, errors),
            [.. mapped.Network.MacroLayers.Select(layer => run.MacroOf(layer.Name))], kernel, errors,
            CorrectionsOf(mapped, run, calibration))
    {
    }

    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="seed">The seed that names the die.</param>
    /// <param name="adcs">The ADCs of each macro layer on this die.</param>
    /// <param name="macros">The macro of each layer, with its die specification.</param>
    /// <param name="kernel">The name of a kernel; null for the best one.</param>
    /// <param name="errors">By layer name, given static errors; null for none.</param>
    /// <param name="corrections">The digital corrections; null for none.</param>
    internal Die(MappedNetwork mapped, uint seed, IReadOnlyList<LayerAdcs> adcs, IReadOnlyList<MacroSpec> macros, string? kernel = null,
        IReadOnlyDictionary<string, LayerErrors>? errors = null, Corrections? corrections = null)
    {
        (Mapped, Seed, _errors) = (mapped, seed, errors);
        Layers = Workers.Make(mapped.Layers.Count, i =>
        {
            var (node, layer) = (mapped.Network.MacroLayers[i], mapped.Layers[i]);
            return new DieLayer(node, layer, macros[i], adcs[i], mapped.Prepared.LayoutOf(node.Inputs[0]),
                LayerKernels.Prepare(node.Name, layer, macros[i], adcs[i], seed, errors?.GetValueOrDefault(node.Name),
                    mapped.ExactOf(i), kernel), corrections?.Layers.GetValueOrDefault(node.Name));
        });
        Corrections = corrections;
        (_programs, ObservedProgram) = Programs();
    }

    private Die(Die other, Corrections corrections)
    {
        (Mapped, Seed, _errors, Corrections) = (other.Mapped, other.Seed, other._errors, corrections);
        Layers = [.. other.Layers.Select((layer, i) =>
            layer.Corrected(Mapped.Layers[i], corrections.Layers.GetValueOrDefault(layer.Node.Name)))];
        (_programs, ObservedProgram) = Programs();
    }

    private ((int LeastImages, NetworkProgram Program)[] Programs, NetworkProgram Observed) Programs()
    {
        var builder = new ProgramBuilder(Mapped.Network, Mapped.Prepared, Layers);
        return ([.. builder.LeastImages.Select(images => (images, builder.Build(images)))], builder.BuildObserved());
    }

    /// <summary>Returns the same die with other corrections.</summary>
    internal Die With(Corrections corrections) => new(this, corrections);

    /// <summary>The digital corrections of the layers; null for none.</summary>
    public Corrections? Corrections { get; }

    public MappedNetwork Mapped { get; }

    public uint Seed { get; }

    /// <summary>Returns the static errors that were given for a layer; null where they are drawn.</summary>
    internal LayerErrors? ErrorsOf(int layer) => _errors?.GetValueOrDefault(Mapped.Network.MacroLayers[layer].Name);

    /// <summary>The memory of this die beyond the mapped network (cells, edges and noise), in bytes; 0 for the ideal die.</summary>
    public long Bytes => Layers.Sum(layer => (layer.Kernel as IDieKernel)?.Bytes ?? 0);

    /// <summary>The layers, in the order of the network's macro layers.</summary>
    public IReadOnlyList<DieLayer> Layers { get; }

    /// <summary>Whether every layer takes the exact path: its ADC passes sums or is transparent, and the die is ideal. The logits then
    /// equal those of the digital network.</summary>
    public bool HasExactSums => Layers.Select((layer, i) => ReferenceEquals(layer.Kernel, Mapped.ExactKernelOf(i))).All(isExact => isExact);

    /// <summary>The <see cref="DieLayer.KernelName"/> of all layers, each name once.</summary>
    public string KernelNames => string.Join(", ", Layers.Select(layer => layer.KernelName).Distinct());

    /// <summary>The program with one step per node, for runs whose tensors are observed.</summary>
    internal NetworkProgram ObservedProgram { get; }

    /// <summary>Returns the program for this number of images at once.</summary>
    /// <param name="images">The number of images that run together.</param>
    internal NetworkProgram ProgramFor(int images) => Array.FindLast(_programs, each => each.LeastImages <= images).Program;

    /// <summary>Returns the corrections of a run that has the same for all dies.</summary>
    /// <exception cref="ImcException">The calibration has none, or others than the run asks for.</exception>
    private static Corrections? CorrectionsOf(MappedNetwork mapped, RunSpec run, Calibration? calibration)
    {
        calibration?.RequireMadeFor(run);
        if (run.Calibration.TrimsDies || calibration?.Corrections is { } || !mapped.Network.MacroLayers.Any(
            layer => LayerAdcs.IsCorrected(run, layer.Name))) return calibration?.Corrections;
        throw new ImcException("calibration.correct asks for digital corrections, but there is no calibration. "
            + "Calibrate first, or set calibration.correct to 'none'.");
    }

    private static LayerAdcs[] AdcsOf(MappedNetwork mapped, RunSpec run, Calibration? calibration,
        IReadOnlyDictionary<string, LayerErrors>? errors)
    {
        calibration?.RequireNetwork(mapped.Network.Name, mapped.Network.Sha256);
        LayerAdcs.RequireNoise(run, mapped.Layers.Select((layer, i) => (mapped.Network.MacroLayers[i].Name, layer)));
        LayerAdcs[] adcs =
            [.. mapped.Layers.Select((layer, i) => LayerAdcs.Create(run, mapped.Network.MacroLayers[i].Name, layer, calibration))];
        if (errors is not null) RequireTaken(errors, mapped, adcs);
        return [.. adcs.Select((own, i) => errors?.GetValueOrDefault(mapped.Network.MacroLayers[i].Name) is { } given
            ? own.On(given.AppliedTo(run.MacroOf(mapped.Network.MacroLayers[i].Name)).Die) : own)];
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
                    + "Such a table already includes all errors; leave these out, or choose another kind of ADC.");
    }
}

/// <summary>One layer on a die: its ADCs and its kernels.</summary>
public sealed class DieLayer
{
    private readonly PixelBits _input;

    internal DieLayer(MacroNode node, MappedLayer layer, MacroSpec macro, LayerAdcs adcs, PixelBits input, PreparedKernel kernel,
        LayerCorrection? correction = null)
    {
        (Node, Macro, Adcs, Inputs, _input) = (node, macro, adcs, layer.Inputs, input);
        Scale = new(node, layer, adcs.RowGroups, adcs.Unit, adcs.SecondStage, adcs.SummedVotes, correction);
        bool makesResults = Scale.InFloat is not null;
        // A layer may read its inputs in another shape than the quantizer's, for example a linear layer after a reshape.
        // Its kernel then makes bit-planes from the codes.
        Kernels = makesResults && kernel.Batched?.Image == input ? kernel : kernel with { BatchedId = null, Batched = null };
        Pixels = makesResults && (Kernel as IPixelKernel ?? (Kernel as ColumnThresholdKernel)?.Pixels) is { } pixels
            && pixels.Image == input ? pixels : null;
        LeastImagesOfBits = Pixels is not null || (Kernel.ReadsPlanes && Inputs == input) ? 1 : Batched?.LeastImages ?? int.MaxValue;
        bool hasMoreWeights = node.Geometry.WeightCount * node.WeightFormat.Bits / 8 > (long)node.Geometry.InputSize * sizeof(float);
        ImagesAtOnce = Batched?.Images ?? (hasMoreWeights ? int.MaxValue : 1);
    }

    /// <summary>Returns the same layer with another correction.</summary>
    internal DieLayer Corrected(MappedLayer layer, LayerCorrection? correction) =>
        new(Node, layer, Macro, Adcs, _input, Kernels, correction);

    internal LayerAdcs Adcs { get; }

    /// <summary>The layer's macro on this die. Its arrays are those of the mapped network; its ADC and its die specification may
    /// differ.</summary>
    internal MacroSpec Macro { get; }

    /// <summary>The name of the kernel that takes several images together or, if there is none, of the kernel that takes one.
    /// <see cref="NetworkRunner.KernelsFor"/> names the kernels that a run takes.</summary>
    public string KernelName => (Kernels.BatchedId ?? Kernels.Id).Name;

    /// <summary>Returns the kernel that computes this number of images together.</summary>
    internal KernelId KernelFor(int images) => images >= Kernels.Batched?.LeastImages ? Kernels.BatchedId!.Value : Kernels.Id;

    internal MacroNode Node { get; }
    internal PreparedKernel Kernels { get; }
    internal ILayerKernel Kernel => Kernels.Kernel;
    internal MacroScale Scale { get; }

    /// <summary>The kernel that takes one image, if it reads bits with pixels side by side and computes results in float32; else
    /// null.</summary>
    internal IPixelKernel? Pixels { get; }

    /// <summary>The kernel that takes several images, which does the same; null if there is none.</summary>
    internal BatchedPixelKernel? Batched => Kernels.Batched;

    /// <summary>The layout in which the layer reads its input codes as bits with pixels side by side.</summary>
    internal PixelBits Inputs { get; }

    /// <summary>The least number of images together for which the layer reads its input as bits with pixels side by side;
    /// <see cref="int.MaxValue"/> if it never does.</summary>
    internal int LeastImagesOfBits { get; }

    /// <summary>See <see cref="Step.ImagesAtOnce"/>.</summary>
    internal int ImagesAtOnce { get; }
}
