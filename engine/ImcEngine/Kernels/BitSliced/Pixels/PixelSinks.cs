using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>Takes the accumulators of a kernel with one output pixel per lane.</summary>
internal unsafe interface IPixelSink<TVector> where TVector : unmanaged
{
    /// <summary>Stores the accumulators of one block of pixels.</summary>
    /// <param name="firstOutput">The output channel of the first output.</param>
    /// <param name="accumulators">The accumulators of every output.</param>
    /// <param name="origin">The pixel of lane 0; the pixels of several images follow each other.</param>
    /// <param name="first">The first pixel to store.</param>
    /// <param name="end">The pixel after the last one to store.</param>
    void Store(int firstOutput, in PixelAccumulators<TVector> accumulators, int origin, int first, int end, KernelScratch scratch);
}

/// <summary>Bit-sliced sums of neighbouring outputs, one pixel per lane: for each output the sums of codes, then the sums of
/// residuals.</summary>
/// <param name="codePlanes">The planes of a sum of codes.</param>
/// <param name="residualPlanes">The planes of a sum of residuals; 0 for none.</param>
internal readonly unsafe struct PixelAccumulators<TVector>(TVector* first, int outputs, int codePlanes, int residualPlanes)
    where TVector : unmanaged
{
    public readonly int Outputs = outputs, CodePlanes = codePlanes, ResidualPlanes = residualPlanes;

    public TVector* Codes(int output) => first + (long)output * (CodePlanes + ResidualPlanes);

    public TVector* Residuals(int output) => Codes(output) + CodePlanes;
}

/// <summary>Stores the sums as integers, several outputs at a time. Where a block holds many images, each image's part of an output is
/// short, but its parts of neighbouring outputs are adjacent in memory.</summary>
internal readonly unsafe struct IntegerPixels<TLanes, TVector, TRows>(TRows rows) : IPixelSink<TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
    where TRows : struct, IRowSink
{
    private const int OutputsAtOnce = 8;

    public void Store(int firstOutput, in PixelAccumulators<TVector> accumulators, int origin, int first, int end, KernelScratch scratch)
    {
        fixed (int* sums = scratch.LaneSums.Span<int>(2 * OutputsAtOnce, TLanes.Bits))
        {
            int* residuals = accumulators.ResidualPlanes > 0 ? sums + OutputsAtOnce * TLanes.Bits : null;
            for (int done = 0; done < accumulators.Outputs; done += OutputsAtOnce)
            {
                int outputs = Math.Min(OutputsAtOnce, accumulators.Outputs - done);
                for (int i = 0; i < outputs; i++)
                {
                    BitTranspose<TLanes, TVector>.ToIntegersInOrder(accumulators.Codes(done + i), accumulators.CodePlanes,
                        sums + i * TLanes.Bits);
                    if (residuals is not null)
                        BitTranspose<TLanes, TVector>.ToIntegersInOrder(accumulators.Residuals(done + i), accumulators.ResidualPlanes,
                            residuals + i * TLanes.Bits);
                }
                rows.Store(firstOutput + done, first,
                    new SumTile(sums, residuals, TLanes.Bits, outputs, TLanes.Bits).OfPixels(first - origin, end - first));
            }
        }
    }
}

/// <summary>
/// Stores the bits of the next layer's codes. A few thresholds of the sums decide them, so sums stay in bit-sliced form.
/// <code>
/// reached[k] = sum >= threshold k, or its complement       bit b of the digits = exclusive or of every 2^b-th of these,
///                                                          since codes ascend with k
/// </code>
/// </summary>
/// <param name="images">The <see cref="PixelBits"/> of each image; written.</param>
internal readonly unsafe struct QuantizedPixels<TLanes, TVector>(CodeThresholds thresholds, nint* images, PixelBits layout)
    : IPixelSink<TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    public void Store(int firstOutput, in PixelAccumulators<TVector> accumulators, int origin, int first, int end, KernelScratch scratch)
    {
        for (int i = 0; i < accumulators.Outputs; i++)
            Store(firstOutput + i, accumulators.Codes(i), accumulators.CodePlanes, origin, first, end);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Store(int output, TVector* accumulators, int planes, int origin, int first, int end)
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
                int image = pixel / layout.Pixels, inImage = pixel - image * layout.Pixels,
                    count = Math.Min(layout.Pixels - inImage, end - pixel);
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
