using System.Buffers.Binary;

namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// The tables of a JPEG file that are in force (ITU-T T.81, B.2.4):
/// <code>
/// DQT   {bytes - 1 and number (4 bits each), 64 numbers of 1 or 2 bytes in zigzag order}...
/// DHT   {class (0 DC, 1 AC) and number (4 bits each), counts[16], symbols}...
/// DRI   groups of blocks between restart markers[2]
/// </code>
/// </summary>
internal sealed class JpegTables
{
    private const int Tables = 4;

    private readonly ushort[]?[] _quantization = new ushort[]?[Tables];
    private readonly HuffmanTable?[] _dc = new HuffmanTable?[Tables], _ac = new HuffmanTable?[Tables];

    /// <summary>Where in rows of a block the coefficients stand that the file has one after the other.</summary>
    public static ReadOnlySpan<byte> Zigzag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    /// <summary>Groups of blocks between restart markers; 0 without such markers.</summary>
    public int RestartInterval { get; private set; }

    /// <summary>Takes a segment if it is one of tables.</summary>
    /// <exception cref="InvalidDataException">It is too short, or its numbers are no table.</exception>
    public void Take(in JpegSegments segment)
    {
        switch (segment.Marker)
        {
            case JpegSegments.QuantizationTables:
                TakeQuantization(segment.Contents);
                break;
            case JpegSegments.HuffmanTables:
                TakeHuffman(segment.Contents);
                break;
            case JpegSegments.RestartInterval:
                RequireLength(segment.Contents, sizeof(ushort));
                RestartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment.Contents);
                break;
        }
    }

    public ushort[] Quantization(int number) => Known(_quantization, number, "quantization");
    public HuffmanTable Dc(int number) => Known(_dc, number, "Huffman");
    public HuffmanTable Ac(int number) => Known(_ac, number, "Huffman");

    private static T Known<T>(T?[] tables, int number, string what)
        where T : class =>
        number < Tables && tables[number] is { } table ? table : throw new InvalidDataException($"{what} table {number} is absent");

    private void TakeQuantization(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            int bytes = (rest[0] >> 4) + 1, number = rest[0] & 0xF;
            RequireNumber(number, bytes <= sizeof(ushort));
            RequireLength(rest, 1 + (bytes * JpegComponent.BlockLength));
            var table = new ushort[JpegComponent.BlockLength];
            for (int i = 0; i < table.Length; i++)
                table[Zigzag[i]] = bytes == 1 ? rest[1 + i] : BinaryPrimitives.ReadUInt16BigEndian(rest[(1 + (2 * i))..]);
            _quantization[number] = table;
            rest = rest[(1 + (bytes * table.Length))..];
        }
    }

    private void TakeHuffman(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            int kind = rest[0] >> 4, number = rest[0] & 0xF, symbols = 0;
            RequireNumber(number, kind <= 1);
            RequireLength(rest, 1 + HuffmanTable.MostBits);
            var counts = rest.Slice(1, HuffmanTable.MostBits);
            foreach (byte count in counts) symbols += count;
            RequireLength(rest, 1 + HuffmanTable.MostBits + symbols);
            (kind == 0 ? _dc : _ac)[number] = new(counts, rest.Slice(1 + HuffmanTable.MostBits, symbols));
            rest = rest[(1 + HuffmanTable.MostBits + symbols)..];
        }
    }

    private static void RequireNumber(int number, bool isKnownKind)
    {
        if (number >= Tables || !isKnownKind) throw new InvalidDataException($"it has a table of unknown kind, or of number {number}");
    }

    private static void RequireLength(ReadOnlySpan<byte> rest, int length)
    {
        if (rest.Length < length) throw new InvalidDataException($"a segment of tables is too short: {rest.Length} of {length} bytes");
    }
}
