using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Reference;

/// <summary>
/// The temporal part of ARITHMETIC §4:
/// <code>
/// noise = round(4096 * sigma * g(u)),  sigma^2 = (bitlineNoiseCounts * (1 + p))^2 + (comparatorNoiseLsb * lsb)^2
/// noise = round(4096 * (mean[s] + sqrt(sigma[s]^2 + (comparatorNoiseLsb * lsb)^2) * g(u)))     with a noise profile
/// </code>
/// </summary>
/// <param name="die">Sigmas, and the file of the noise profile.</param>
/// <param name="adc">For its LSB.</param>
/// <param name="layer">Ordinal among the network's macro layers.</param>
/// <param name="seeds">Run and repeat.</param>
/// <exception cref="ImcException">The noise profile cannot be read.</exception>
internal sealed class ReferenceNoise(DieSpec die, AdcTransfer adc, int layer, ReferenceSeeds seeds)
{
    private readonly NoiseProfile? _profile = die.NoiseProfile is { } file ? NoiseProfile.Read(file) : null;
    private readonly double _bitlineCounts = die.BitlineNoiseCounts * (1 + die.ParasiticRelative);
    private readonly double _comparatorCounts = die.ComparatorNoiseLsb * ReferenceDie.AdcVoltsLsb(die, adc);

    /// <param name="at">With its partial sum.</param>
    public long Quanta(Conversion at, ReferenceColumn place, int image)
    {
        double meanCounts = _profile?.MeanCounts(at.S) ?? 0, bitlineCounts = _profile?.SigmaCounts(at.S) ?? _bitlineCounts;
        double sigmaCounts = Math.Sqrt((bitlineCounts * bitlineCounts) + (_comparatorCounts * _comparatorCounts));
        double noiseCounts = sigmaCounts == 0 ? meanCounts : meanCounts + (sigmaCounts * Gaussian.Normal(Uniform(at, place, image)));
        return (long)Math.Round(AdcTransfer.QuantaPerCount * noiseCounts);
    }

    /// <summary>The 32 random bits of a conversion.</summary>
    public uint Uniform(Conversion at, ReferenceColumn place, int image) => Draws.Conversion(
        new(seeds.Run, DrawPurpose.Conversion, layer, seeds.Repeat),
        new(place.Array, place.Column, image, at.Pixel, at.RowGroup, at.InputBit));
}
