using ImcEngine.Macro;

namespace ImcEngine.Evaluation;

/// <summary>Sums over the results of one output channel: t of the digital network, p of the macro.</summary>
internal readonly record struct ChannelSums(long Count, double T, double P, double TT, double PP, double TP)
{
    /// <summary>Returns the sums of each channel of one image, in index order.</summary>
    /// <param name="digital"><c>[channel, pixel]</c>.</param>
    /// <param name="macro">The macro's results, in the same shape.</param>
    public static ChannelSums[] Of(int channels, ReadOnlySpan<float> digital, ReadOnlySpan<float> macro)
    {
        var all = new ChannelSums[channels];
        int pixels = digital.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            double t = 0, p = 0, tt = 0, pp = 0, tp = 0;
            for (int i = channel * pixels; i < (channel + 1) * pixels; i++)
            {
                double target = digital[i], predictor = macro[i];
                t += target;
                p += predictor;
                tt += target * target;
                pp += predictor * predictor;
                tp += target * predictor;
            }
            all[channel] = new(pixels, t, p, tt, pp, tp);
        }
        return all;
    }

    public static ChannelSums operator +(ChannelSums a, ChannelSums b) =>
        new(a.Count + b.Count, a.T + b.T, a.P + b.P, a.TT + b.TT, a.PP + b.PP, a.TP + b.TP);

    public double MeanOfTarget => T / Count;
    public double MeanOfPredictor => P / Count;
    public double SigmaOfTarget => Math.Sqrt(Math.Max(0, (TT / Count) - (MeanOfTarget * MeanOfTarget)));
    public double SigmaOfPredictor => Math.Sqrt(Math.Max(0, (PP / Count) - (MeanOfPredictor * MeanOfPredictor)));
    public double Covariance => (TP / Count) - (MeanOfTarget * MeanOfPredictor);
}

/// <summary>
/// The correction y' = f y + o of a layer's channels (ARITHMETIC §16):
/// <code>
/// bias      f = 1                             o = mean of t - f * mean of p, in all
/// affine    f = covariance / variance of p
/// moments   f = sigma of t / sigma of p
/// </code>
/// A channel gets a bias alone where either sigma is below 2^-10 of its median over the channels, where f leaves [1/4, 4], or with fewer
/// than 64 samples.
/// </summary>
internal static class ChannelFit
{
    private const double LeastSigmaOfMedian = 1.0 / 1024, LeastFactor = 0.25, MostFactor = 4;
    private const int LeastSamples = 64;

    /// <param name="images">The sums of each image's channels.</param>
    public static LayerCorrection Of(DigitalCorrection method, IReadOnlyList<ChannelSums[]> images)
    {
        var channels = new ChannelSums[images[0].Length];
        foreach (var image in images)
            for (int channel = 0; channel < channels.Length; channel++) channels[channel] += image[channel];
        double leastTarget = LeastSigmaOfMedian * Median(channels.Select(each => each.SigmaOfTarget)),
            leastPredictor = LeastSigmaOfMedian * Median(channels.Select(each => each.SigmaOfPredictor));
        var (factors, offsets, biasOnly) = (new double[channels.Length], new double[channels.Length], 0);
        for (int channel = 0; channel < channels.Length; channel++)
        {
            var sums = channels[channel];
            double factor = 1;
            if (method != DigitalCorrection.Bias)
            {
                factor = method == DigitalCorrection.Affine ? sums.Covariance / (sums.SigmaOfPredictor * sums.SigmaOfPredictor)
                    : sums.SigmaOfTarget / sums.SigmaOfPredictor;
                bool isSteady = sums.Count >= LeastSamples && sums.SigmaOfTarget > 0 && sums.SigmaOfPredictor > 0
                    && sums.SigmaOfTarget >= leastTarget && sums.SigmaOfPredictor >= leastPredictor;
                if (!isSteady || !(factor is >= LeastFactor and <= MostFactor)) (factor, biasOnly) = (1, biasOnly + 1);
            }
            (factors[channel], offsets[channel]) = (factor, sums.MeanOfTarget - (factor * sums.MeanOfPredictor));
        }
        return new(factors, offsets, biasOnly);
    }

    /// <summary>Returns the middle value, or the mean of the two middle ones.</summary>
    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
