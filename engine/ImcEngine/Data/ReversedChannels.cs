namespace ImcEngine.Data;

/// <summary>The records of another source with their channels in reverse: RGB becomes BGR.</summary>
internal sealed class ReversedChannels(IImageRecords source) : IImageRecords
{
    public ImageShape Shape => source.Shape;
    public int Count => source.Count;
    public bool AreFloats => source.AreFloats;
    public double DecodingSeconds => source.DecodingSeconds;

    public void Read(int record, Span<byte> elements)
    {
        var forward = new byte[elements.Length];
        source.Read(record, forward);
        int plane = elements.Length / Shape.Channels;
        for (int channel = 0; channel < Shape.Channels; channel++)
            forward.AsSpan(channel * plane, plane).CopyTo(elements[((Shape.Channels - 1 - channel) * plane)..]);
    }
}
