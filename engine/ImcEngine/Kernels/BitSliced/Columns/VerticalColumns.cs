using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Columns;

/// <summary>
/// The bit-sliced kernel with one column per lane. For every pixel, row group and input plane, it adds the weight bits of the driven rows
/// to bit-sliced counters, converts the counts, and accumulates the codes with the weight of the input plane. All of this stays in
/// bit-sliced form. With digits (ARITHMETIC §15) a lane has a weight digit, and one counter takes all planes of an input digit.
/// <code>
/// tile of pixels -> row group:  list the driven rows of every pixel and input plane
///                -> block of columns:  the compiled program, over all pixels
/// end of tile: accumulators -> integers per column -> weight digits combined -> one integer per (output, pixel)
/// </code>
/// Codes are accumulated, and residuals where the levels are not on a line.
/// </summary>
internal static unsafe class VerticalColumns<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private const int TilePixels = 16, CacheLine = 64;

    /// <summary>Computes the sums of some output pixels.</summary>
    /// <param name="conversions">The conversions of the layer.</param>
    /// <param name="image">The packed activations.</param>
    /// <param name="firstPixel">The first output pixel, row-major.</param>
    /// <param name="pixels">The number of output pixels.</param>
    /// <param name="scratch">The calling thread's scratch.</param>
    /// <param name="sink">Takes the sums.</param>
    public static void Run<TSink>(ColumnConversions conversions, PackedImage image, int firstPixel, int pixels, KernelScratch scratch,
        TSink sink) where TSink : struct, IRowSink
    {
        var tables = conversions.Tables;
        for (int convGroup = 0; convGroup < tables.Layer.Map.Geometry.Groups; convGroup++)
        {
            var listed = tables.ChannelLists?.List(image, convGroup, firstPixel, pixels, scratch) ?? default;
            for (int done = 0; done < pixels; done += TilePixels)
                RunTile(conversions, image, listed, convGroup, firstPixel + done, Math.Min(TilePixels, pixels - done), scratch, sink);
        }
    }

    private static void RunTile<TSink>(
        ColumnConversions conversions, PackedImage image, in ChannelLists.Listed listed, int convGroup, int firstPixel, int pixels,
        KernelScratch scratch, TSink sink) where TSink : struct, IRowSink
    {
        var tables = conversions.Tables;
        var layer = tables.Layer;
        var geometry = layer.Map.Geometry;
        int planes = layer.Map.InputFormat.Bits, blockBytes = conversions.AccumulatorPlanes * sizeof(TVector),
            pixelBytes = tables.Blocks * blockBytes;
        byte* accumulators = scratch.Accumulators.Pointer((long)TilePixels * pixelBytes);
        Unsafe.InitBlock(accumulators, 0, (uint)(pixels * pixelBytes));
        var selected = (Conversion*)scratch.Conversions.Pointer((long)TilePixels * planes * sizeof(Conversion));
        var selector = new Selector(tables, image, listed, convGroup, firstPixel, pixels, scratch);

        for (int rowGroup = 0; rowGroup < layer.Map.Groups.Length; rowGroup++)
        {
            for (int i = 0; i < pixels; i++) selector.Select(rowGroup, i, selected + i * planes);
            for (int block = 0; block < tables.Blocks; block++)
            {
                Prefetch(tables, convGroup, rowGroup, block);
                conversions.Program(tables.Rows(convGroup, block), selected, pixels,
                    tables.Starts is null ? null : tables.Starts.Mask(block),
                    (byte*)null + (long)block * tables.ConstantsBytes, conversions.Constants(convGroup, rowGroup, block),
                    accumulators + block * blockBytes, pixelBytes);
            }
        }
        int outputs = tables.PaddedOutputs, codePlanes = conversions.Codes.Planes, residualPlanes = conversions.Residuals.Planes;
        fixed (int* ofPixel = scratch.OutputSums.Span<int>(2 * TilePixels, outputs),
            integers = scratch.LaneSums.Span<int>(tables.Blocks, TLanes.Bits))
        {
            int* residualsOfPixel = residualPlanes > 0 ? ofPixel + TilePixels * outputs : null;
            for (int i = 0; i < pixels; i++)
            {
                var ofBlocks = (TVector*)(accumulators + i * pixelBytes);
                Combine(conversions, ofBlocks, codePlanes, integers, ofPixel + i * outputs);
                if (residualPlanes > 0)
                    Combine(conversions, ofBlocks + codePlanes, residualPlanes, integers, residualsOfPixel + i * outputs);
            }
            Store(ofPixel, residualsOfPixel, outputs, pixels, convGroup * geometry.GroupOutputChannels, geometry.GroupOutputChannels,
                firstPixel, sink);
        }
    }

    /// <summary>Prefetches the rows of the next block while this one is counted: the weights of deep layers do not fit in the second-level
    /// cache.</summary>
    private static void Prefetch(VerticalTables tables, int convGroup, int rowGroup, int block)
    {
        if (!Sse.IsSupported) return;
        var groups = tables.Layer.Map.Groups;
        if (++block == tables.Blocks) (block, rowGroup) = (0, rowGroup + 1);
        if (rowGroup == groups.Length) return;
        byte* first = tables.Rows(convGroup, block) + (long)groups[rowGroup].FirstRow * tables.VectorBytes;
        for (byte* line = first, end = first + (long)groups[rowGroup].Rows * tables.VectorBytes; line < end; line += CacheLine)
            Sse.Prefetch1(line);
    }

    /// <summary>Lists the rows that the pixels of one tile drive.</summary>
    private readonly ref struct Selector
    {
        private readonly VerticalTables _tables;
        private readonly ChannelLists.Listed _listed;
        private readonly int _convGroup, _firstPixel, _patchWords, _planes, _taps;
        private readonly Span<ulong> _patches;
        private readonly Span<int> _covered;
        private readonly ushort* _lists;
        private readonly ulong* _starts;
        private readonly int _listLength;

        public Selector(VerticalTables tables, PackedImage image, in ChannelLists.Listed listed, int convGroup, int firstPixel, int pixels,
            KernelScratch scratch)
        {
            (_tables, _listed, _convGroup, _firstPixel) = (tables, listed, convGroup, firstPixel);
            var patch = tables.Layer.Patch;
            (_patchWords, _planes, _taps) = (patch.Words, image.Planes, tables.Layer.Map.Geometry.Taps);
            _listLength = tables.Layer.LargestGroup + Math.Max(CompactRowList.Slack, ChannelLists.Slack);
            _lists = (ushort*)scratch.RowLists.Pointer((long)TilePixels * tables.Layer.Map.InputFormat.Bits * _listLength * sizeof(ushort));
            if (tables.Starts is { } starts)
                _starts = (ulong*)scratch.CountStarts.Pointer(
                    (long)TilePixels * tables.Layer.Map.InputDigits.Count * starts.Words * sizeof(ulong));
            if (tables.ChannelLists is { } channelLists)
            {
                _covered = scratch.CoveredInputs.Span<int>(TilePixels, _taps);
                for (int i = 0; i < pixels; i++) channelLists.Cover(firstPixel + i, _covered.Slice(i * _taps, _taps));
                return;
            }
            _patches = scratch.WindowBits.Span<ulong>(TilePixels, _patchWords * _planes);
            for (int i = 0; i < pixels; i++)
                patch.Read(image, convGroup, firstPixel + i, _patches.Slice(i * _patchWords * _planes, _patchWords * _planes));
        }

        /// <summary>Makes the conversions of one pixel in one row group.</summary>
        /// <param name="conversions">One per input plane, the most significant first; written.</param>
        public void Select(int rowGroup, int pixel, Conversion* conversions)
        {
            var layer = _tables.Layer;
            int planes = layer.Map.InputFormat.Bits;
            ushort* lists = _lists + pixel * planes * _listLength;
            byte* constants = _tables.HasConstants
                ? _tables.Constants(layer.Borders.ClassOf(_firstPixel + pixel), _convGroup, rowGroup) : null;
            int* counts = stackalloc int[planes];
            if (_tables.ChannelLists is { } channelLists)
                channelLists.Select(_listed, rowGroup, _covered.Slice(pixel * _taps, _taps), lists, _listLength, counts);
            else
                for (int plane = 0; plane < planes; plane++)
                    counts[plane] = List(layer.Map.Groups[rowGroup], pixel, plane, lists + plane * _listLength);
            for (int plane = planes - 1; plane >= 0; plane--, conversions++)
            {
                ushort* list = lists + plane * _listLength;
                *conversions = new(list, CompactRowList.Pad(list, counts[plane], CompactRowList.Step, _tables.ZeroRow),
                    constants + _tables.ConstantsOfPlane[plane],
                    _tables.Starts is null ? _tables.Words(counts[plane]) : StartOf(pixel, plane, counts));
            }
        }

        /// <summary>Returns the starts of the digit whose top plane this is; null for another plane.</summary>
        private ulong* StartOf(int pixel, int plane, int* counts)
        {
            var (starts, digits) = (_tables.Starts!, _tables.Layer.Map.InputDigits);
            int digit = digits.DigitOf(plane);
            if (digits[digit].EndPlane - 1 != plane) return null;
            ulong* words = _starts + (pixel * digits.Count + digit) * starts.Words;
            starts.Write(digit, counts, words);
            return words;
        }

        private int List(RowGroup group, int pixel, int plane, ushort* list)
        {
            int listed = _tables.RowList.Append(Bits(pixel, plane), [], group, 0, list);
            if (_tables.Layer.InputMayBeUndriven)
                listed += _tables.RowList.Append(Bits(pixel, _planes - 1), Bits(pixel, plane), group, _tables.ComplementRow, list + listed);
            return listed;
        }

        private Span<ulong> Bits(int pixel, int plane) => _patches.Slice((pixel * _planes + plane) * _patchWords, _patchWords);
    }

    /// <summary>Converts the accumulators of one pixel to integers, and adds its weight digits with their weights.</summary>
    /// <param name="accumulators">The accumulators of the first block: those of codes or of residuals.</param>
    /// <param name="planes">The planes of these accumulators.</param>
    /// <param name="integers">Working memory, one integer per lane.</param>
    /// <param name="ofOutput">One sum per padded output; written.</param>
    private static void Combine(ColumnConversions conversions, TVector* accumulators, int planes, int* integers, int* ofOutput)
    {
        var tables = conversions.Tables;
        for (int block = 0; block < tables.Blocks; block++)
            BitTranspose<TLanes, TVector>.ToIntegers(accumulators + block * conversions.AccumulatorPlanes, planes,
                integers + block * TLanes.Bits);
        var digits = tables.Layer.Map.WeightDigits;
        int outputs = tables.PaddedOutputs, top = digits.Count - 1;
        for (int output = 0; output < outputs; output += Vector256<int>.Count)
        {
            var sum = Vector256.Load(integers + top * outputs + output);
            if (digits.Weight(top) < 0) sum = -sum;
            for (int digit = top - 1; digit >= 0; digit--)
                sum = (sum << digits[digit].Planes) + Vector256.Load(integers + digit * outputs + output);
            sum.Store(ofOutput + output);
        }
    }

    /// <summary>Stores the sums of a tile output by output, so that neighbouring pixels are written together.</summary>
    /// <param name="residualsOfPixel">The residuals, laid out as <paramref name="ofPixel"/>; null for none.</param>
    private static void Store<TSink>(int* ofPixel, int* residualsOfPixel, int stride, int pixels, int firstOutput, int outputs,
        int firstPixel, TSink sink) where TSink : struct, IRowSink
    {
        const int Side = Square.Side;
        int* rows = stackalloc int[Side * TilePixels], residuals = stackalloc int[Side * TilePixels];
        for (int output = 0; output < outputs; output += Side)
        {
            Transpose(ofPixel + output, stride, pixels, rows);
            if (residualsOfPixel is not null) Transpose(residualsOfPixel + output, stride, pixels, residuals);
            sink.Store(firstOutput + output, firstPixel,
                new(rows, residualsOfPixel is null ? null : residuals, TilePixels, Math.Min(Side, outputs - output), pixels));
        }
    }

    private static void Transpose(int* ofPixel, int stride, int pixels, int* rows)
    {
        // The integers are moved as floats, which keeps all bits.
        for (int pixel = 0; pixel < pixels; pixel += Square.Side)
            Square.Transpose8x8((float*)(ofPixel + pixel * stride), stride, (float*)(rows + pixel), TilePixels);
    }
}
