namespace ImcEngine.Data;

/// <summary>Records of another source, some of which are kept in memory.</summary>
/// <param name="source">The source.</param>
/// <param name="kept">The elements of each record; null where it is read from the source.</param>
internal sealed class LoadedRecords(IImageRecords source, byte[]?[] kept) : IImageRecords
{
    public ImageShape Shape => source.Shape;
    public int Count => source.Count;
    public bool AreFloats => source.AreFloats;
    public double DecodingSeconds => source.DecodingSeconds;

    /// <summary>Whether a record is in memory.</summary>
    public bool Holds(int record) => record < kept.Length && kept[record] is not null;

    public void Read(int record, Span<byte> elements)
    {
        if (Holds(record)) kept[record]!.CopyTo(elements);
        else source.Read(record, elements);
    }
}
