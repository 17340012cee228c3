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
/// nearest   pixel[floor(at[x])], at[0] = 0.5 in / out, at[x + 1] = at[x] + in / out   in double, for both
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
            (false, _) => Weighted<byte, ByteColumns>(image, shape, interpolation),
            (true, _) => Weighted<float, FloatColumns>(image, shape, interpolation),
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

    private static int[] NearestOf(int inputs, int outputs)
    {
        double scale = (double)inputs / outputs, at = scale * 0.5;
        int[] nearest = new int[outputs];
        for (int x = 0; x < outputs; x++, at += scale) nearest[x] = Math.Min((int)at, inputs - 1);
        return nearest;
    }

    private static byte[] Weighted<T, TColumns>(RawImage image, ImageShape shape, Interpolation interpolation)
        where T : unmanaged
        where TColumns : IColumnResampling<T>
    {
        byte[] result = Elements<T>(shape);
        var (from, to) = (image.Shape, shape);
        var rows = new ResamplingWeights(from.Height, to.Height, interpolation);
        var columns = new ResamplingWeights(from.Width, to.Width, interpolation);
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            ReadOnlySpan<T> plane = Plane<T>(image.Elements, from, channel);
            if (from.Width != to.Width) plane = AlongRows<T, TColumns>(plane, columns, from.Width);
            var destination = Plane<T>(result, to, channel);
            if (from.Height != to.Height) TColumns.Resize(plane, rows, to.Width, destination);
            else plane.CopyTo(destination);
        }
        return result;
    }

    /// <summary>Resizes the lines of a plane as columns, since these are what vectors go along.</summary>
    private static T[] AlongRows<T, TColumns>(ReadOnlySpan<T> plane, ResamplingWeights weights, int width)
        where T : unmanaged
        where TColumns : IColumnResampling<T>
    {
        int height = plane.Length / width;
        T[] upright = new T[plane.Length], resized = new T[weights.Outputs * height], result = new T[resized.Length];
        Transposition.Transpose(plane, width, upright);
        TColumns.Resize(upright, weights, height, resized);
        Transposition.Transpose<T>(resized, height, result);
        return result;
    }

    private static byte[] Elements<T>(ImageShape shape)
        where T : unmanaged => new byte[checked(shape.Count * Marshal.SizeOf<T>())];

    private static Span<T> Plane<T>(byte[] elements, ImageShape shape, int channel)
        where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(elements.AsSpan()).Slice(channel * shape.Height * shape.Width, shape.Height * shape.Width);
}
