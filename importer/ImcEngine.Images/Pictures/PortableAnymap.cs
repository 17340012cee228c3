using System.Buffers.Binary;
using System.Buffers.Text;
using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Reads PBM, PGM and PPM files (Netpbm). ImageSharp reads them too, but fills what a cut file lacks, and does not scale samples whose
/// maximum is not 255.
/// <code>
/// P1 .. P6   width   height   maximum      the maximum not for P1 and P4; white space and "# comment" lines between
/// P1 P2 P3   samples as text               P1: 0 and 1, which need no space between them
/// P4         one white space, then lines of bits, each padded to bytes
/// P5 P6      one white space, then bytes; big-endian 16 bits where the maximum is above 255
/// </code>
/// P1 and P4 have 1 for black; P3 and P6 are R, G, B, pixel by pixel. A sample v of maximum m becomes <c>floor(255 v / m + 1/2)</c>.
/// </summary>
internal ref struct PortableAnymap
{
    private const int Colours = 3, LargestMaximum = ushort.MaxValue;

    private readonly ReadOnlySpan<byte> _file;
    private readonly int _kind, _maximum;
    private int _at;

    private PortableAnymap(ReadOnlySpan<byte> file)
    {
        _file = file;
        _kind = file[1] - '0';
        _at = 2;
        int width = ReadNumber(), height = ReadNumber();
        _maximum = IsBits ? 1 : ReadNumber();
        if (_maximum is < 1 or > LargestMaximum)
            throw new InvalidDataException($"its largest sample is {_maximum}; 1 to {LargestMaximum} are allowed");
        Shape = new ImageShape(_kind is 3 or 6 ? Colours : 1, height, width);
    }

    private readonly bool IsBits => _kind is 1 or 4;
    private readonly bool IsText => _kind <= 3;

    private ImageShape Shape { get; }

    /// <summary>Whether a file begins as one.</summary>
    public static bool IsOne(ReadOnlySpan<byte> file) => file.Length > 2 && file[0] == 'P' && file[1] is >= (byte)'1' and <= (byte)'6';

    public static ImageShape ReadShape(ReadOnlySpan<byte> file) => new PortableAnymap(file).Shape;

    /// <summary>Decodes a picture whose size was checked.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or cut.</exception>
    public static RawImage Decode(ReadOnlySpan<byte> file)
    {
        var reader = new PortableAnymap(file);
        return new RawImage(reader.Shape, reader.ReadPlanes());
    }

    private byte[] ReadPlanes()
    {
        int samplesOfLine = Shape.Width * Shape.Channels, plane = Shape.Height * Shape.Width;
        long needed = IsText
            ? ((IsBits ? 1 : 2) * (long)Shape.Count) - 1
            : 1 + ((long)Shape.Height * (IsBits ? (samplesOfLine + 7) / 8 : samplesOfLine * (_maximum > byte.MaxValue ? 2 : 1)));
        if (needed > _file.Length - _at)
            throw new InvalidDataException($"the file is cut: {needed} bytes of samples are needed, and {_file.Length - _at} are there");
        byte[] planes = new byte[Shape.Count];
        if (!IsText) _at++;
        for (int y = 0; y < Shape.Height; y++)
        {
            for (int i = 0; i < samplesOfLine; i++)
                planes[(i % Shape.Channels * plane) + (y * Shape.Width) + (i / Shape.Channels)] = Scaled(ReadSample(i));
            if (_kind == 4) _at += (samplesOfLine + 7) / 8;
        }
        return planes;
    }

    private int ReadSample(int column) => _kind switch
    {
        1 => ReadDigit(),
        2 or 3 => ReadNumber(),
        4 => (_file[_at + (column / 8)] >> (7 - (column % 8))) & 1,
        _ when _maximum <= byte.MaxValue => _file[_at++],
        _ => ReadPair(),
    };

    private int ReadPair()
    {
        int sample = BinaryPrimitives.ReadUInt16BigEndian(_file[_at..]);
        _at += sizeof(ushort);
        return sample;
    }

    private readonly byte Scaled(int sample)
    {
        if (sample > _maximum) throw new InvalidDataException($"a sample is {sample}, above the stated maximum {_maximum}");
        return (byte)(((2L * byte.MaxValue * (IsBits ? 1 - sample : sample)) + _maximum) / (2L * _maximum));
    }

    private int ReadDigit()
    {
        SkipSpace();
        if (_at == _file.Length) throw new InvalidDataException("the file is cut: a sample is missing");
        return _file[_at++] - '0' is var digit and (0 or 1) ? digit : throw new InvalidDataException("a sample is neither 0 nor 1");
    }

    private int ReadNumber()
    {
        SkipSpace();
        if (!Utf8Parser.TryParse(_file[_at..], out uint number, out int bytes) || number > int.MaxValue)
            throw new InvalidDataException(_at == _file.Length ? "the file is cut: a number is missing" : "a number is not one");
        _at += bytes;
        return (int)number;
    }

    private void SkipSpace()
    {
        for (; _at < _file.Length && (_file[_at] is (byte)' ' or (byte)'#' or (>= (byte)'\t' and <= (byte)'\r')); _at++)
        {
            if (_file[_at] != '#') continue;
            int end = _file[_at..].IndexOfAny((byte)'\n', (byte)'\r');
            _at = end < 0 ? _file.Length - 1 : _at + end;
        }
    }
}
