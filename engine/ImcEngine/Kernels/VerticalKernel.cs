using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>Vertical counters, columns in the lanes, at one vector width (see <see cref="VerticalColumns{TLanes, TVector}"/>).</summary>
internal sealed class VerticalKernel<TLanes, TVector> : ILayerKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    // Accumulators are combined in int32; planes of a count live on the stack.
    private const int MostAccumulatorPlanes = 24;
    private const int MostPlanes = VerticalColumns<TLanes, TVector>.MostPlanes;

    private readonly VerticalTables _tables;
    private readonly long _first, _step;

    private VerticalKernel(MappedLayer layer, IntegerAdc adc, long first, long step)
    {
        _tables = new(layer, adc, TLanes.Bits);
        _first = first * layer.Map.PlaneWeightSum;
        _step = step;
    }

    public bool ReadsPlanes => true;

    /// <summary>Null where the layer's ADCs are not one list of levels that is affine in the code.</summary>
    public static ILayerKernel? TryPrepare(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs)
    {
        if (adcs.Count != 1 || !adcs[0].IsAffine(out long first, out long step)) return null;
        var kernel = new VerticalKernel<TLanes, TVector>(layer, adcs[0], first, step);
        return kernel._tables.AccumulatorPlanes <= MostAccumulatorPlanes && kernel._tables.Plan.Planes <= MostPlanes ? kernel : null;
    }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        VerticalColumns<TLanes, TVector>.Run(_tables, planes, firstPixel, pixels, scratch, sums);
        if (_step == 1 && _first == 0) return;
        int rowLength = _tables.Layer.Map.Geometry.OutputPixels;
        for (int at = firstPixel; at < sums.Length; at += rowLength)
            foreach (ref long sum in sums.Slice(at, pixels)) sum = sum * _step + _first;
    }
}
