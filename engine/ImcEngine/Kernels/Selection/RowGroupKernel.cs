using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// The kernel of a layer whose row groups have different ADCs (ARITHMETIC §15). Each part has the row groups that are converted alike, and
/// a kernel for them alone:
/// <code>acc = sum over parts of the part's accumulators</code>
/// The parts count the same level units. Each is prepared for its row groups only, so that no conversion is made twice.
/// </summary>
/// <param name="id">The identity of each part's kernel.</param>
/// <param name="parts">The kernels; all read the same form of inputs.</param>
internal sealed class RowGroupKernel(KernelId id, ConvGeometry geometry, IReadOnlyList<ILayerKernel> parts) : IDieKernel
{
    public KernelId Id => id;
    public bool ReadsPlanes => parts[0].ReadsPlanes;
    public int LeastPixels => parts.Max(part => part.LeastPixels);
    public long Bytes => parts.Sum(part => (part as IDieKernel)?.Bytes ?? 0);

    /// <summary>Prepares the kernel; returns null where a part's kernel does not support its row groups.</summary>
    /// <param name="prepare">Prepares the kernel of a part.</param>
    public static RowGroupKernel? TryPrepare(KernelId id, MappedLayer layer, IReadOnlyList<RowGroupAdcs> rowGroups,
        Func<MappedLayer, RowGroupAdcs, ILayerKernel?> prepare)
    {
        var parts = new List<ILayerKernel>();
        foreach (var adcs in rowGroups)
        {
            if (prepare(layer.OfRowGroups(adcs.RowGroups), adcs) is not { } part) return null;
            parts.Add(part);
        }
        return new(id, layer.Map.Geometry, parts);
    }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums)
    {
        parts[0].Run(codes, planes, context, firstPixel, pixels, scratch, sums);
        var ofPart = scratch.PartSums.Span<long>(geometry.OutputChannels, geometry.OutputPixels);
        for (int part = 1; part < parts.Count; part++)
        {
            parts[part].Run(codes, planes, context, firstPixel, pixels, scratch, ofPart);
            for (int channel = 0; channel < geometry.OutputChannels; channel++)
            {
                int first = channel * geometry.OutputPixels + firstPixel;
                Add(ofPart.Slice(first, pixels), sums.Slice(first, pixels));
            }
        }
    }

    private static void Add(ReadOnlySpan<long> from, Span<long> to)
    {
        for (int i = 0; i < to.Length; i++) to[i] += from[i];
    }
}
