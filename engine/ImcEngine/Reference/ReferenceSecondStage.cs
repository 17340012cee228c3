using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Reference;

/// <summary>
/// ARITHMETIC §5, what happens to the digital sum over a chunk's kernel positions, in level integers:
/// <code>
/// noise   sum + lsb * round(mean + sigma * g(u))
/// table   lsb * level[number of k with u >= CDF[sum / lsb][k]]
/// </code>
/// One draw per sum; its array and row group are those of the chunk's first row group.
/// </summary>
/// <param name="spec">Mean and sigma in codes, or the file of the table.</param>
/// <param name="adc">For its LSB.</param>
/// <param name="layer">Ordinal among the network's macro layers.</param>
/// <param name="seeds">Run and repeat.</param>
/// <exception cref="ImcException">The table cannot be read.</exception>
internal sealed class ReferenceSecondStage(AdcSpec spec, AdcTransfer adc, int layer, ReferenceSeeds seeds)
{
    private readonly MeasuredTable? _table = spec.SecondTable is { } file ? MeasuredTable.Read(file) : null;
    private readonly long _lsb = (long)Math.Round(AdcTransfer.LevelsPerCount * adc.LsbCounts);

    /// <param name="sum">Level integers.</param>
    /// <param name="at">Of the chunk's first row group.</param>
    /// <param name="place">Likewise.</param>
    public long Convert(long sum, Conversion at, ReferenceColumn place, int image)
    {
        uint u = Draws.Conversion(new(seeds.Run, DrawPurpose.SecondStage, layer, seeds.Repeat),
            new(place.Array, place.Column, image, at.Pixel, at.RowGroup, at.InputBit));
        return _table is null
            ? sum + (_lsb * NoiseCodes(u))
            : (long)Math.Round(_lsb * _table.LevelCounts[ReferenceTable.Code(_table, (int)(sum / _lsb), BeyondTable.Error, u)]);
    }

    /// <summary>Magnitude that no result exceeds.</summary>
    /// <param name="mostSum">Magnitude that no sum exceeds.</param>
    public long Most(long mostSum) => _table is null
        ? mostSum + (_lsb * Math.Max(Math.Abs(NoiseCodes(uint.MinValue)), Math.Abs(NoiseCodes(uint.MaxValue))))
        : (long)Math.Round(_lsb * _table.LevelCounts.Max(Math.Abs));

    private long NoiseCodes(uint u) => (long)Math.Round(spec.SecondNoiseMean!.Value + (spec.SecondNoiseSigma!.Value * Gaussian.Normal(u)));
}
