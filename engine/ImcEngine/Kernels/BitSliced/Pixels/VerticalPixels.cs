using System.Runtime.CompilerServices;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>
/// The bit-sliced kernel with one output pixel per lane. For every column, it adds the rows with a set weight bit, converts the counts and
/// accumulates the codes. The rows to add are known at load, so nothing is searched or gathered per pixel.
/// <code>
/// block of pixels -> rows of all input planes -> row group -> part of the outputs -> input digit (a plane, or several):
///     the compiled program, over the part's columns
/// end of block: accumulators -> the sink, output by output, still bit-sliced
/// </code>
/// One input plane of one row group stays in the first-level cache while the columns of a part read it. The lists of a part stay in the
/// second-level cache while the input planes use them.
/// </summary>
internal static unsafe class VerticalPixels<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private const int PartListBytes = 1 << 17;

    /// <summary>Computes a part of the layer's result.</summary>
    /// <param name="conversions">The conversions of the layer.</param>
    /// <param name="planes">The packing of the images.</param>
    /// <param name="images">The <see cref="BitPlanes.PixelBits"/> of each image; the pixels of the images follow each other.</param>
    /// <param name="part">The part to compute.</param>
    /// <param name="scratch">The calling thread's scratch.</param>
    /// <param name="sink">Takes the accumulators.</param>
    public static void Run<TSink>(PixelConversions conversions, PixelPlanes planes, ReadOnlySpan<nint> images, in PixelPart part,
        KernelScratch scratch, TSink sink) where TSink : struct, IPixelSink<TVector>
    {
        var geometry = conversions.Tables.Layer.Map.Geometry;
        var bitmaps = (ulong*)scratch.Bitmaps.Pointer(planes.BitmapBytes);
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
        {
            var ofGroup = part.OfGroup(geometry, convGroup);
            if (ofGroup.Outputs <= 0) continue;
            new Span<byte>(bitmaps, checked((int)planes.BitmapBytes)).Clear();
            planes.Pack(images, convGroup, bitmaps);
            for (int block = part.FirstPixel / TLanes.Bits; block * TLanes.Bits < part.FirstPixel + part.Pixels; block++)
                RunBlock(conversions, planes, bitmaps, convGroup, block, ofGroup, scratch, sink);
        }
    }

    private static void RunBlock<TSink>(
        PixelConversions conversions, PixelPlanes planes, ulong* bitmaps, int convGroup, int block, in PixelPart part,
        KernelScratch scratch, TSink sink) where TSink : struct, IPixelSink<TVector>
    {
        var tables = conversions.Tables;
        var map = tables.Layer.Map;
        int outputs = part.Outputs, outputBytes = conversions.AccumulatorPlanes * sizeof(TVector), inputBits = map.InputFormat.Bits,
            inputDigits = map.InputDigits.Count, startVectors = map.WeightDigits.Count * VerticalLimits.MostPlanes;
        var rows = (TVector*)scratch.PixelRows.Pointer((long)inputBits * tables.RowsPerPlane * sizeof(TVector));
        planes.Spread<TLanes, TVector>(bitmaps, block, (TVector*)tables.DrivenLanes(block), rows);
        // The program of a higher input digit also reads planes behind the last accumulators, and stores them as they were.
        long bytes = (long)outputs * outputBytes + (inputBits - 1) * sizeof(TVector);
        byte* accumulators = scratch.Accumulators.Pointer(bytes);
        Unsafe.InitBlock(accumulators, 0, checked((uint)bytes));
        // Pairs of outputs stay together.
        int partOutputs = inputDigits == 1 ? outputs : Math.Max(2, (int)(PartListBytes / tables.ListBytesOfOutput) & ~1);
        var start = (TVector*)scratch.CountStarts.Pointer((long)inputDigits * startVectors * sizeof(TVector));
        for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
        {
            for (int digit = 0; digit < inputDigits; digit++)
                conversions.Starts.Count<TLanes, TVector>(rowGroup, map.InputDigits[digit], rows, start + digit * startVectors);
            for (int first = 0; first < outputs; first += partOutputs)
                for (int digit = 0; digit < inputDigits; digit++)
                {
                    int plane = map.InputDigits[digit].FirstPlane;
                    conversions.Program(digit)((byte*)(rows + plane * tables.RowsPerPlane), tables.Conversions(convGroup, rowGroup)
                        + (part.FirstOutput + first) * map.WeightFormat.Bits, Math.Min(partOutputs, outputs - first),
                        start + digit * startVectors, tables.Named(block, convGroup, rowGroup), null,
                        accumulators + first * outputBytes + plane * sizeof(TVector), outputBytes);
                }
        }
        int origin = block * TLanes.Bits;
        sink.Store(convGroup * map.Geometry.GroupOutputChannels + part.FirstOutput,
            new((TVector*)accumulators, outputs, conversions.Codes.Planes, conversions.Residuals.Planes),
            origin, Math.Max(part.FirstPixel, origin), Math.Min(part.FirstPixel + part.Pixels, origin + TLanes.Bits), scratch);
    }
}
