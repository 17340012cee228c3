using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Histograms;

/// <summary>Counts how often each partial sum of a layer occurs on its arrays. Immutable, shared by all threads.</summary>
internal abstract unsafe class HistogramKernel(MappedLayer layer, int images)
{
    // Estimates of the time of a vector's operations, in those of 512 lanes. Narrower vectors run more operations at once, but without
    // ternary logic a full adder takes five operations instead of two.
    private const double Time512 = 1, Time256Ternary = 0.8, Time256 = 1.6, Time64 = 1.2;

    public MappedLayer Layer => layer;

    /// <summary>The most images that one run takes. Fewer take as long.</summary>
    public int Images => images;

    /// <summary>Adds every conversion of some images to the histogram of its row group.</summary>
    /// <param name="bits">The input codes of each image, laid out as the layer's <see cref="PixelBits"/>; at most
    /// <see cref="Images"/>.</param>
    public abstract void Run(ReadOnlySpan<nint> bits, KernelScratch scratch, RowGroupHistograms histograms);

    /// <summary>Returns the fastest kernel of this machine that takes the layer.</summary>
    public static HistogramKernel Create(MappedLayer layer)
    {
        if (!layer.Map.ConvertsPlanes) return new DigitHistogram(layer);
        var choices = new List<(double Cost, Func<HistogramKernel?> Prepare)>();
        void Offer<TLanes, TVector>(bool isAccelerated, double time)
            where TLanes : ILanes<TVector>
            where TVector : unmanaged
        {
            if (isAccelerated) choices.Add((time / UsedLanes(layer, TLanes.Bits), () => PixelHistogram<TLanes, TVector>.TryPrepare(layer)));
        }
        Offer<Lanes512Ternary, Vector512<ulong>>(Avx512F.IsSupported, Time512);
        Offer<Lanes256Ternary, Vector256<ulong>>(Avx512F.VL.IsSupported, Time256Ternary);
        Offer<Lanes256, Vector256<ulong>>(Vector256.IsHardwareAccelerated, Time256);
        Offer<Lanes64, ulong>(isAccelerated: true, Time64);
        return choices.OrderBy(choice => choice.Cost).Select(choice => choice.Prepare()).FirstOrDefault(kernel => kernel is not null)
            ?? new PopcountHistogram(layer);
    }

    /// <summary>Returns the mean number of lanes of a vector that hold pixels.</summary>
    private static double UsedLanes(MappedLayer layer, int lanes)
    {
        int pixels = layer.Map.Geometry.OutputPixels * BatchedPixelKernel.ImagesOf(layer, lanes);
        return (double)pixels / ((pixels + lanes - 1) / lanes);
    }
}
