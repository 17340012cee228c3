namespace ImcEngine.Data;

/// <summary>
/// Collects records of CIFAR-10's binary format as the images and labels of one set. Memory grows with the records that are actually read.
/// </summary>
/// <param name="source">The data's name, for messages.</param>
/// <param name="capacity">The number of records to allocate at once; small if the number of records is not certain.</param>
internal sealed class RecordBuffer(string source, int capacity)
{
    private readonly byte[] _record = new byte[CifarFormat.RecordBytes];
    private byte[] _pixels = new byte[capacity * CifarFormat.ImageBytes];
    private byte[] _labels = new byte[capacity];
    private int _count;

    /// <summary>Returns the number of records in <paramref name="bytes"/> bytes.</summary>
    /// <exception cref="ImcException">The bytes are not one or more whole records.</exception>
    public static int CountIn(string what, long bytes)
    {
        if (bytes <= 0 || bytes % CifarFormat.RecordBytes != 0)
            throw new ImcException($"'{what}' has {bytes} bytes; a CIFAR-10 batch is one or more records of {CifarFormat.RecordBytes} "
                + "bytes (a label and 3 x 32 x 32 bytes).");
        return (int)Math.Min(bytes / CifarFormat.RecordBytes, int.MaxValue);
    }

    /// <summary>Checks that one set can hold so many records.</summary>
    /// <exception cref="ImcException">There are more records than a set can hold.</exception>
    public static void RequireRoomFor(string source, long records)
    {
        if (records > CifarFormat.MaxImages)
            throw new ImcException($"'{source}' holds {records} images; at most {CifarFormat.MaxImages} are allowed. Split the data.");
    }

    /// <summary>Reads and adds the records of a batch.</summary>
    /// <param name="what">The batch's name, for messages.</param>
    /// <param name="records">The number of records in the batch.</param>
    /// <param name="readRecord">Fills its argument with the next record.</param>
    /// <exception cref="ImcException">A label is above 9, or there are more images than a set can hold.</exception>
    public void Add(string what, int records, ReadRecord readRecord)
    {
        RequireRoomFor(source, (long)_count + records);
        int all = _count + records;
        for (int record = 0; record < records; record++)
        {
            readRecord(_record);
            if (_record[0] > 9)
                throw new ImcException($"'{what}': record {record} has label {_record[0]}; CIFAR-10's labels are 0 to 9. Is this "
                    + "CIFAR-10's binary format?");
            if (_count == _labels.Length) Resize((int)Math.Min(all, Math.Max(64, 2L * _count)));
            _labels[_count] = _record[0];
            _record.AsSpan(1).CopyTo(_pixels.AsSpan(_count * CifarFormat.ImageBytes));
            _count++;
        }
    }

    /// <summary>Takes the arrays out of the buffer.</summary>
    public (byte[] Pixels, byte[] Labels) ToArrays()
    {
        if (_count < _labels.Length) Resize(_count);
        return (_pixels, _labels);
    }

    private void Resize(int records)
    {
        Array.Resize(ref _pixels, records * CifarFormat.ImageBytes);
        Array.Resize(ref _labels, records);
    }

    public delegate void ReadRecord(Span<byte> record);
}
