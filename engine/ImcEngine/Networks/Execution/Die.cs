using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// One die of a mapped network: per layer the ADC's edges and levels, the accumulators' unit, and the kernel prepared for them.
/// Immutable, shared by all threads.
/// </summary>
public sealed class Die
{
    private readonly int[] _leastImagesOfBits;

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
            return new DieLayer(node, layer, adcs[i], mapped.Program.LayoutOf(node.Inputs[0]),
                LayerKernels.Prepare(node.Name, layer, macro, adcs[i], seed, errors?.GetValueOrDefault(node.Name),
                    mapped.ExactOf(i), kernel));
        })];
        _leastImagesOfBits =
            [.. mapped.Network.Tensors.Select((tensor, number) => tensor.IsCodes ? LeastImagesOfBits(number) : int.MaxValue)];
        for (int i = 0; i < Layers.Count; i++)
            if (mapped.Network.QuantizerOf(mapped.Network.MacroLayers[i]) is { } quantizer)
                Layers[i].Quantize(quantizer, _leastImagesOfBits[quantizer.Result]);
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

    /// <summary>The kernels in use, best first, for reports.</summary>
    public string KernelNames => string.Join(", ", Layers.Select(layer => layer.KernelName).Distinct());

    /// <summary>All readers of a codes tensor take it as bit-planes with pixels side by side, where so many images pass together.</summary>
    internal bool ReadsPixelBits(int tensor, int images) => images >= _leastImagesOfBits[tensor];

    private int LeastImagesOfBits(int tensor) => Mapped.Network.Nodes.Where(node => node.Inputs.Contains(tensor))
        .Select(node => node is MacroNode macro
            ? Layers[Mapped.Network.MacroLayers.TakeWhile(layer => layer != macro).Count()].LeastImagesOfBits : int.MaxValue)
            .DefaultIfEmpty(int.MaxValue).Max();

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
        Adcs = adcs;
        Scale = new(node, layer, adcs.Transfers, adcs.Unit, adcs.SecondStage);
        // A layer may read its inputs under another shape than the quantizer gives them, as a linear one may:
        // its kernel then makes bit-planes of the codes.
        Kernels = kernel.Batched?.Image == input ? kernel : kernel with { BatchedId = null, Batched = null };
        Pixels = (Kernel as IPixelKernel ?? (Kernel as ColumnThresholdKernel)?.Pixels) is { } pixels && pixels.Image == input
            ? pixels : null;
        Inputs = layer.Inputs;
        bool readsBits = (Scale.InFloat is not null && Pixels is not null) || (Kernel.ReadsPlanes && Inputs == input);
        LeastImagesOfBits = readsBits ? 1 : Scale.InFloat is not null && Kernels.Batched is { } batched ? batched.LeastImages
            : int.MaxValue;
    }

    internal LayerAdcs Adcs { get; }

    /// <summary>Of the kernel that takes several images together where there is one, else of the one that takes one.</summary>
    public string KernelName => (Kernels.BatchedId ?? Kernels.Id).Name;

    /// <summary>Of the kernel that takes so many images where they pass the layer together.</summary>
    internal KernelId KernelFor(int images) => images >= Kernels.Batched?.LeastImages ? Kernels.BatchedId!.Value : Kernels.Id;

    internal PreparedKernel Kernels { get; }
    internal ILayerKernel Kernel => Kernels.Kernel;
    internal MacroScale Scale { get; }

    /// <summary>The kernel that takes one image, where it reads bits with pixels side by side.</summary>
    internal IPixelKernel? Pixels { get; }

    /// <summary>How the layer sees its input codes as bits with pixels side by side.</summary>
    internal PixelBits Inputs { get; }

    /// <summary>From how many images together on it reads its input as bits with pixels side by side;
    /// the greatest number where it never does.</summary>
    internal int LeastImagesOfBits { get; }

    /// <summary>How the kernel that takes one image makes the codes that follow by itself; null where it does not.</summary>
    internal QuantizedResult? Quantized { get; private set; }

    /// <summary>The same of the kernel that takes several.</summary>
    internal QuantizedResult? QuantizedBatched { get; private set; }

    /// <param name="quantizer">The one reader of the layer's result.</param>
    /// <param name="leastImagesOfBits">From how many images together on its codes are read as bit-planes.</param>
    internal void Quantize(QuantizeNode quantizer, int leastImagesOfBits)
    {
        if (Scale.InFloat is not { } factors || quantizer.Kind == QuantizerKind.ThreeValuedSign) return;
        QuantizedResult? Of(CodeThresholds? thresholds) => thresholds is null ? null : new(quantizer.Result, thresholds);
        void Apply(ReadOnlySpan<float> results, Span<short> codes) => Quantizers.Quantize(results, quantizer, codes);
        if (leastImagesOfBits == 1) Quantized = Of(Pixels?.TryQuantize(quantizer.Format, Apply, factors.Scale, factors.Shift));
        if (leastImagesOfBits <= Kernels.Batched?.LeastImages)
            QuantizedBatched = Of(Kernels.Batched.TryQuantize(quantizer.Format, Apply, factors.Scale, factors.Shift));
    }
}

/// <summary>The codes that a quantizer makes of a layer's result.</summary>
/// <param name="Tensor">That holds them.</param>
internal sealed record QuantizedResult(int Tensor, CodeThresholds Thresholds);
