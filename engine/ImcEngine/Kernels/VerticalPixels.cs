using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>
/// The vertical-counter kernel, output pixels in the lanes: for every column the rows with a set weight bit are added, converted and accumulated.
/// What is added is known at load, so nothing is searched or gathered per pixel.
/// <code>
/// block of pixels -> rows of all input planes -> row group -> input plane -> output, weight bit:  start, count, convert, accumulate
/// end of block: accumulators -> one integer per (output, pixel)
/// </code>
/// One input plane of one row group stays in the first-level cache while all columns read it.
/// </summary>
internal static unsafe class VerticalPixels<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <param name="tables">Of the layer.</param>
    /// <param name="planes">How its image is packed.</param>
    /// <param name="codes">Activation codes, <c>[channel, y, x]</c>.</param>
    /// <param name="firstPixel">Of the output, row-major.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="scratch">Of this thread.</param>
    /// <param name="sink">Takes the sums.</param>
    public static void Run<TSink>(PixelTables tables, PixelPlanes planes, ReadOnlySpan<short> codes, int firstPixel, int pixels, KernelScratch scratch, TSink sink) where TSink : struct, IRowSink
    {
        var geometry = tables.Layer.Map.Geometry;
        int groupInputs = codes.Length / geometry.Groups;
        var bitmaps = (ulong*)scratch.Patches.Pointer(planes.BitmapBytes);
        new Span<byte>(bitmaps, checked((int)planes.BitmapBytes)).Clear();
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
        {
            planes.Pack(codes.Slice(convGroup * groupInputs, groupInputs), bitmaps, scratch.PixelSums.Span<short>(1, geometry.OutputPixels));
            for (int block = firstPixel / TLanes.Bits; block * TLanes.Bits < firstPixel + pixels; block++)
                RunBlock(tables, planes, bitmaps, convGroup, block, firstPixel, firstPixel + pixels, scratch, sink);
        }
    }

    private static void RunBlock<TSink>(
        PixelTables tables, PixelPlanes planes, ulong* bitmaps, int convGroup, int block, int firstPixel, int endPixel, KernelScratch scratch, TSink sink) where TSink : struct, IRowSink
    {
        var map = tables.Layer.Map;
        int outputs = map.Geometry.GroupOutputChannels;
        var rows = (TVector*)scratch.Lists.Pointer((long)map.InputFormat.Bits * tables.RowsPerPlane * sizeof(TVector));
        planes.Spread<TLanes, TVector>(bitmaps, block, (TVector*)tables.Tap(block, 0), rows);
        var accumulators = (TVector*)scratch.Accumulators.Pointer((long)outputs * tables.AccumulatorPlanes * sizeof(TVector));
        Unsafe.InitBlock(accumulators, 0, (uint)(outputs * tables.AccumulatorPlanes * sizeof(TVector)));
        for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
            for (int inputBit = 0; inputBit < map.InputFormat.Bits; inputBit++)
                ConvertPlane(tables, convGroup, block, rowGroup, inputBit, (byte*)(rows + inputBit * tables.RowsPerPlane), accumulators);
        Store(tables, convGroup, block, accumulators, firstPixel, endPixel, scratch, sink);
    }

    /// <summary>All columns' conversions of one input plane and one row group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static void ConvertPlane(PixelTables tables, int convGroup, int block, int rowGroup, int inputBit, byte* rows, TVector* accumulators)
    {
        var map = tables.Layer.Map;
        var plan = tables.Plan;
        int weightBits = map.WeightFormat.Bits, planes = plan.Planes, accumulatorPlanes = tables.AccumulatorPlanes, rowPlane = tables.RowPlane;
        int outputs = map.Geometry.GroupOutputChannels, negativeBit = map.WeightFormat.NegativeBit;
        bool inputIsNegative = inputBit == map.InputFormat.NegativeBit;
        var counts = stackalloc TVector[CodeScale.Margin + CodeScale.MostPlanes];
        var code = stackalloc TVector[CodeScale.MostPlanes];
        var ofOutput = stackalloc TVector[CodeScale.MostPlanes];
        var ofInput = stackalloc TVector[CodeScale.MostPlanes];
        Unsafe.InitBlock(counts, 0, (uint)(CodeScale.Margin * sizeof(TVector)));
        counts += CodeScale.Margin;
        StartOfInput(tables, rowGroup, rows, counts, ofInput);
        var comparisons = (TVector*)tables.Comparisons.Pointer;
        var constants = map.Product == CellProduct.Xnor ? (TVector*)tables.Constants(convGroup, rowGroup, 0, block) : null;
        int constantsStride = tables.Blocks * planes;
        var lists = tables.Lists(convGroup, rowGroup);
        for (int output = 0; output < outputs; output++, accumulators += accumulatorPlanes)
        {
            for (int weightBit = 0; weightBit < weightBits; weightBit++)
            {
                if (constants is null) Copy(ofInput, counts, planes);
                else
                {
                    Sum(ofInput, constants, counts, planes);
                    constants += constantsStride;
                }
                int* list = lists.Next(out int count);
                VerticalCounter<TLanes, TVector>.Add(rows, list, count, counts + rowPlane, planes - rowPlane);
                BitSlicedAdc<TLanes, TVector>.Convert(counts, plan, comparisons, code);
                CodeCombiner<TLanes, TVector>.Add(ofOutput, weightBit, code, plan.CodePlanes, weightBit == negativeBit);
            }
            if (!inputIsNegative) BitSlicedAccumulator<TLanes, TVector>.Add(accumulators, accumulatorPlanes, ofOutput, plan.CodePlanes + weightBits, negativeBit >= 0, inputBit);
            else BitSlicedAccumulator<TLanes, TVector>.Subtract(accumulators, accumulatorPlanes, ofOutput, plan.CodePlanes + weightBits, negativeBit >= 0, inputBit);
        }
    }

    /// <summary>Where the counts of every column start: bias less base, and where cells are signed less the set input bits.</summary>
    private static void StartOfInput(PixelTables tables, int rowGroup, byte* rows, TVector* counts, TVector* start)
    {
        int planes = tables.Plan.Planes, scalar = tables.Bias - tables.Base;
        if (tables.Layer.Map.Product == CellProduct.And)
        {
            BitSlicedAccumulator<TLanes, TVector>.Start(scalar, start, planes);
            return;
        }
        BitSlicedAccumulator<TLanes, TVector>.Start(0, counts, planes);
        int* all = tables.AllRows(rowGroup, out int count);
        VerticalCounter<TLanes, TVector>.Add(rows, all, count, counts + tables.RowPlane - 1, planes - tables.RowPlane + 1);
        for (int plane = 0; plane < planes; plane++) counts[plane] = TLanes.Not(counts[plane]); // -c = ~c + 1
        BitSlicedAccumulator<TLanes, TVector>.Start(counts, scalar + 1, start, planes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(TVector* from, TVector* to, int planes)
    {
        for (int plane = 0; plane < planes; plane++) to[plane] = from[plane];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum(TVector* a, TVector* b, TVector* sum, int planes)
    {
        var carry = TLanes.Zero;
        for (int plane = 0; plane < planes; plane++)
        {
            sum[plane] = TLanes.Sum(a[plane], b[plane], carry);
            carry = TLanes.Carry(a[plane], b[plane], carry);
        }
    }

    private static void Store<TSink>(
        PixelTables tables, int convGroup, int block, TVector* accumulators, int firstPixel, int endPixel, KernelScratch scratch, TSink sink) where TSink : struct, IRowSink
    {
        int outputs = tables.Layer.Map.Geometry.GroupOutputChannels, origin = block * TLanes.Bits;
        int first = Math.Max(firstPixel, origin), end = Math.Min(endPixel, origin + TLanes.Bits);
        var integers = scratch.LaneSums.Span<int>(1, TLanes.Bits);
        fixed (int* ofLane = integers)
            for (int output = 0; output < outputs; output++)
            {
                BitTranspose<TLanes, TVector>.ToIntegersInOrder(accumulators + output * tables.AccumulatorPlanes, tables.AccumulatorPlanes, ofLane);
                sink.Store(convGroup * outputs + output, first, integers.Slice(first - origin, end - first));
            }
    }
}
