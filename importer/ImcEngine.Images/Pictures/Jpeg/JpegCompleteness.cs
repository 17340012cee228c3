using System.Buffers.Binary;

namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// Looks whether a JPEG file is there to its end:
/// <code>
/// SOFn      length[2] precision height[2] width[2] components {id sampling table}[components]
/// SOS       length[2] components {id tables}[components] first last, high and low bit
/// </code>
/// Every component of the frame must be in a scan; of a progressive frame (SOF2), every coefficient 0 .. 63 of it down to bit 0. Each
/// block of 8 x 8 pixels has at least one bit of data, so that a small file cannot make a large picture.
/// </summary>
internal ref struct JpegCompleteness
{
    /// <summary>By id of a component, the coefficients that scans have finished; null where the frame has none of this id.</summary>
    private readonly ulong?[] _finished = new ulong?[byte.MaxValue + 1];

    private bool _isProgressive;
    private long _blocks, _dataBytes;

    public JpegCompleteness()
    {
    }

    /// <exception cref="InvalidDataException">The file ends early, or a component has no scan.</exception>
    public static void Require(ReadOnlySpan<byte> file) => new JpegCompleteness().Require(new JpegSegments(file));

    private void Require(JpegSegments segments)
    {
        int frames = 0;
        while (segments.MoveNext())
        {
            if (segments.Marker is >= JpegSegments.FirstFrame and <= JpegSegments.ProgressiveFrame)
            {
                if (++frames > 1) throw new InvalidDataException("it has several frames; 1 is allowed");
                AddFrame(segments.Contents, segments.Marker == JpegSegments.ProgressiveFrame);
            }
            if (segments.Marker != JpegSegments.StartOfScan) continue;
            AddScan(segments.Contents);
            _dataBytes += segments.Data().Length;
        }
        if (8 * _dataBytes < _blocks)
            throw new InvalidDataException($"the file is cut: {_dataBytes} bytes of data are no {_blocks} blocks");
        if (_finished.Any(coefficients => coefficients is not (null or ulong.MaxValue)))
            throw new InvalidDataException("the file is cut: it lacks a scan that finishes its picture");
    }

    private void AddFrame(ReadOnlySpan<byte> frame, bool isProgressive)
    {
        _isProgressive = isProgressive;
        _blocks = (long)((BinaryPrimitives.ReadUInt16BigEndian(frame[1..]) + 7) / 8)
            * ((BinaryPrimitives.ReadUInt16BigEndian(frame[3..]) + 7) / 8);
        for (int i = 0; i < frame[5]; i++) _finished[frame[6 + (3 * i)]] = 0;
    }

    private readonly void AddScan(ReadOnlySpan<byte> scan)
    {
        var range = scan[(1 + (2 * scan[0]))..];
        int first = range[0], last = range[1], lowBit = range[2] & 0xF;
        ulong coefficients = !_isProgressive ? ulong.MaxValue
            : lowBit != 0 || last < first || last > 63 ? 0
            : (ulong.MaxValue >> (63 - last + first)) << first;
        for (int i = 0; i < scan[0]; i++) _finished[scan[1 + (2 * i)]] |= coefficients;
    }
}
