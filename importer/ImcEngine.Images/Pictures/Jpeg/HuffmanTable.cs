namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// A Huffman table of a JPEG file (ITU-T T.81, annexes C and F). Codes of one length are consecutive numbers; the first of a length is the
/// one behind the last of the length before, with a 0 appended. Codes of up to <see cref="FastBits"/> bits are looked up.
/// </summary>
internal sealed class HuffmanTable
{
    public const int MostBits = 16;

    private const int FastBits = 9;

    /// <summary>By the first bits, length * 256 + symbol; 0 where the code is longer.</summary>
    private readonly ushort[] _fast = new ushort[1 << FastBits];

    /// <summary>By length, the greatest code, -1 where there is none; and what it takes to get from a code to the index of its symbol.
    /// </summary>
    private readonly int[] _greatest = new int[MostBits + 1], _toIndex = new int[MostBits + 1];

    private readonly byte[] _symbols;

    /// <param name="counts">The number of codes of 1 to 16 bits.</param>
    /// <param name="symbols">Their symbols.</param>
    /// <exception cref="InvalidDataException">There are more codes of a length than it has.</exception>
    public HuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        int code = 0, index = 0;
        for (int length = 1; length <= MostBits; length++)
        {
            _toIndex[length] = index - code;
            for (int i = 0; i < counts[length - 1]; i++, code++, index++)
                if (length <= FastBits && code < 1 << length)
                    _fast.AsSpan(code << (FastBits - length), 1 << (FastBits - length)).Fill((ushort)((length << 8) | _symbols[index]));
            if (code > 1 << length) throw new InvalidDataException($"a Huffman table has too many codes of {length} bits");
            _greatest[length] = counts[length - 1] > 0 ? code - 1 : -1;
            code <<= 1;
        }
    }

    /// <exception cref="InvalidDataException">The bits are no code.</exception>
    public int Read(ref EntropyBits bits)
    {
        int ahead = bits.Peek(MostBits), fast = _fast[ahead >> (MostBits - FastBits)];
        if (fast != 0)
        {
            bits.Skip(fast >> 8);
            return fast & byte.MaxValue;
        }
        for (int length = FastBits + 1; length <= MostBits; length++)
        {
            int code = ahead >> (MostBits - length);
            if (code > _greatest[length]) continue;
            bits.Skip(length);
            return _symbols[_toIndex[length] + code];
        }
        throw new InvalidDataException("its data are damaged: some bits are no Huffman code");
    }
}
