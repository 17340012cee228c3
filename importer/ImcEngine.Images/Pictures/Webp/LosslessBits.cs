namespace ImcEngine.Images.Pictures.Webp;

/// <summary>Reads bits, the lowest of a byte first. Beyond the data are zeros, which are counted.</summary>
internal ref struct LosslessBits(ReadOnlySpan<byte> data)
{
    private const int FullBits = 56;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _at, _count, _absent;
    private ulong _bits;

    /// <summary>Returns up to 16 bits without reading them.</summary>
    public int Peek(int count)
    {
        if (_count < count) Fill();
        return (int)(_bits & ((1ul << count) - 1));
    }

    /// <summary>Passes over bits that were peeked at.</summary>
    public void Skip(int count)
    {
        _bits >>= count;
        _count -= count;
    }

    /// <summary>Reads up to 24 bits.</summary>
    public int Read(int count)
    {
        int bits = Peek(count);
        Skip(count);
        return bits;
    }

    /// <exception cref="InvalidDataException">Bits were read that are not there.</exception>
    public readonly void RequirePresent()
    {
        if (_absent > _count) throw new InvalidDataException("the file is cut, or its data are damaged: they end before its picture");
    }

    private void Fill()
    {
        for (; _count <= FullBits; _count += 8)
        {
            if (_at < _data.Length) _bits |= (ulong)_data[_at++] << _count;
            else _absent += 8;
        }
    }
}
