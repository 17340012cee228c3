namespace ImcEngine.Images.Pictures.Webp;

/// <summary>
/// A prefix code of lossless WebP: canonical, of up to 15 bits, the first bit of a code in the lowest bit of the data. A code of one symbol
/// takes no bits.
/// <code>
/// simple    1  symbols - 1[1]  long[1]  symbol[1 or 8]  second symbol[8]
/// normal    0  lengths of codes of code lengths: count - 4[4] {3}...  then code lengths: 0 .. 15, 16 repeat (3 + [2]),
///           17 zeros (3 + [3]), 18 zeros (11 + [7])
/// </code>
/// </summary>
internal sealed class PrefixCode
{
    private const int MostBits = 15, FastBits = 8, LengthBits = 12;

    /// <summary>By the next bits, length * 2^12 + symbol; 0 where the code is longer.</summary>
    private readonly ushort[] _fast = [];

    /// <summary>By length: the first code, the number of codes, and where their symbols begin.</summary>
    private readonly int[] _first = new int[MostBits + 1], _counts = new int[MostBits + 1], _starts = new int[MostBits + 1];

    private readonly ushort[] _symbols;

    /// <param name="lengths">The length of each symbol's code; 0 for none.</param>
    /// <exception cref="InvalidDataException">There are too many or too few codes of some length.</exception>
    private PrefixCode(ReadOnlySpan<byte> lengths)
    {
        foreach (byte length in lengths) _counts[length]++;
        _counts[0] = 0;
        int room = 0, code = 0, start = 0;
        for (int length = 1; length <= MostBits; length++)
        {
            code = (code + _counts[length - 1]) << 1;
            (_first[length], _starts[length]) = (code, start);
            start += _counts[length];
            room += _counts[length] << (MostBits - length);
        }
        _symbols = new ushort[start];
        if (start != 1 && room != 1 << MostBits) throw Damaged();
        Span<int> next = stackalloc int[MostBits + 1];
        _starts.CopyTo(next);
        for (int symbol = 0; symbol < lengths.Length; symbol++)
            if (lengths[symbol] > 0)
                _symbols[next[lengths[symbol]]++] = (ushort)symbol;
        if (start > 1) _fast = MakeFast();
    }

    private bool IsSingle => _symbols.Length == 1;

    /// <param name="symbols">The number of symbols.</param>
    /// <exception cref="InvalidDataException">The data are damaged.</exception>
    public static PrefixCode Read(ref LosslessBits bits, int symbols)
    {
        var lengths = new byte[symbols];
        if (bits.Read(1) == 1) ReadSimple(ref bits, lengths);
        else ReadNormal(ref bits, lengths);
        bits.RequirePresent();
        return new(lengths);
    }

    public int ReadSymbol(ref LosslessBits bits)
    {
        if (IsSingle) return _symbols[0];
        int ahead = bits.Peek(MostBits), fast = _fast[ahead & ((1 << FastBits) - 1)], code = 0;
        if (fast != 0)
        {
            bits.Skip(fast >> LengthBits);
            return fast & ((1 << LengthBits) - 1);
        }
        for (int length = 1; length <= MostBits; length++)
        {
            code = (code << 1) | ((ahead >> (length - 1)) & 1);
            int index = code - _first[length];
            if (index < 0 || index >= _counts[length]) continue;
            bits.Skip(length);
            return _symbols[_starts[length] + index];
        }
        throw Damaged();
    }

    private static void ReadSimple(ref LosslessBits bits, byte[] lengths)
    {
        int symbols = bits.Read(1) + 1, sizeOfFirst = bits.Read(1) == 1 ? 8 : 1;
        for (int i = 0; i < symbols; i++)
        {
            int symbol = bits.Read(i == 0 ? sizeOfFirst : 8);
            if (symbol >= lengths.Length) throw Damaged();
            lengths[symbol] = 1;
        }
    }

    private static void ReadNormal(ref LosslessBits bits, byte[] lengths)
    {
        ReadOnlySpan<byte> order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        var ofLengths = new byte[order.Length];
        int given = 4 + bits.Read(4);
        if (given > order.Length) throw Damaged();
        for (int i = 0; i < given; i++) ofLengths[order[i]] = (byte)bits.Read(3);
        var code = new PrefixCode(ofLengths);
        int left = bits.Read(1) == 0 ? lengths.Length : 2 + bits.Read(2 + (2 * bits.Read(3)));
        if (left > lengths.Length) throw Damaged();
        byte previous = 8;
        for (int symbol = 0; symbol < lengths.Length && left > 0; left--)
        {
            int length = code.ReadSymbol(ref bits);
            if (length <= MostBits)
            {
                lengths[symbol++] = (byte)length;
                if (length != 0) previous = (byte)length;
                continue;
            }
            int times = length switch { 16 => 3 + bits.Read(2), 17 => 3 + bits.Read(3), _ => 11 + bits.Read(7) };
            if (times > lengths.Length - symbol) throw Damaged();
            lengths.AsSpan(symbol, times).Fill(length == 16 ? previous : (byte)0);
            symbol += times;
        }
    }

    private ushort[] MakeFast()
    {
        var fast = new ushort[1 << FastBits];
        for (int length = 1; length <= FastBits; length++)
            for (int i = 0; i < _counts[length]; i++)
            {
                int reversed = 0;
                for (int bit = 0; bit < length; bit++) reversed |= (((_first[length] + i) >> bit) & 1) << (length - 1 - bit);
                for (int at = reversed; at < fast.Length; at += 1 << length)
                    fast[at] = (ushort)((length << LengthBits) | _symbols[_starts[length] + i]);
            }
        return fast;
    }

    private static InvalidDataException Damaged() => new("its data are damaged: some bits are no prefix code");
}
