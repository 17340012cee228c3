using System.Numerics;

namespace ImcEngine.Mapping;

/// <summary>
/// A layer's weight bits, column by column:
/// <code>words  [convGroup][column][word]     flat row r = bit (r mod 64) of word r / 64;
///                                      column = output in group * weight bits + weight bit</code>
/// </summary>
internal sealed class PackedWeights
{
    private readonly ulong[] _words;
    private readonly int _columns;

    public PackedWeights(LayerMap map, ReadOnlySpan<short> weightCodes)
    {
        var geometry = map.Geometry;
        int channels = geometry.GroupInputChannels, taps = geometry.Taps, bits = map.WeightFormat.Bits;
        Rows = taps * channels;
        Words = new Patch(geometry).Words;
        _columns = map.GroupColumns;
        _words = new ulong[(long)geometry.Groups * _columns * Words];
        for (int output = 0; output < geometry.OutputChannels; output++)
            for (int channel = 0; channel < channels; channel++)
                for (int tap = 0; tap < taps; tap++)
                {
                    int digits = map.WeightFormat.Digits(weightCodes[(output * channels + channel) * taps + tap]);
                    int row = tap * channels + channel;
                    for (int bit = 0; bit < bits; bit++)
                        _words[((long)output * bits + bit) * Words + (row >> 6)] |= (ulong)(digits >> bit & 1) << (row & 63);
                }
    }

    private PackedWeights(PackedWeights source)
    {
        (Rows, Words, _columns) = (source.Rows, source.Words, source._columns);
        _words = [.. source._words];
    }

    /// <summary>The number of flat rows of a convolution group.</summary>
    public int Rows { get; }

    /// <summary>The fraction of the weight bits that are 1.</summary>
    public double Density => _words.Sum(word => (double)BitOperations.PopCount(word)) / ((double)_words.Length / Words * Rows);

    /// <summary>The number of words of a column.</summary>
    public int Words { get; }

    public ReadOnlySpan<ulong> Column(int convGroup, int column) => _words.AsSpan((convGroup * _columns + column) * Words, Words);

    /// <summary>Returns a copy, in which a die sets its stuck bits.</summary>
    public PackedWeights Copy() => new(this);

    public void SetBit(int convGroup, int column, int row, bool bit)
    {
        ref ulong word = ref _words[(convGroup * _columns + column) * Words + (row >> 6)];
        word = bit ? word | (1UL << (row & 63)) : word & ~(1UL << (row & 63));
    }
}
