using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>Of a layer's result, what a kernel with pixels in the lanes makes at once: some pixels of some outputs.</summary>
/// <param name="FirstPixel">Row-major; several images' pixels lie one behind the other.</param>
internal readonly record struct PixelPart(int FirstOutput, int Outputs, int FirstPixel, int Pixels)
{
    public static PixelPart OfPixels(ConvGeometry geometry, int first, int count) => new(0, geometry.OutputChannels, first, count);

    public static PixelPart OfOutputs(ConvGeometry geometry, int first, int count) => new(first, count, 0, geometry.OutputPixels);

    /// <summary>Of a convolution group, its outputs counted from 0; not one output where none is wanted.</summary>
    public PixelPart OfGroup(ConvGeometry geometry, int convGroup)
    {
        int origin = convGroup * geometry.GroupOutputChannels;
        int first = Math.Max(FirstOutput - origin, 0), end = Math.Min(FirstOutput + Outputs - origin, geometry.GroupOutputChannels);
        return this with { FirstOutput = first, Outputs = end - first };
    }
}
