using ImcEngine.Randomness;

namespace ImcEngine.Macro;

/// <summary>
/// The temporal noise of one conversion (ARITHMETIC §4), from its random number u:
/// <code>
/// noise = round(4096 * sigma * g(u)),  sigma^2 = (bitlineNoiseCounts * (1 + p))^2 + (comparatorNoiseLsb * lsb)^2
/// noise = round(4096 * (mean[s] + sqrt(sigma[s]^2 + (comparatorNoiseLsb * lsb)^2) * g(u)))     with a noise profile
/// </code>
/// lsb is the ADC's LSB referred to the bitline (<see cref="DieSpec.AdcVoltLsbCounts"/>); halves round to even.
/// </summary>
internal static class ConversionNoise
{
    /// <exception cref="SpecException">Sigma exceeds <see cref="DieRules.MaxShiftSigmaCounts"/>.</exception>
    public static double SigmaCounts(DieSpec die, double lsbCounts) =>
        Combined(die.BitlineNoiseCounts * (1 + die.ParasiticRelative), die, lsbCounts);

    /// <summary>Sigma at one partial sum, for which a noise profile states <paramref name="profileSigmaCounts"/>.</summary>
    /// <exception cref="SpecException">Sigma exceeds <see cref="DieRules.MaxShiftSigmaCounts"/>.</exception>
    public static double SigmaCounts(DieSpec die, double lsbCounts, double profileSigmaCounts) =>
        Combined(profileSigmaCounts, die, lsbCounts);

    public static long Quanta(double sigmaCounts, uint u) =>
        (long)Math.Round(AdcTransfer.QuantaPerCount * sigmaCounts * Gaussian.Normal(u));

    public static long Quanta(double meanCounts, double sigmaCounts, uint u) => Quanta(meanCounts, sigmaCounts, Gaussian.Normal(u));

    /// <summary>The noise for the variate g(u); it increases with the variate.</summary>
    internal static long Quanta(double meanCounts, double sigmaCounts, double normal) =>
        (long)Math.Round(AdcTransfer.QuantaPerCount * (meanCounts + sigmaCounts * normal));

    /// <summary>The second stage's noise on a digital sum of codes: round(N(mean, sigma)), halves to even.</summary>
    public static int SecondStageCodes(double meanCodes, double sigmaCodes, uint u) =>
        (int)Math.Round(meanCodes + sigmaCodes * Gaussian.Normal(u));

    private static double Combined(double bitlineCounts, DieSpec die, double lsbCounts)
    {
        double comparatorCounts = die.ComparatorNoiseLsb * die.AdcVoltLsbCounts(lsbCounts);
        double sigmaCounts = Math.Sqrt(bitlineCounts * bitlineCounts + comparatorCounts * comparatorCounts);
        return sigmaCounts <= DieRules.MaxShiftSigmaCounts
            ? sigmaCounts
            : throw new SpecException("macro.die", $"total noise of {sigmaCounts} counts",
                $"allowed is a sigma of at most {DieRules.MaxShiftSigmaCounts} counts");
    }
}
