namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// Reads bits of the entropy-coded data of a scan, the highest of a byte first. FF 00 stands for FF; FF with another byte is a restart
/// marker, where the bits end. Beyond them are zeros, which are counted.
/// </summary>
internal ref struct EntropyBits(ReadOnlySpan<byte> data)
{
    private const byte Prefix = 0xFF, FirstRestart = 0xD0;
    private const int Restarts = 8, FullBits = 56;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _at, _restarts;

    /// <summary>The next bits, highest first, of which <see cref="_count"/> are filled; the last <see cref="_absent"/> are not in the data.
    /// </summary>
    private ulong _bits;
    private int _count, _absent;

    /// <summary>Returns up to 16 bits without reading them.</summary>
    public int Peek(int count)
    {
        if (_count < count) Fill();
        return (int)(_bits >> (64 - count));
    }

    /// <summary>Passes over bits that were peeked at.</summary>
    public void Skip(int count)
    {
        _bits <<= count;
        _count -= count;
    }

    public int Read(int count)
    {
        if (count == 0) return 0;
        int bits = Peek(count);
        Skip(count);
        return bits;
    }

    /// <summary>Reads a number of a size in bits: those that begin with 0 stand for negative ones (T.81, F.2.2.1).</summary>
    public int ReadSigned(int size)
    {
        int bits = Read(size);
        return size > 0 && bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
    }

    /// <exception cref="InvalidDataException">Bits were read that are not there.</exception>
    public readonly void RequirePresent()
    {
        if (_absent > _count) throw new InvalidDataException("the file is cut, or its data are damaged: a scan ends before its picture");
    }

    /// <summary>Goes on behind the next restart marker.</summary>
    /// <exception cref="InvalidDataException">It is not the next thing in the data.</exception>
    public void Restart()
    {
        RequirePresent();
        Fill();
        if (_count - _absent >= 8 || _at + 1 >= _data.Length || _data[_at + 1] != FirstRestart + _restarts)
            throw new InvalidDataException("its data are damaged: a restart marker is not where it must be");
        _at += 2;
        _restarts = (_restarts + 1) % Restarts;
        (_bits, _count, _absent) = (0, 0, 0);
    }

    private void Fill()
    {
        while (_count <= FullBits)
        {
            byte next = 0;
            while (_at + 1 < _data.Length && _data[_at] == Prefix && _data[_at + 1] == Prefix) _at++;
            if (_at < _data.Length && (_data[_at] != Prefix || (_at + 1 < _data.Length && _data[_at + 1] == 0)))
            {
                next = _data[_at];
                _at += next == Prefix ? 2 : 1;
            }
            else
            {
                _absent += 8;
            }
            _bits |= (ulong)next << (FullBits - _count);
            _count += 8;
        }
    }
}
