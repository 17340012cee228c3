namespace ImcEngine.Data;

/// <summary>Records of bytes in memory.</summary>
internal sealed class ByteRecords : IImageRecords
{
    private readonly byte[] _pixels;

    /// <param name="shape">The shape of every record.</param>
    /// <param name="pixels">The bytes, <c>[record, channel, y, x]</c>, which the caller must not change afterwards.</param>
    /// <exception cref="ArgumentException">The bytes are not whole records.</exception>
    public ByteRecords(ImageShape shape, byte[] pixels)
    {
        if (pixels.Length % shape.Count != 0)
            throw new ArgumentException($"{pixels.Length} bytes are not whole records of {shape}.", nameof(pixels));
        (Shape, _pixels) = (shape, pixels);
    }

    public ImageShape Shape { get; }
    public int Count => _pixels.Length / Shape.Count;
    public bool AreFloats => false;
    public double DecodingSeconds => 0;

    public void Read(int record, Span<byte> elements) => _pixels.AsSpan(record * Shape.Count, Shape.Count).CopyTo(elements);
}
