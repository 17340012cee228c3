namespace ImcEngine.Mapping;

/// <summary>
/// Classes of output pixels: the pixels of a class have the same kernel positions inside the image. A padded position drives no row, so
/// everything that depends only on which rows are driven is a constant of the class.
/// </summary>
internal sealed class BorderClasses
{
    private readonly int[] _classOfPixel;
    private readonly ulong[][] _driven;

    public BorderClasses(ConvGeometry geometry)
    {
        var (classOfY, yMasks) = Classify(geometry.OutputHeight, geometry.KernelHeight, geometry.StrideY, geometry.DilationY,
            geometry.PadTop, geometry.InputHeight);
        var (classOfX, xMasks) = Classify(geometry.OutputWidth, geometry.KernelWidth, geometry.StrideX, geometry.DilationX,
            geometry.PadLeft, geometry.InputWidth);
        _classOfPixel = [.. classOfY.SelectMany(y => classOfX.Select(x => y * xMasks.Count + x))];
        DrivenTaps = new bool[yMasks.Count * xMasks.Count][];
        for (int c = 0; c < DrivenTaps.Length; c++)
        {
            var y = yMasks[c / xMasks.Count];
            var x = xMasks[c % xMasks.Count];
            DrivenTaps[c] =
                [.. Enumerable.Range(0, geometry.Taps).Select(tap => y[tap / geometry.KernelWidth] && x[tap % geometry.KernelWidth])];
        }
        _driven = Array.ConvertAll(DrivenTaps, taps => Mark(taps, geometry.GroupInputChannels, new Patch(geometry).Words));
    }

    /// <summary>Whether a kernel position is inside the image, <c>[class][kernel position]</c>.</summary>
    public bool[][] DrivenTaps { get; }

    public int Count => DrivenTaps.Length;

    /// <summary>Returns the class of an output pixel.</summary>
    /// <param name="pixel">The output pixel, row-major.</param>
    public int ClassOf(int pixel) => _classOfPixel[pixel];

    /// <summary>Returns the number of rows of <paramref name="group"/> that are driven in a class.</summary>
    public int DrivenRows(int borderClass, RowGroup group, int channels)
    {
        int driven = 0;
        for (int tap = group.FirstRow / channels; tap * channels < group.EndRow; tap++)
            if (DrivenTaps[borderClass][tap])
                driven += Math.Min(group.EndRow, (tap + 1) * channels) - Math.Max(group.FirstRow, tap * channels);
        return driven;
    }

    /// <summary>Returns the flat rows that are driven in a class, as bits laid out like a plane of a <see cref="Patch"/>.</summary>
    public ReadOnlySpan<ulong> Driven(int borderClass) => _driven[borderClass];

    private static ulong[] Mark(bool[] taps, int channels, int words)
    {
        var driven = new ulong[words];
        for (int row = 0; row < taps.Length * channels; row++)
            if (taps[row / channels]) driven[row >> 6] |= 1UL << (row & 63);
        return driven;
    }

    private static (int[] Classes, List<bool[]> Masks) Classify(int outputs, int kernel, int stride, int dilation, int pad, int inputs)
    {
        var classes = new int[outputs];
        var masks = new List<bool[]>();
        for (int o = 0; o < outputs; o++)
        {
            var mask = new bool[kernel];
            for (int k = 0; k < kernel; k++)
            {
                int at = o * stride - pad + k * dilation;
                mask[k] = at >= 0 && at < inputs;
            }
            classes[o] = masks.FindIndex(other => other.AsSpan().SequenceEqual(mask));
            if (classes[o] >= 0) continue;
            classes[o] = masks.Count;
            masks.Add(mask);
        }
        return (classes, masks);
    }
}
