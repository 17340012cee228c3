namespace ImcEngine.Evaluation;

/// <summary>
/// The two sums of a signal-to-quantization-noise ratio: of exact^2 and of (exact - actual)^2, in double in index order. If the sums of
/// single images are added in image order, they do not depend on threads or batches.
/// </summary>
/// <param name="Signal">The sum of weight * exact^2.</param>
/// <param name="Noise">The sum of weight * (exact - actual)^2.</param>
internal readonly record struct SqnrSums(double Signal, double Noise)
{
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static SqnrSums Measure(ReadOnlySpan<float> exact, ReadOnlySpan<float> actual)
    {
        if (exact.Length != actual.Length)
            throw new ArgumentException($"{exact.Length} exact and {actual.Length} actual elements cannot be compared.", nameof(actual));
        var sums = default(SqnrSums);
        for (int i = 0; i < exact.Length; i++) sums += Measure(exact[i], actual[i]);
        return sums;
    }

    /// <summary>Returns the sums against two exact spans. Each sum waits for its last addition, so the four of them together take hardly
    /// longer than two.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static (SqnrSums First, SqnrSums Second) Measure(ReadOnlySpan<float> first, ReadOnlySpan<float> second,
        ReadOnlySpan<float> actual)
    {
        if (first.Length != actual.Length || second.Length != actual.Length)
            throw new ArgumentException(
                $"{first.Length}, {second.Length} and {actual.Length} elements cannot be compared.", nameof(actual));
        double firstSignal = 0, firstNoise = 0, secondSignal = 0, secondNoise = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double a = first[i], b = second[i], x = actual[i];
            firstSignal += a * a;
            firstNoise += (a - x) * (a - x);
            secondSignal += b * b;
            secondNoise += (b - x) * (b - x);
        }
        return (new(firstSignal, firstNoise), new(secondSignal, secondNoise));
    }

    /// <summary>Returns the sums of one element with a weight.</summary>
    public static SqnrSums Measure(double exact, double actual, double weight = 1) =>
        new(weight * exact * exact, weight * (exact - actual) * (exact - actual));

    public static SqnrSums operator +(SqnrSums left, SqnrSums right) => new(left.Signal + right.Signal, left.Noise + right.Noise);

    /// <summary>10 log10(signal / noise); positive infinity without noise, negative infinity with noise but no signal.</summary>
    public double SqnrDb => Noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(Signal / Noise);
}
