namespace ImcEngine.Data;

/// <summary>
/// The elements of a data source's records, all of one shape: bytes 0 .. 255, or float32. Implementations are safe for several threads, and
/// a record has the same elements each time it is read. They may read files, so that a set need not fit into memory.
/// </summary>
public interface IImageRecords
{
    ImageShape Shape { get; }

    /// <summary>The number of records.</summary>
    int Count { get; }

    /// <summary>Whether the elements are float32; otherwise they are bytes.</summary>
    bool AreFloats { get; }

    /// <summary>The time that all threads together have spent on decoding records so far, in seconds; 0 for records in memory.</summary>
    double DecodingSeconds { get; }

    /// <summary>Reads one record.</summary>
    /// <param name="record">Its index in the data source.</param>
    /// <param name="elements">Receives the elements <c>[channel, y, x]</c>: bytes, or the bytes of little-endian float32.</param>
    /// <exception cref="ImcException">The record cannot be read or decoded.</exception>
    void Read(int record, Span<byte> elements);
}
