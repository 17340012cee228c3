using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>The temporal part of ARITHMETIC §4: sigma^2 = (bitlineNoiseCounts * (1 + p))^2 + (comparatorNoiseLsb * lsb)^2, noise = round(4096 * sigma * g(u)).</summary>
/// <param name="die">Sigmas.</param>
/// <param name="adc">For its LSB.</param>
/// <param name="layer">Ordinal among the network's macro layers.</param>
/// <param name="seeds">Run and repeat.</param>
public sealed class ReferenceNoise(DieSpec die, AdcTransfer adc, int layer, ReferenceSeeds seeds)
{
    private readonly double _bitlineCounts = die.BitlineNoiseCounts * (1 + die.ParasiticRelative);
    private readonly double _comparatorCounts = die.ComparatorNoiseLsb * ReferenceDie.AdcVoltsLsb(die, adc);

    public long Quanta(Conversion at, ReferenceColumn place, int image)
    {
        double sigmaCounts = Math.Sqrt((_bitlineCounts * _bitlineCounts) + (_comparatorCounts * _comparatorCounts));
        return sigmaCounts == 0 ? 0 : (long)Math.Round(AdcTransfer.QuantaPerCount * sigmaCounts * Gaussian.Normal(Uniform(at, place, image)));
    }

    /// <summary>The 32 random bits of a conversion.</summary>
    public uint Uniform(Conversion at, ReferenceColumn place, int image) => Draws.Conversion(
        new(seeds.Run, DrawPurpose.Conversion, layer, seeds.Repeat), new(place.Array, place.Column, image, at.Pixel, at.RowGroup, at.InputBit));
}
