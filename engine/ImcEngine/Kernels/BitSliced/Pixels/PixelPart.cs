using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>The part of a layer's result that one run of a kernel with pixels in the lanes computes: some pixels of some outputs.</summary>
/// <param name="FirstPixel">The first pixel, row-major; the pixels of several images follow each other.</param>
internal readonly record struct PixelPart(int FirstOutput, int Outputs, int FirstPixel, int Pixels)
{
    public static PixelPart OfPixels(ConvGeometry geometry, int first, int count) => new(0, geometry.OutputChannels, first, count);

    public static PixelPart OfOutputs(ConvGeometry geometry, int first, int count) => new(first, count, 0, geometry.OutputPixels);

    /// <summary>Returns the part that lies in a convolution group, with outputs counted from the group's first. Outputs is not positive
    /// where there is none.</summary>
    public PixelPart OfGroup(ConvGeometry geometry, int convGroup)
    {
        int origin = convGroup * geometry.GroupOutputChannels;
        int first = Math.Max(FirstOutput - origin, 0), end = Math.Min(FirstOutput + Outputs - origin, geometry.GroupOutputChannels);
        return this with { FirstOutput = first, Outputs = end - first };
    }
}
