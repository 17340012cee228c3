using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>Where a kernel with pixels in the lanes leaves its accumulators.</summary>
internal unsafe interface IPixelSink<TVector> where TVector : unmanaged
{
    /// <param name="output">Output channel.</param>
    /// <param name="accumulators">Bit-sliced sums of codes, one per lane, and behind them sums of rests.</param>
    /// <param name="planes">Of sums of codes.</param>
    /// <param name="restPlanes">Of sums of rests; 0 for none.</param>
    /// <param name="origin">Pixel of lane 0; several images' pixels lie one behind the other.</param>
    /// <param name="first">The first pixel wanted.</param>
    /// <param name="end">The one behind the last.</param>
    void Store(int output, TVector* accumulators, int planes, int restPlanes, int origin, int first, int end, KernelScratch scratch);
}

/// <summary>As integers, row by row.</summary>
internal readonly unsafe struct IntegerPixels<TLanes, TVector, TRows>(TRows rows) : IPixelSink<TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
    where TRows : struct, IRowSink
{
    public void Store(int output, TVector* accumulators, int planes, int restPlanes, int origin, int first, int end, KernelScratch scratch)
    {
        var integers = scratch.LaneSums.Span<int>(2, TLanes.Bits);
        fixed (int* ofLane = integers)
        {
            BitTranspose<TLanes, TVector>.ToIntegersInOrder(accumulators, planes, ofLane);
            if (restPlanes > 0) BitTranspose<TLanes, TVector>.ToIntegersInOrder(accumulators + planes, restPlanes, ofLane + TLanes.Bits);
        }
        rows.Store(output, first, integers.Slice(first - origin, end - first), restPlanes > 0 ? integers.Slice(TLanes.Bits + first - origin, end - first) : []);
    }
}

/// <summary>
/// As the bits of the next layer's codes, which few thresholds of the sums decide: no sum leaves its bit-sliced form.
/// <code>
/// reached k = sum >= threshold k, or not       bit b of the digits = exclusive or of every 2^b-th of them, since codes ascend with k
/// </code>
/// </summary>
/// <param name="images"><see cref="PixelBits"/> of each, written.</param>
internal readonly unsafe struct QuantizedPixels<TLanes, TVector>(CodeThresholds thresholds, nint* images, PixelBits layout) : IPixelSink<TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Store(int output, TVector* accumulators, int planes, int restPlanes, int origin, int first, int end, KernelScratch scratch)
    {
        var digits = stackalloc TVector[CodeThresholds.MostBits];
        for (int bit = 0; bit < thresholds.Bits; bit++) digits[bit] = TLanes.Zero;
        for (int k = 1; k <= thresholds.Count; k++)
        {
            ulong* words = thresholds.Words(output, k - 1);
            var reached = TLanes.Ones;
            for (int plane = 0; plane < planes; plane++) reached = TLanes.Carry(accumulators[plane], reached, TLanes.Repeat(words[plane]));
            reached = TLanes.Xor(reached, TLanes.Repeat(words[planes]));
            for (int bit = 0; bit < thresholds.Bits && k % (1 << bit) == 0; bit++) digits[bit] = TLanes.Xor(digits[bit], reached);
        }
        var lanes = stackalloc ulong[TLanes.Bits / 64 + 1];
        for (int bit = 0; bit < thresholds.Bits; bit++)
        {
            *(TVector*)lanes = digits[bit];
            for (int pixel = first; pixel < end;)
            {
                int image = pixel / layout.Pixels, inImage = pixel - image * layout.Pixels, count = Math.Min(layout.Pixels - inImage, end - pixel);
                ulong* to = (ulong*)images[image] + bit * layout.PlaneWords + output * layout.Words + inImage / 64;
                for (int done = 0; done < count; done += 64, to++)
                {
                    ulong bits = BitRuns.Read(lanes, pixel + done - origin);
                    *to = count - done < 64 ? bits & ((1UL << (count - done)) - 1) : bits;
                }
                pixel += count;
            }
        }
    }
}
