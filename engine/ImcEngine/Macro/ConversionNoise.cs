namespace ImcEngine.Macro;

/// <summary>
/// Temporal noise of one conversion (ARITHMETIC §4), from its random u:
/// <code>
/// noise = round(4096 * sigma * g(u)),  sigma^2 = (bitlineNoiseCounts * (1 + p))^2 + (comparatorNoiseLsb * lsb)^2
/// noise = round(4096 * (mean[s] + sqrt(sigma[s]^2 + (comparatorNoiseLsb * lsb)^2) * g(u)))     with a noise profile
/// </code>
/// lsb is the ADC's in its own volts (<see cref="DieSpec.AdcVoltLsbCounts"/>); halves round to even.
/// </summary>
public static class ConversionNoise
{
    public static double SigmaCounts(DieSpec die, double lsbCounts)
    {
        double bitlineCounts = die.BitlineNoiseCounts * (1 + die.ParasiticRelative), comparatorCounts = die.ComparatorNoiseLsb * die.AdcVoltLsbCounts(lsbCounts);
        return Math.Sqrt(bitlineCounts * bitlineCounts + comparatorCounts * comparatorCounts);
    }

    /// <summary>Sigma at one partial sum of a profile.</summary>
    public static double SigmaCounts(DieSpec die, double lsbCounts, double profileSigmaCounts)
    {
        double comparatorCounts = die.ComparatorNoiseLsb * die.AdcVoltLsbCounts(lsbCounts);
        return Math.Sqrt(profileSigmaCounts * profileSigmaCounts + comparatorCounts * comparatorCounts);
    }

    public static int Quanta(double sigmaCounts, uint u) => (int)Math.Round(AdcTransfer.QuantaPerCount * sigmaCounts * Gaussian.Normal(u));

    public static int Quanta(double meanCounts, double sigmaCounts, uint u) =>
        (int)Math.Round(AdcTransfer.QuantaPerCount * (meanCounts + sigmaCounts * Gaussian.Normal(u)));
}
