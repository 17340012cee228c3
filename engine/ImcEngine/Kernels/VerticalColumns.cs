using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>
/// The vertical-counter kernel, columns in the lanes: for every pixel, row group and input plane, the driven rows' weight bits are added
/// into bit-sliced counters, converted, and accumulated with the input plane's weight, all without leaving the bit-sliced form.
/// <code>
/// tile of pixels -> row group -> block of lanes -> pixel -> input plane:  start, count, convert, accumulate
/// end of tile: accumulators -> integers per column -> weight planes combined -> one integer per (output, pixel)
/// </code>
/// Codes are accumulated; the caller's ADC must be affine in them.
/// </summary>
internal static unsafe class VerticalColumns<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Planes of a count or a code at most: they live on the stack.</summary>
    public const int MostPlanes = 32;

    private const int TilePixels = 16, CacheLine = 64;

    /// <param name="tables">Of the layer.</param>
    /// <param name="image">Packed activations.</param>
    /// <param name="firstPixel">Of the output, row-major.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="scratch">Of this thread.</param>
    /// <param name="sink">Takes the sums.</param>
    public static void Run<TSink>(VerticalTables tables, PackedImage image, int firstPixel, int pixels, KernelScratch scratch, TSink sink) where TSink : struct, IRowSink
    {
        var map = tables.Layer.Map;
        for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
        {
            tables.ChannelLists?.List(image, convGroup, scratch);
            for (int done = 0; done < pixels; done += TilePixels)
                RunTile(tables, image, convGroup, firstPixel + done, Math.Min(TilePixels, pixels - done), scratch, sink);
        }
    }

    private static void RunTile<TSink>(VerticalTables tables, PackedImage image, int convGroup, int firstPixel, int pixels, KernelScratch scratch, TSink sink) where TSink : struct, IRowSink
    {
        var layer = tables.Layer;
        var geometry = layer.Map.Geometry;
        int planes = layer.Map.InputFormat.Bits;
        int accumulatorVectors = tables.Blocks * tables.AccumulatorPlanes;
        var accumulators = (TVector*)scratch.Accumulators.Pointer((long)TilePixels * accumulatorVectors * sizeof(TVector));
        Unsafe.InitBlock(accumulators, 0, (uint)(pixels * accumulatorVectors * sizeof(TVector)));
        int listLength = layer.LargestGroup + Math.Max(ChannelLists.Slack, VerticalCounter<TLanes, TVector>.RowStep);
        var lists = (int*)scratch.Lists.Pointer((long)TilePixels * planes * listLength * sizeof(int));
        var selections = scratch.Selections.Span<Selection>(TilePixels, planes);
        var selector = new Selector(tables, image, convGroup, firstPixel, pixels, scratch);

        for (int rowGroup = 0; rowGroup < layer.Map.Groups.Length; rowGroup++)
        {
            for (int i = 0; i < pixels; i++)
                for (int plane = 0; plane < planes; plane++)
                    selections[i * planes + plane] = selector.Select(rowGroup, i, plane, lists + (i * planes + plane) * listLength);
            for (int block = 0; block < tables.Blocks; block++)
            {
                Prefetch(tables, convGroup, rowGroup, block);
                for (int i = 0; i < pixels; i++)
                    ConvertGroup(tables, convGroup, rowGroup, block, selections.Slice(i * planes, planes), lists + i * planes * listLength, listLength,
                        accumulators + i * accumulatorVectors + block * tables.AccumulatorPlanes);
            }
        }
        int outputs = tables.PaddedOutputs;
        fixed (int* ofPixel = scratch.PixelSums.Span<int>(TilePixels, outputs), integers = scratch.LaneSums.Span<int>(tables.Blocks, TLanes.Bits))
        {
            for (int i = 0; i < pixels; i++)
                Combine(tables, accumulators + i * accumulatorVectors, integers, ofPixel + i * outputs);
            Store(ofPixel, outputs, pixels, convGroup * geometry.GroupOutputChannels, geometry.GroupOutputChannels, firstPixel, sink);
        }
    }

    /// <summary>Loads what is read next while the processor counts: deep layers' weights come from beyond the second-level cache.</summary>
    private static void Prefetch(VerticalTables tables, int convGroup, int rowGroup, int block)
    {
        if (!Sse.IsSupported) return;
        var groups = tables.Layer.Map.Groups;
        if (++block == tables.Blocks) (block, rowGroup) = (0, rowGroup + 1);
        if (rowGroup == groups.Length) return;
        byte* first = tables.Rows(convGroup, block) + (long)groups[rowGroup].FirstRow * tables.VectorBytes;
        for (byte* line = first, end = first + (long)groups[rowGroup].Rows * tables.VectorBytes; line < end; line += CacheLine) Sse.Prefetch1(line);
    }

    /// <summary>Which table rows a conversion adds, and what its count starts from.</summary>
    /// <param name="Count">Rows listed, padded.</param>
    /// <param name="Start">Scalar part of u that the rows do not bring.</param>
    /// <param name="Parity">Which set of thresholds.</param>
    /// <param name="BorderClass">Which per-lane constants (XNOR).</param>
    private readonly record struct Selection(int Count, int Start, int Parity, int BorderClass);

    /// <summary>Lists the rows that the pixels of one tile drive.</summary>
    private readonly ref struct Selector
    {
        private readonly VerticalTables _tables;
        private readonly KernelScratch _scratch;
        private readonly int _firstPixel, _patchWords, _planes, _taps;
        private readonly Span<ulong> _patches;
        private readonly Span<int> _covered;

        public Selector(VerticalTables tables, PackedImage image, int convGroup, int firstPixel, int pixels, KernelScratch scratch)
        {
            (_tables, _scratch, _firstPixel) = (tables, scratch, firstPixel);
            var patch = tables.Layer.Patch;
            (_patchWords, _planes, _taps) = (patch.Words, image.Planes, tables.Layer.Map.Geometry.Taps);
            if (tables.ChannelLists is { } channelLists)
            {
                _covered = scratch.Covered.Span<int>(TilePixels, _taps);
                for (int i = 0; i < pixels; i++) channelLists.Cover(firstPixel + i, _covered.Slice(i * _taps, _taps));
                return;
            }
            _patches = scratch.Patches.Span<ulong>(TilePixels, _patchWords * _planes);
            for (int i = 0; i < pixels; i++) patch.Read(image, convGroup, firstPixel + i, _patches.Slice(i * _patchWords * _planes, _patchWords * _planes));
        }

        public Selection Select(int rowGroup, int pixel, int plane, int* list)
        {
            var layer = _tables.Layer;
            var group = layer.Map.Groups[rowGroup];
            int set = _tables.ChannelLists?.Append(_scratch, plane, rowGroup, _covered.Slice(pixel * _taps, _taps), list) ?? _tables.RowList.Append(Bits(pixel, plane), [], group, 0, list);
            int listed = set, borderClass = 0, start = 0, parity = 0;
            switch (layer.Map.Product)
            {
                case CellProduct.Gated:
                    start = _tables.Bias - (set >> 1);
                    parity = set & 1;
                    break;
                case CellProduct.Xnor when layer.InputMayBeUndriven:
                    listed += _tables.RowList.Append(Bits(pixel, layer.Map.InputFormat.Bits), Bits(pixel, plane), group, _tables.ComplementOffset, list + set);
                    start = _tables.Bias - (listed >> 1);
                    parity = listed & 1;
                    break;
                case CellProduct.Xnor:
                    borderClass = layer.Borders.Of(_firstPixel + pixel);
                    int rows = _tables.DrivenRows(borderClass, rowGroup);
                    start = _tables.Bias + rows - (rows >> 1) - set;
                    parity = rows & 1;
                    break;
            }
            return new(RowList.Pad(list, listed, VerticalCounter<TLanes, TVector>.RowStep, _tables.ZeroRowOffset), start - _tables.Base(parity), parity, borderClass);
        }

        private Span<ulong> Bits(int pixel, int plane) => _patches.Slice((pixel * _planes + plane) * _patchWords, _patchWords);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static void ConvertGroup(
        VerticalTables tables, int convGroup, int rowGroup, int block, ReadOnlySpan<Selection> selections, int* lists, int listLength, TVector* accumulator)
    {
        var counts = stackalloc TVector[CodeScale.Margin + MostPlanes];
        Unsafe.InitBlock(counts, 0, (uint)(CodeScale.Margin * sizeof(TVector)));
        counts += CodeScale.Margin;
        var code = stackalloc TVector[MostPlanes];
        var sum = stackalloc TVector[MostPlanes];
        var plan = tables.Plan;
        int planes = plan.Planes, accumulatorPlanes = tables.AccumulatorPlanes, negativeBit = tables.Layer.Map.InputFormat.NegativeBit, doubled = tables.Doubled ? 1 : 0;
        byte* rows = tables.Rows(convGroup, block);
        for (int plane = 0; plane < selections.Length; plane++, lists += listLength)
        {
            ref readonly var selection = ref selections[plane];
            if (doubled == 0) BitSlicedAccumulator<TLanes, TVector>.Start(selection.Start, counts, planes);
            else BitSlicedAccumulator<TLanes, TVector>.Start((TVector*)tables.Constants(selection.BorderClass, convGroup, rowGroup) + block * planes, selection.Start, counts, planes);
            VerticalCounter<TLanes, TVector>.Add(rows, lists, selection.Count, counts + doubled, planes - doubled);
            BitSlicedAdc<TLanes, TVector>.Convert(counts, plan, (TVector*)tables.Comparisons(selection.Parity), code);
            CodeCombiner<TLanes, TVector>.Add(sum, plane, code, plan.CodePlanes, plane == negativeBit);
        }
        BitSlicedAccumulator<TLanes, TVector>.Add(accumulator, accumulatorPlanes, sum, plan.CodePlanes + selections.Length, negativeBit >= 0, 0);
    }

    /// <summary>Accumulators of one pixel to integers, its weight planes added with their weights.</summary>
    /// <param name="integers">One per lane, working memory.</param>
    /// <param name="ofOutput">One per padded output, written.</param>
    private static void Combine(VerticalTables tables, TVector* accumulators, int* integers, int* ofOutput)
    {
        for (int block = 0; block < tables.Blocks; block++)
            BitTranspose<TLanes, TVector>.ToIntegers(accumulators + block * tables.AccumulatorPlanes, tables.AccumulatorPlanes, integers + block * TLanes.Bits);
        var format = tables.Layer.Map.WeightFormat;
        int outputs = tables.PaddedOutputs;
        for (int output = 0; output < outputs; output += Vector256<int>.Count)
        {
            var sum = Vector256<int>.Zero;
            for (int bit = 0; bit < format.Bits; bit++)
                sum += Vector256.Load(integers + bit * outputs + output) * format.PlaneWeight(bit);
            sum.Store(ofOutput + output);
        }
    }

    /// <summary>A tile's sums, output by output, so that neighbouring pixels are written together.</summary>
    private static void Store<TSink>(int* ofPixel, int stride, int pixels, int firstOutput, int outputs, int firstPixel, TSink sink) where TSink : struct, IRowSink
    {
        Span<int> row = stackalloc int[TilePixels];
        for (int output = 0; output < outputs; output++)
        {
            for (int i = 0; i < pixels; i++) row[i] = ofPixel[i * stride + output];
            sink.Store(firstOutput + output, firstPixel, row[..pixels]);
        }
    }
}
