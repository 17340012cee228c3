using System.Buffers.Binary;

namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// The segments of a JPEG file (ITU-T T.81, annex B), one after the other up to the end of the picture:
/// <code>
/// SOI  segments ...  SOFn  segments ...  SOS entropy-coded data  [segments  SOS entropy-coded data] ...  EOI
/// segment   FF marker length[2] contents[length - 2]          big-endian; FF may be repeated before a marker
/// data      every FF is followed by 00 or by RST0 .. RST7 (D0 .. D7)
/// </code>
/// What follows EOI is left aside, as cameras put more pictures there.
/// </summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> file)
{
    public const byte FirstFrame = 0xC0, ProgressiveFrame = 0xC2, HuffmanTables = 0xC4, StartOfScan = 0xDA, QuantizationTables = 0xDB,
        RestartInterval = 0xDD, FirstApplication = 0xE0, AdobeApplication = 0xEE;

    private const byte Prefix = 0xFF, Stuffed = 0x00, FirstRestart = 0xD0, LastRestart = 0xD7, StartOfImage = 0xD8, EndOfImage = 0xD9;

    private readonly ReadOnlySpan<byte> _file = file;
    private int _at;

    public byte Marker { get; private set; }
    public ReadOnlySpan<byte> Contents { get; private set; }

    /// <returns>False at the end of the picture.</returns>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public bool MoveNext()
    {
        do
        {
            _at = NextMarker(_at);
            Marker = _file[_at++];
        }
        while (Marker == StartOfImage);
        if (Marker == EndOfImage) return false;
        Contents = Segment(_at);
        _at += Contents.Length + sizeof(ushort);
        return true;
    }

    /// <summary>Returns the entropy-coded data behind a scan's segment.</summary>
    public readonly ReadOnlySpan<byte> Data() => _file[_at..(NextMarker(_at) - 1)];

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
