using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Reference;

/// <summary>
/// The second stage (ARITHMETIC §5): converts the digital sum over a chunk's kernel positions, in level integers:
/// <code>
/// noise   sum + lsb * round(mean + sigma * g(u))
/// table   lsb * level[number of k with u >= CDF[sum / lsb][k]]
/// </code>
/// There is one draw per sum. Its array and row group are those of the chunk's first row group.
/// </summary>
/// <param name="spec">The mean and sigma in codes, or the file of the table.</param>
/// <param name="adc">The ADC, for its LSB.</param>
/// <param name="layer">The ordinal of the layer among the network's macro layers.</param>
/// <param name="seeds">The seeds; the run's seed and its repetition are used.</param>
/// <exception cref="ImcException">The table cannot be read.</exception>
internal sealed class ReferenceSecondStage(AdcSpec spec, AdcTransfer adc, int layer, ReferenceSeeds seeds)
{
    private readonly MeasuredTable? _table = spec.SecondTable is { } file ? MeasuredTable.Read(file) : null;
    private readonly long _lsb = (long)Math.Round(AdcTransfer.LevelsPerCount * adc.LsbCounts);

    /// <summary>Returns the converted sum, in level integers.</summary>
    /// <param name="sum">The sum, in level integers.</param>
    /// <param name="at">The conversion of the chunk's first row group.</param>
    /// <param name="place">The column of the chunk's first row group.</param>
    public long Convert(long sum, Conversion at, ReferenceColumn place, int image)
    {
        uint u = Draws.Conversion(new(seeds.Run, DrawPurpose.SecondStage, layer, seeds.Repeat),
            new(place.Array, place.Column, image, at.Pixel, at.RowGroup, at.InputDigit));
        return _table is null
            ? sum + (_lsb * NoiseCodes(u))
            : (long)Math.Round(_lsb * _table.LevelCounts[ReferenceTable.Code(_table, (int)(sum / _lsb), BeyondTable.Error, u)]);
    }

    /// <summary>Returns a bound on the magnitude of results.</summary>
    /// <param name="mostSum">A bound on the magnitude of sums.</param>
    public long Most(long mostSum) => _table is null
        ? mostSum + (_lsb * Math.Max(Math.Abs(NoiseCodes(uint.MinValue)), Math.Abs(NoiseCodes(uint.MaxValue))))
        : (long)Math.Round(_lsb * _table.LevelCounts.Max(Math.Abs));

    private long NoiseCodes(uint u) => (long)Math.Round(spec.SecondNoiseMean!.Value + (spec.SecondNoiseSigma!.Value * Gaussian.Normal(u)));
}
