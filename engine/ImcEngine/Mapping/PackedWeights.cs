using System.Numerics;
using System.Runtime.Intrinsics;

namespace ImcEngine.Mapping;

/// <summary>
/// A layer's weight bits, column by column:
/// <code>words  [convGroup][column][word]     flat row r = bit (r mod 64) of word r / 64;
///                                      column = output in group * weight bits + weight bit</code>
/// </summary>
internal sealed class PackedWeights
{
    private const int WordRows = 64;

    private readonly ulong[] _words;
    private readonly int _columns;

    public PackedWeights(LayerMap map, ReadOnlySpan<short> weightCodes)
    {
        var geometry = map.Geometry;
        int channels = geometry.GroupInputChannels, taps = geometry.Taps, bits = map.WeightFormat.Bits;
        Rows = taps * channels;
        Words = new Patch(geometry).Words;
        _columns = map.GroupPlanes;
        _words = new ulong[(long)geometry.Groups * _columns * Words];
        var digits = new byte[Words * WordRows];
        for (int output = 0; output < geometry.OutputChannels; output++)
        {
            var codes = weightCodes.Slice(output * channels * taps, channels * taps);
            for (int tap = 0; tap < taps; tap++)
                for (int channel = 0; channel < channels; channel++)
                    digits[(tap * channels) + channel] = (byte)map.WeightFormat.Digits(codes[(channel * taps) + tap]);
            for (int bit = 0; bit < bits; bit++)
                for (int word = 0; word < Words; word++)
                    _words[(((long)output * bits + bit) * Words) + word] = Bits(digits.AsSpan(word * WordRows, WordRows), bit);
        }
    }

    private PackedWeights(PackedWeights source, ulong[] words) =>
        (Rows, Words, _columns, _words) = (source.Rows, source.Words, source._columns, words);

    /// <summary>The number of flat rows of a convolution group.</summary>
    public int Rows { get; }

    /// <summary>The fraction of the weight bits that are 1.</summary>
    public double Density
    {
        get
        {
            long set = 0;
            foreach (ulong word in _words) set += BitOperations.PopCount(word);
            return set / ((double)_words.Length / Words * Rows);
        }
    }

    /// <summary>The number of words of a column.</summary>
    public int Words { get; }

    public ReadOnlySpan<ulong> Column(int convGroup, int column) => _words.AsSpan((convGroup * _columns + column) * Words, Words);

    /// <summary>Returns a copy, in which a die sets its stuck bits.</summary>
    public PackedWeights Copy() => new(this, [.. _words]);

    /// <summary>Returns the same bits as another object, for tables of a part of the layer: kernels keep theirs by this object.</summary>
    public PackedWeights OfPart() => new(this, _words);

    public void SetBit(int convGroup, int column, int row, bool bit)
    {
        ref ulong word = ref _words[(convGroup * _columns + column) * Words + (row >> 6)];
        word = bit ? word | (1UL << (row & 63)) : word & ~(1UL << (row & 63));
    }

    /// <summary>Returns one bit of each of 64 numbers.</summary>
    private static ulong Bits(ReadOnlySpan<byte> digits, int bit)
    {
        ulong low = (Vector256.Create(digits[..32]) << (7 - bit)).ExtractMostSignificantBits();
        return low | ((ulong)(Vector256.Create(digits[32..]) << (7 - bit)).ExtractMostSignificantBits() << 32);
    }
}
