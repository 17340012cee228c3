using System.Collections.Concurrent;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation;

/// <summary>
/// The histograms of all partial sums of macro layers. The inputs of images are kept until they fill the vectors of the layer's
/// <see cref="HistogramKernel"/>; the thread that brings the last one counts them. Histograms do not depend on the order of images.
/// </summary>
internal sealed unsafe class PartialSumHistograms
{
    private readonly MappedNetwork _mapped;
    private readonly PendingInputs?[] _layers;
    private readonly ConcurrentBag<KernelScratch> _scratch = [];

    /// <param name="layers">The ordinals of the layers to count; null for all.</param>
    /// <param name="byRowGroup">Whether the row groups of a layer are counted separately, by its ordinal; null for none.</param>
    public PartialSumHistograms(MappedNetwork mapped, IReadOnlyCollection<int>? layers = null, IReadOnlyList<bool>? byRowGroup = null)
    {
        _mapped = mapped;
        _layers = Workers.Make(mapped.Layers.Count, layer => layers is null || layers.Contains(layer)
            ? new PendingInputs(HistogramKernel.Create(mapped.Layers[layer]), byRowGroup?[layer] == true) : null);
    }

    /// <summary>Adds the conversions of the images that a layer is about to read.</summary>
    public void Add(int layer, ReadOnlySpan<ImageState> states)
    {
        if (_layers[layer] is not { } pending) return;
        int tensor = _mapped.Network.MacroLayers[layer].Inputs[0];
        foreach (var state in states) Count(pending, pending.Append(state, tensor));
    }

    /// <summary>Adds the conversions of one image.</summary>
    /// <param name="codes">The input codes, <c>[channel, y, x]</c>.</param>
    public void Add(int layer, ReadOnlySpan<short> codes)
    {
        if (_layers[layer] is { } pending) Count(pending, pending.Append(codes));
    }

    /// <summary>Counts what is pending and returns the histograms of each layer; null for a layer that is not counted. Nothing may be added
    /// any more.</summary>
    public IReadOnlyList<RowGroupHistograms?> Finish(int threads)
    {
        Workers.For(_layers.Length, threads, CancellationToken.None, layer =>
        {
            if (_layers[layer] is not { } pending) return;
            Count(pending, pending.Take());
            pending.Total.LeaveOutDigitalPairs();
        });
        return [.. _layers.Select(layer => layer?.Total)];
    }

    private void Count(PendingInputs pending, Inputs? inputs)
    {
        if (inputs is not { Count: > 0 } full) return;
        var scratch = _scratch.TryTake(out var kept) ? kept : new();
        pending.Run(full, scratch);
        _scratch.Add(scratch);
    }

    /// <summary>The inputs of some images.</summary>
    private readonly record struct Inputs(AlignedBuffer Bits, int Count);

    private sealed class PendingInputs(HistogramKernel kernel, bool byRowGroup)
    {
        private readonly Lock _lock = new();
        private readonly PixelBits _layout = kernel.Layer.Inputs;
        private AlignedBuffer? _bits;
        private int _count;

        public RowGroupHistograms Total { get; } = new(kernel.Layer, byRowGroup);

        /// <summary>Appends the inputs of one image; returns all of them once they fill the vectors.</summary>
        public Inputs? Append(ImageState state, int tensor)
        {
            lock (_lock)
            {
                state.CopyBits(tensor, _layout, Next());
                return TakeFull();
            }
        }

        /// <inheritdoc cref="Append(ImageState, int)"/>
        public Inputs? Append(ReadOnlySpan<short> codes)
        {
            lock (_lock)
            {
                _layout.Pack(codes, Next());
                return TakeFull();
            }
        }

        public Inputs? Take()
        {
            if (_bits is null) return null;
            var inputs = new Inputs(_bits, _count);
            (_bits, _count) = (null, 0);
            return inputs;
        }

        public void Run(in Inputs inputs, KernelScratch scratch)
        {
            Span<nint> images = stackalloc nint[inputs.Count];
            for (int image = 0; image < images.Length; image++) images[image] = (nint)At(inputs.Bits, image);
            var own = new RowGroupHistograms(kernel.Layer, byRowGroup);
            kernel.Run(images, scratch, own);
            GC.KeepAlive(inputs.Bits);
            lock (_lock) Total.Add(own);
        }

        private ulong* Next()
        {
            _bits ??= new((long)kernel.Images * _layout.Length * sizeof(ulong));
            return At(_bits, _count++);
        }

        private Inputs? TakeFull() => _count == kernel.Images ? Take() : null;

        private ulong* At(AlignedBuffer bits, int image) => (ulong*)bits.Pointer + ((long)image * _layout.Length);
    }
}
