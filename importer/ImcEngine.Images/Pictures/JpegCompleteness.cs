using System.Buffers.Binary;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Looks whether a JPEG file (ITU-T T.81, annex B) is there to its end:
/// <code>
/// SOI  segments ...  SOFn  segments ...  SOS entropy-coded data  [segments  SOS entropy-coded data] ...  EOI
/// segment   FF marker length[2] contents[length - 2]          big-endian; FF may be repeated before a marker
/// SOFn      length[2] precision height[2] width[2] components {id sampling table}[components]
/// SOS       length[2] components {id tables}[components] first last, high and low bit
/// data      every FF is followed by 00 or by RST0 .. RST7 (D0 .. D7)
/// </code>
/// Every component of the frame must be in a scan; of a progressive frame (SOF2), every coefficient 0 .. 63 of it down to bit 0. Each
/// block of 8 x 8 pixels has at least one bit of data. Beyond that, data that end too early within a scan are not found:
/// they have no checksum.
/// What follows EOI is left aside, as cameras put more pictures there.
/// </summary>
internal ref struct JpegCompleteness
{
    private const byte Prefix = 0xFF, Stuffed = 0x00, FirstRestart = 0xD0, LastRestart = 0xD7, StartOfImage = 0xD8, EndOfImage = 0xD9,
        StartOfScan = 0xDA, FirstFrame = 0xC0, ProgressiveFrame = 0xC2;

    private readonly ReadOnlySpan<byte> _file;

    /// <summary>By id of a component, the coefficients that scans have finished; null where the frame has none of this id.</summary>
    private readonly ulong?[] _finished = new ulong?[byte.MaxValue + 1];

    private bool _isProgressive;
    private long _blocks, _dataBytes;

    private JpegCompleteness(ReadOnlySpan<byte> file) => _file = file;

    /// <exception cref="InvalidDataException">The file ends early, or a component has no scan.</exception>
    public static void Require(ReadOnlySpan<byte> file) => new JpegCompleteness(file).Require();

    private void Require()
    {
        int frames = 0;
        for (int at = NextMarker(0); _file[at] != EndOfImage; at = NextMarker(at))
        {
            byte marker = _file[at++];
            if (marker is StartOfImage) continue;
            var contents = Segment(at);
            at += contents.Length + sizeof(ushort);
            if (marker is >= FirstFrame and <= ProgressiveFrame && ++frames > 1)
                throw new InvalidDataException("it has several frames; 1 is allowed");
            if (marker is >= FirstFrame and <= ProgressiveFrame) AddFrame(contents, marker == ProgressiveFrame);
            if (marker != StartOfScan) continue;
            AddScan(contents);
            _dataBytes += NextMarker(at) - 1 - at;
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

    /// <summary>Returns where the byte behind the next FF is that is a marker; entropy-coded data are passed over.</summary>
    private readonly int NextMarker(int at)
    {
        while (true)
        {
            int prefix = _file[at..].IndexOf(Prefix);
            if (prefix < 0 || at + prefix + 1 >= _file.Length) throw Cut();
            at += prefix + 1;
            if (_file[at] is not (Prefix or Stuffed or (>= FirstRestart and <= LastRestart))) return at;
        }
    }

    private readonly ReadOnlySpan<byte> Segment(int at)
    {
        if (at + sizeof(ushort) > _file.Length) throw Cut();
        int length = BinaryPrimitives.ReadUInt16BigEndian(_file[at..]);
        if (length < sizeof(ushort)) throw new InvalidDataException($"a segment has length {length}; its length field alone has 2 bytes");
        return at + length <= _file.Length ? _file.Slice(at + sizeof(ushort), length - sizeof(ushort)) : throw Cut();
    }

    private static InvalidDataException Cut() => new("the file is cut: it ends before its end-of-image marker");
}
