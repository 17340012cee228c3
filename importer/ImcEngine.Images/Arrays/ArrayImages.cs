using System.Buffers.Binary;
using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Arrays;

/// <summary>
/// Images of one shape that lie one after another, read by their position: image i begins at byte i * stride + lead. One with an element
/// that is not finite is refused when it is read.
/// </summary>
/// <param name="name">The array's name, for messages.</param>
/// <param name="axes">The number of images, their shape, and where their channels are.</param>
/// <param name="type">The type of the elements.</param>
/// <param name="bytes">The images.</param>
/// <param name="lead">Bytes of each record before its image.</param>
internal sealed class ArrayImages(string name, ImageAxes axes, ElementType type, IBytes bytes, int lead = 0) : IRawImages
{
    public int Count => axes.Count;
    public ImageShape? Shape => axes.Shape;
    public bool AreFloats => type != ElementType.UInt8;

    /// <summary>Bytes from the begin of one record to the next.</summary>
    private long Stride => lead + (long)axes.Shape.Count * BytesOf(type);

    public string NameOf(int image) => $"{name}: image {image}";

    public RawImage Read(int image)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(image);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(image, Count);
        var stored = new byte[axes.Shape.Count * BytesOf(type)];
        bytes.Read(image * Stride + lead, stored);
        byte[] elements = AreFloats ? ToSingles(stored, image) : stored;
        return new(axes.Shape, axes.Layout == ArrayLayout.Nhwc && axes.Shape.Channels > 1 ? Planar(elements) : elements);
    }

    private byte[] ToSingles(byte[] stored, int image)
    {
        var singles = new byte[axes.Shape.Count * sizeof(float)];
        for (int i = 0; i < axes.Shape.Count; i++)
        {
            float element = Element(stored.AsSpan(i * BytesOf(type)));
            if (!float.IsFinite(element))
                throw new ImcException($"'{NameOf(image)}' has the element {element} at index {i}; elements are finite float32 numbers.");
            BinaryPrimitives.WriteSingleLittleEndian(singles.AsSpan(i * sizeof(float)), element);
        }
        return singles;
    }

    private float Element(ReadOnlySpan<byte> stored) => type switch
    {
        ElementType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(stored),
        ElementType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(stored),
        _ => BinaryPrimitives.ReadSingleLittleEndian(stored),
    };

    /// <summary>Orders elements <c>[y, x, channel]</c> as <c>[channel, y, x]</c>.</summary>
    private byte[] Planar(byte[] interleaved)
    {
        int size = AreFloats ? sizeof(float) : 1, channels = axes.Shape.Channels, positions = axes.Shape.Height * axes.Shape.Width;
        var planar = new byte[interleaved.Length];
        for (int channel = 0; channel < channels; channel++)
            for (int position = 0; position < positions; position++)
                interleaved.AsSpan((position * channels + channel) * size, size).CopyTo(
                    planar.AsSpan((channel * positions + position) * size));
        return planar;
    }

    public static int BytesOf(ElementType type) => type switch
    {
        ElementType.UInt8 => 1,
        ElementType.Float16 => 2,
        ElementType.Float32 => 4,
        _ => 8,
    };
}
