using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>
/// The kernel of a die whose columns err, but whose cells are ideal and which has no noise: codes follow from counts by thresholds of each column's own, so
/// counting, converting and accumulating stay bit-sliced, as in the vertical kernels.
/// <code>tile of pixels -> row group -> block of columns -> pixel -> input plane:  count, compare (DieThresholds), accumulate;  end of tile: integers, CodeSums</code>
/// </summary>
internal sealed unsafe class DieThresholdKernel<TLanes, TVector> : IDieKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private const int TilePixels = 16;
    private const int MostPlanes = 32;

    private readonly MappedLayer _layer;
    private readonly MatchCounter<TLanes, TVector> _counter;
    private readonly DieThresholds _thresholds;
    private readonly CodeSums _sums;
    private readonly DieRowLists _lists;
    private readonly int _accumulatorPlanes;

    public DieThresholdKernel(MappedLayer layer, MatchCounter<TLanes, TVector> counter, DieCells cells, DieThresholds thresholds, CodeSums sums)
    {
        (_layer, _counter, _thresholds, _sums) = (layer, counter, thresholds, sums);
        _lists = new(layer, counter, cells);
        _accumulatorPlanes = AccumulatorRange.Planes(layer.Map, thresholds.Plan.Thresholds);
        CellBytes = cells.Bytes;
    }

    public bool ReadsPlanes => true;
    public long Bytes => CellBytes + _counter.Bytes + _thresholds.Bytes;
    private long CellBytes { get; }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        for (int convGroup = 0; convGroup < _layer.Map.Geometry.Groups; convGroup++)
            for (int done = 0; done < pixels; done += TilePixels)
                RunTile(planes, convGroup, firstPixel + done, Math.Min(TilePixels, pixels - done), scratch, sums);
    }

    private void RunTile(PackedImage image, int convGroup, int firstPixel, int pixels, KernelScratch scratch, Span<long> results)
    {
        var map = _layer.Map;
        int planes = map.InputFormat.Bits, ofPixel = _counter.Blocks * _accumulatorPlanes;
        var patches = _lists.ReadPatches(image, convGroup, firstPixel, pixels, scratch);
        var selections = scratch.Selections.Span<DieSelection>(pixels, planes);
        var accumulators = (TVector*)scratch.Accumulators.Pointer((long)pixels * ofPixel * sizeof(TVector));
        new Span<TVector>(accumulators, pixels * ofPixel).Clear();
        for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
        {
            _lists.List(image.Planes, convGroup, rowGroup, firstPixel, patches, scratch, selections);
            for (int block = 0; block < _counter.Blocks; block++)
                for (int i = 0; i < pixels; i++)
                    Convert(convGroup, block, convGroup * map.RowTiles + rowGroup / map.Slots, selections.Slice(i * planes, planes), accumulators + i * ofPixel + block * _accumulatorPlanes);
        }
        var integers = (int*)scratch.LaneSums.Pointer((long)_counter.Columns * sizeof(int));
        for (int i = 0; i < pixels; i++)
        {
            for (int block = 0; block < _counter.Blocks; block++)
                BitTranspose<TLanes, TVector>.ToIntegers(accumulators + i * ofPixel + block * _accumulatorPlanes, _accumulatorPlanes, integers + block * TLanes.Bits);
            _sums.Combine(integers, convGroup, firstPixel + i, results);
        }
    }

    /// <summary>The conversions of one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private void Convert(int convGroup, int block, int errorSet, ReadOnlySpan<DieSelection> selections, TVector* accumulator)
    {
        TVector* counts = stackalloc TVector[MostPlanes], code = stackalloc TVector[MostPlanes];
        var plan = _thresholds.Plan;
        for (int plane = 0; plane < selections.Length; plane++)
        {
            ref readonly var selection = ref selections[plane];
            int listed = -selection.BiasCounts;
            BitSlicedAccumulator<TLanes, TVector>.Start(_thresholds.Bias - (listed >> 1), counts, plan.Planes);
            _counter.Add(convGroup, block, selection, counts, plan.Planes);
            BitSlicedAdc<TLanes, TVector>.Convert(counts, plan, (TVector*)_thresholds.Of(errorSet, block, listed & 1), code);
            if (_layer.Map.InputFormat.PlaneWeight(plane) > 0) BitSlicedAccumulator<TLanes, TVector>.Add(accumulator, _accumulatorPlanes, code, plan.CodePlanes, false, plane);
            else BitSlicedAccumulator<TLanes, TVector>.Subtract(accumulator, _accumulatorPlanes, code, plan.CodePlanes, false, plane);
        }
    }
}
