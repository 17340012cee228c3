using System.Runtime.InteropServices;
using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Resizes images. Each plane is resized by itself, first along its rows and then along its columns; a direction whose size does not change
/// is left out. Each pass ends in elements, as Pillow's do:
/// <code>
/// bytes     clamp((2^21 + sum of fixed[i] * pixel[first + i]) >> 22, 0, 255)       in integers
/// float32   (float)(sum of weight[i] * (double)pixel[first + i])                   in double, added in the order of i
/// nearest   pixel[floor((2 x + 1) * in / (2 out))]                                 in integers, for both
/// </code>
/// with the weights of <see cref="ResamplingWeights"/>. The bits are the same on every CPU.
/// </summary>
internal static class Resampling
{
    /// <param name="name">What to call the image in an error.</param>
    /// <param name="image">The image; it is returned itself where its size does not change.</param>
    /// <param name="areFloats">Whether its elements are float32.</param>
    /// <exception cref="ImcException">The image, the result or what lies between the passes has more pixels than are allowed.</exception>
    public static RawImage Resize(string name, RawImage image, bool areFloats, (long Height, long Width) size, Interpolation interpolation)
    {
        var (channels, height, width) = image.Shape;
        if (size == (height, width)) return image;
        PictureLimits.Require(name, "is", height, width);
        PictureLimits.Require(name, "would become", size.Height, size.Width);
        PictureLimits.Require(name, "would, between resizing its rows and its columns, be", height, size.Width);
        var shape = new ImageShape(channels, (int)size.Height, (int)size.Width);
        return new RawImage(shape, (areFloats, interpolation) switch
        {
            (false, Interpolation.Nearest) => Nearest<byte>(image, shape),
            (true, Interpolation.Nearest) => Nearest<float>(image, shape),
            (false, _) => Weighted<byte, BytePasses>(image, shape, interpolation),
            (true, _) => Weighted<float, FloatPasses>(image, shape, interpolation),
        });
    }

    private static byte[] Nearest<T>(RawImage image, ImageShape shape)
        where T : unmanaged
    {
        byte[] result = Elements<T>(shape);
        int[] rows = NearestOf(image.Shape.Height, shape.Height), columns = NearestOf(image.Shape.Width, shape.Width);
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(image.Elements);
        var to = MemoryMarshal.Cast<byte, T>(result.AsSpan());
        for (int line = 0; line < shape.Channels * shape.Height; line++)
        {
            var (channel, y) = Math.DivRem(line, shape.Height);
            var source = from.Slice(((channel * image.Shape.Height) + rows[y]) * image.Shape.Width, image.Shape.Width);
            var destination = to.Slice(line * shape.Width, shape.Width);
            for (int x = 0; x < destination.Length; x++) destination[x] = source[columns[x]];
        }
        return result;
    }

    private static int[] NearestOf(int inputs, int outputs) =>
        [.. Enumerable.Range(0, outputs).Select(x => (int)(((2L * x) + 1) * inputs / (2L * outputs)))];

    private static byte[] Weighted<T, TPasses>(RawImage image, ImageShape shape, Interpolation interpolation)
        where T : unmanaged
        where TPasses : IResamplingPasses<T>
    {
        var between = image.Shape with { Width = shape.Width };
        byte[] elements = image.Elements;
        if (between != image.Shape)
        {
            byte[] result = Elements<T>(between);
            TPasses.AlongRows(MemoryMarshal.Cast<byte, T>(elements), new ResamplingWeights(image.Shape.Width, shape.Width, interpolation),
                image.Shape.Width, MemoryMarshal.Cast<byte, T>(result.AsSpan()));
            elements = result;
        }
        return between == shape ? elements : AlongColumns<T, TPasses>(elements, between, shape, interpolation);
    }

    private static byte[] AlongColumns<T, TPasses>(byte[] elements, ImageShape from, ImageShape to, Interpolation interpolation)
        where T : unmanaged
        where TPasses : IResamplingPasses<T>
    {
        byte[] result = Elements<T>(to);
        var weights = new ResamplingWeights(from.Height, to.Height, interpolation);
        for (int channel = 0; channel < to.Channels; channel++)
            TPasses.AlongColumns(Plane<T>(elements, from, channel), weights, to.Width, Plane<T>(result, to, channel));
        return result;
    }

    private static byte[] Elements<T>(ImageShape shape)
        where T : unmanaged => new byte[checked(shape.Count * Marshal.SizeOf<T>())];

    private static Span<T> Plane<T>(byte[] elements, ImageShape shape, int channel)
        where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(elements.AsSpan()).Slice(channel * shape.Height * shape.Width, shape.Height * shape.Width);
}
