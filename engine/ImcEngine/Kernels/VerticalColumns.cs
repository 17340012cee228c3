using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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

    private const int TilePixels = 16;

    /// <param name="tables">Of the layer.</param>
    /// <param name="image">Packed activations.</param>
    /// <param name="firstPixel">Of the output, row-major.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="scratch">Of this thread.</param>
    /// <param name="sums"><c>[outputChannel, pixel]</c> with the whole output's pixels as row length; sums of codes times plane weights.</param>
    public static void Run(VerticalTables tables, PackedImage image, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        var map = tables.Layer.Map;
        for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
            for (int done = 0; done < pixels; done += TilePixels)
                RunTile(tables, image, convGroup, firstPixel + done, Math.Min(TilePixels, pixels - done), scratch, sums);
    }

    private static void RunTile(VerticalTables tables, PackedImage image, int convGroup, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        var layer = tables.Layer;
        var geometry = layer.Map.Geometry;
        int patchWords = layer.Patch.Words, planes = layer.Map.InputFormat.Bits;
        var patches = scratch.Patches.Span<ulong>(TilePixels, patchWords * image.Planes);
        for (int i = 0; i < pixels; i++)
            layer.Patch.Read(image, convGroup, firstPixel + i, patches.Slice(i * patchWords * image.Planes, patchWords * image.Planes));
        int accumulatorVectors = tables.Blocks * tables.AccumulatorPlanes;
        var accumulators = (TVector*)scratch.Accumulators.Pointer((long)TilePixels * accumulatorVectors * sizeof(TVector));
        Unsafe.InitBlock(accumulators, 0, (uint)(pixels * accumulatorVectors * sizeof(TVector)));
        int listLength = layer.LargestGroup + Math.Max(RowList.Slack, VerticalCounter<TLanes, TVector>.RowStep);
        var lists = (int*)scratch.Lists.Pointer((long)TilePixels * planes * listLength * sizeof(int));
        var selections = scratch.Selections.Span<Selection>(TilePixels, planes);

        for (int rowGroup = 0; rowGroup < layer.Map.Groups.Length; rowGroup++)
        {
            for (int i = 0; i < pixels; i++)
                for (int plane = 0; plane < planes; plane++)
                {
                    int at = i * planes + plane;
                    selections[at] = Select(tables, rowGroup, firstPixel + i, plane, patches.Slice(i * patchWords * image.Planes, patchWords * image.Planes), patchWords, lists + at * listLength);
                }
            for (int block = 0; block < tables.Blocks; block++)
                for (int i = 0; i < pixels; i++)
                    ConvertGroup(tables, convGroup, rowGroup, block, selections.Slice(i * planes, planes), lists + i * planes * listLength, listLength,
                        accumulators + i * accumulatorVectors + block * tables.AccumulatorPlanes);
        }
        int outputs = tables.PaddedOutputs;
        fixed (int* ofPixel = scratch.PixelSums.Span<int>(TilePixels, outputs), integers = scratch.LaneSums.Span<int>(tables.Blocks, TLanes.Bits))
        {
            for (int i = 0; i < pixels; i++)
                Combine(tables, accumulators + i * accumulatorVectors, integers, ofPixel + i * outputs);
            Store(ofPixel, outputs, pixels, geometry.GroupOutputChannels, geometry.OutputPixels, sums[(convGroup * geometry.GroupOutputChannels * geometry.OutputPixels + firstPixel)..]);
        }
    }

    /// <summary>Which table rows a conversion adds, and what its count starts from.</summary>
    /// <param name="Count">Rows listed, padded.</param>
    /// <param name="Start">Scalar part of u that the rows do not bring.</param>
    /// <param name="Parity">Which set of thresholds.</param>
    /// <param name="BorderClass">Which per-lane constants (XNOR).</param>
    private readonly record struct Selection(int Count, int Start, int Parity, int BorderClass);

    private static Selection Select(VerticalTables tables, int rowGroup, int pixel, int plane, ReadOnlySpan<ulong> patch, int patchWords, int* list)
    {
        var layer = tables.Layer;
        var group = layer.Map.Groups[rowGroup];
        var bits = patch.Slice(plane * patchWords, patchWords);
        int set = tables.RowList.Append(bits, [], group, 0, list), listed = set;
        int borderClass = 0, start = 0, parity = 0;
        switch (layer.Map.Product)
        {
            case CellProduct.Gated:
                start = tables.Bias - (set >> 1);
                parity = set & 1;
                break;
            case CellProduct.Xnor when layer.InputMayBeUndriven:
                var driven = patch.Slice(layer.Map.InputFormat.Bits * patchWords, patchWords);
                listed += tables.RowList.Append(driven, bits, group, tables.ComplementOffset, list + set);
                start = tables.Bias - (listed >> 1);
                parity = listed & 1;
                break;
            case CellProduct.Xnor:
                borderClass = layer.Borders.Of(pixel);
                int rows = tables.DrivenRows(borderClass, rowGroup);
                start = tables.Bias + rows - (rows >> 1) - set;
                parity = rows & 1;
                break;
        }
        return new(RowList.Pad(list, listed, VerticalCounter<TLanes, TVector>.RowStep, tables.ZeroRowOffset), start - tables.Base(parity), parity, borderClass);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static void ConvertGroup(
        VerticalTables tables, int convGroup, int rowGroup, int block, ReadOnlySpan<Selection> selections, int* lists, int listLength, TVector* accumulator)
    {
        var counts = stackalloc TVector[CodeScale.Margin + MostPlanes];
        Unsafe.InitBlock(counts, 0, (uint)(CodeScale.Margin * sizeof(TVector)));
        counts += CodeScale.Margin;
        var code = stackalloc TVector[MostPlanes];
        var format = tables.Layer.Map.InputFormat;
        byte* rows = tables.Rows(convGroup) + block * tables.VectorBytes;
        for (int plane = 0; plane < selections.Length; plane++)
        {
            var selection = selections[plane];
            Count(tables, convGroup, rowGroup, block, selection, rows, lists + plane * listLength, counts);
            BitSlicedAdc<TLanes, TVector>.Convert(counts, tables.Plan, (TVector*)tables.Comparisons(selection.Parity), code);
            if (format.PlaneWeight(plane) > 0)
                BitSlicedAccumulator<TLanes, TVector>.Add(accumulator, tables.AccumulatorPlanes, code, tables.Plan.CodePlanes, plane);
            else
                BitSlicedAccumulator<TLanes, TVector>.Subtract(accumulator, tables.AccumulatorPlanes, code, tables.Plan.CodePlanes, plane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Count(VerticalTables tables, int convGroup, int rowGroup, int block, in Selection selection, byte* rows, int* list, TVector* counts)
    {
        if (!tables.Doubled)
        {
            BitSlicedAccumulator<TLanes, TVector>.Start(selection.Start, counts, tables.Plan.Planes);
            VerticalCounter<TLanes, TVector>.Add(rows, list, selection.Count, counts, tables.Plan.Planes);
            return;
        }
        var constants = (TVector*)tables.Constants(selection.BorderClass, convGroup, rowGroup) + block * tables.Plan.Planes;
        BitSlicedAccumulator<TLanes, TVector>.Start(constants, selection.Start, counts, tables.Plan.Planes);
        VerticalCounter<TLanes, TVector>.Add(rows, list, selection.Count, counts + 1, tables.Plan.Planes - 1);
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
    private static void Store(int* ofPixel, int stride, int pixels, int outputs, int rowLength, Span<long> sums)
    {
        for (int output = 0; output < outputs; output++)
        {
            var row = sums.Slice(output * rowLength, pixels);
            for (int i = 0; i < row.Length; i++) row[i] = ofPixel[i * stride + output];
        }
    }
}
