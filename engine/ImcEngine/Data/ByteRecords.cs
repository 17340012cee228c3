namespace ImcEngine.Data;

/// <summary>Records of bytes in memory.</summary>
internal sealed class ByteRecords : IImageRecords
{
    private readonly byte[] _pixels;
    private readonly Task _written;

    /// <param name="shape">The shape of every record.</param>
    /// <param name="pixels">The bytes, <c>[record, channel, y, x]</c>, which the caller must not change afterwards.</param>
    /// <param name="written">Ends when the bytes have been written; null: they have been.</param>
    /// <exception cref="ArgumentException">The bytes are not whole records.</exception>
    public ByteRecords(ImageShape shape, byte[] pixels, Task? written = null)
    {
        if (pixels.Length % shape.Count != 0)
            throw new ArgumentException($"{pixels.Length} bytes are not whole records of {shape}.", nameof(pixels));
        (Shape, _pixels, _written) = (shape, pixels, written ?? Task.CompletedTask);
    }

    public ImageShape Shape { get; }
    public int Count => _pixels.Length / Shape.Count;
    public bool AreFloats => false;
    public double DecodingSeconds => 0;

    public void Read(int record, Span<byte> elements)
    {
        _written.Wait();
        _pixels.AsSpan(record * Shape.Count, Shape.Count).CopyTo(elements);
    }
}
