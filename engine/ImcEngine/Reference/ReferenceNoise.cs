using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Reference;

/// <summary>
/// The temporal noise of ARITHMETIC §4:
/// <code>
/// noise = round(4096 * sigma * g(u)),  sigma^2 = (bitlineNoiseCounts * (1 + p))^2 + (comparatorNoiseLsb * lsb)^2
/// with a noise profile:
/// noise = round(4096 * (mean[s] + sqrt(sigma[s]^2 + (comparatorNoiseLsb * lsb)^2) * g(u)))
/// </code>
/// </summary>
/// <param name="die">The sigmas, and the file of the noise profile.</param>
/// <param name="adcs">The ADC of each conversion, for its LSB.</param>
/// <param name="layer">The ordinal of the layer among the network's macro layers.</param>
/// <param name="seeds">The seeds; the run's seed and its repetition are used.</param>
/// <exception cref="ImcException">The noise profile cannot be read.</exception>
internal sealed class ReferenceNoise(DieSpec die, ReferenceConversionAdcs adcs, int layer, ReferenceSeeds seeds)
{
    private readonly NoiseProfile? _profile = die.NoiseProfile is { } file ? NoiseProfile.Read(file) : null;
    private readonly double _bitlineCounts = die.BitlineNoiseCounts * (1 + die.ParasiticRelative);

    /// <summary>Returns the noise of a conversion, in quanta.</summary>
    /// <param name="at">The conversion, with its partial sum.</param>
    /// <param name="vote">The number of the conversion among several of one sum.</param>
    public long Quanta(Conversion at, ReferenceColumn place, int image, int vote = 0)
    {
        double meanCounts = _profile?.MeanCounts(at.S) ?? 0, bitlineCounts = _profile?.SigmaCounts(at.S) ?? _bitlineCounts;
        double comparatorCounts = die.ComparatorNoiseLsb * ReferenceDie.AdcVoltsLsb(die, adcs.Of(at).Transfer);
        double sigmaCounts = Math.Sqrt((bitlineCounts * bitlineCounts) + (comparatorCounts * comparatorCounts));
        double noiseCounts = sigmaCounts == 0 ? meanCounts : meanCounts + (sigmaCounts * Gaussian.Normal(Uniform(at, place, image, vote)));
        return (long)Math.Round(AdcTransfer.QuantaPerCount * noiseCounts);
    }

    /// <summary>Returns the 32 random bits of a conversion.</summary>
    public uint Uniform(Conversion at, ReferenceColumn place, int image, int vote = 0) => Draws.Conversion(
        new(seeds.Run, DrawPurpose.Conversion, layer, seeds.Repeat),
        new(place.Array, place.Column, image, at.Pixel, at.RowGroup, at.InputDigit, vote));
}
