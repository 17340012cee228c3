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
    /// <param name="sums"><c>[outputChannel, pixel]</c> with the whole output's pixels as row length; sums of codes times plane weights.</param>
    public static void Run(PixelTables tables, PixelPlanes planes, ReadOnlySpan<short> codes, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        var geometry = tables.Layer.Map.Geometry;
        int groupInputs = codes.Length / geometry.Groups;
        var bitmaps = (ulong*)scratch.Patches.Pointer(planes.BitmapBytes);
        new Span<byte>(bitmaps, checked((int)planes.BitmapBytes)).Clear();
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
        {
            planes.Pack(codes.Slice(convGroup * groupInputs, groupInputs), bitmaps, scratch.PixelSums.Span<short>(1, geometry.OutputPixels));
            for (int block = firstPixel / TLanes.Bits; block * TLanes.Bits < firstPixel + pixels; block++)
                RunBlock(tables, planes, bitmaps, convGroup, block, firstPixel, firstPixel + pixels, scratch, sums);
        }
    }

    private static void RunBlock(
        PixelTables tables, PixelPlanes planes, ulong* bitmaps, int convGroup, int block, int firstPixel, int endPixel, KernelScratch scratch, Span<long> sums)
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
        Store(tables, block, accumulators, firstPixel, endPixel, scratch, sums[(convGroup * outputs * map.Geometry.OutputPixels)..]);
    }

    /// <summary>All columns' conversions of one input plane and one row group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static void ConvertPlane(PixelTables tables, int convGroup, int block, int rowGroup, int inputBit, byte* rows, TVector* accumulators)
    {
        var map = tables.Layer.Map;
        var plan = tables.Plan;
        int weightBits = map.WeightFormat.Bits, planes = plan.Planes, accumulatorPlanes = tables.AccumulatorPlanes;
        var counts = stackalloc TVector[CodeScale.Margin + CodeScale.MostPlanes];
        var code = stackalloc TVector[CodeScale.MostPlanes];
        var ofInput = stackalloc TVector[CodeScale.MostPlanes];
        Unsafe.InitBlock(counts, 0, (uint)(CodeScale.Margin * sizeof(TVector)));
        counts += CodeScale.Margin;
        StartOfInput(tables, rowGroup, rows, counts, ofInput);
        for (int column = 0; column < map.GroupColumns; column++, accumulators += column % weightBits == 0 ? accumulatorPlanes : 0)
        {
            if (map.Product == CellProduct.Xnor) Sum(ofInput, (TVector*)tables.Constants(convGroup, rowGroup, column, block), counts, planes);
            else Copy(ofInput, counts, planes);
            int* list = tables.List(convGroup, rowGroup, column, out int count);
            VerticalCounter<TLanes, TVector>.Add(rows, list, count, counts + tables.RowPlane, planes - tables.RowPlane);
            BitSlicedAdc<TLanes, TVector>.Convert(counts, plan, (TVector*)tables.Comparisons.Pointer, code);
            int weightBit = column % weightBits;
            if (map.InputFormat.PlaneWeight(inputBit) < 0 == map.WeightFormat.PlaneWeight(weightBit) < 0)
                BitSlicedAccumulator<TLanes, TVector>.Add(accumulators, accumulatorPlanes, code, plan.CodePlanes, inputBit + weightBit);
            else
                BitSlicedAccumulator<TLanes, TVector>.Subtract(accumulators, accumulatorPlanes, code, plan.CodePlanes, inputBit + weightBit);
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

    private static void Store(PixelTables tables, int block, TVector* accumulators, int firstPixel, int endPixel, KernelScratch scratch, Span<long> sums)
    {
        int pixels = tables.Layer.Map.Geometry.OutputPixels, origin = block * TLanes.Bits;
        int first = Math.Max(firstPixel, origin), end = Math.Min(endPixel, origin + TLanes.Bits);
        var integers = scratch.LaneSums.Span<int>(1, TLanes.Bits);
        fixed (int* ofLane = integers)
            for (int output = 0; output < tables.Layer.Map.Geometry.GroupOutputChannels; output++)
            {
                BitTranspose<TLanes, TVector>.ToIntegersInOrder(accumulators + output * tables.AccumulatorPlanes, tables.AccumulatorPlanes, ofLane);
                var row = sums.Slice(output * pixels + first, end - first);
                for (int i = 0; i < row.Length; i++) row[i] = ofLane[first - origin + i];
            }
    }
}
