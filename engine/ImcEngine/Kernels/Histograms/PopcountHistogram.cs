using ImcEngine.Kernels.Plain;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Histograms;

/// <summary>Forms every partial sum as an integer, for layers with more rows than the lists of
/// <see cref="PixelHistogram{TLanes, TVector}"/> reach.</summary>
internal sealed unsafe class PopcountHistogram(MappedLayer layer) : HistogramKernel(layer, images: 1)
{
    public override void Run(ReadOnlySpan<nint> bits, KernelScratch scratch, RowGroupHistograms histograms)
    {
        var kernel = new PopcountKernel(Layer, [],
            (rowGroup, inputBit, weightBit, sum) => histograms[rowGroup].Add(inputBit, weightBit, sum));
        var codes = new short[Layer.Map.Geometry.InputSize];
        foreach (nint image in bits)
        {
            Layer.Inputs.Unpack((ulong*)image, codes);
            KernelRun.Layer(Layer, kernel, codes);
        }
    }
}
