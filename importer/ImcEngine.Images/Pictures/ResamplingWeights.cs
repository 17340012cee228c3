namespace ImcEngine.Images.Pictures;

/// <summary>
/// The weights with which <c>in</c> pixels of a line become <c>out</c>, in double, each operation rounded for itself and none fused:
/// <code>
/// scale   = in / out
/// stretch = max(scale, 1)                       antialiasing: the filter covers all pixels that an output pixel stands for
/// support = radius * stretch
/// centre  = (x + 0.5) * scale                   of output pixel x, on the line of input pixels
/// first   = max(0, trunc(centre - support + 0.5))
/// end     = min(in, trunc(centre + support + 0.5))
/// w[i]    = filter((first + i - centre + 0.5) * (1 / stretch))      for i in 0 .. end - first - 1
/// weight  = w[i] * (1 / (w[0] + w[1] + ...))                        added in this order
///
/// bilinear: radius 1, filter(t) = 1 - |t|  for |t| &lt; 1, otherwise 0
/// bicubic:  radius 2, a = -0.5:
///           filter(t) = ((a + 2) |t| - (a + 3)) |t| |t| + 1         for |t| &lt; 1
///                     = (((|t| - 5) |t| + 8) |t| - 4) a             for |t| &lt; 2, otherwise 0
///
/// fixed   = trunc(weight * 2^22 +- 0.5)         away from 0; for bytes, whose sums are then exact integers
/// </code>
/// These are Pillow's (<c>Resample.c</c>), which torchvision uses on pictures.
/// </summary>
internal sealed class ResamplingWeights
{
    /// <summary>Bits behind the binary point of the fixed-point weights.</summary>
    public const int FixedBits = 22;

    private const double BicubicA = -0.5;

    private readonly double[] _weights;
    private readonly int[] _fixed;
    private readonly int[] _firsts, _counts;
    private readonly int _most;

    public ResamplingWeights(int inputs, int outputs, Interpolation interpolation)
    {
        double scale = (double)inputs / outputs, stretch = Math.Max(scale, 1), support = Radius(interpolation) * stretch;
        _most = checked((2 * (int)Math.Ceiling(support)) + 1);
        _weights = new double[checked(outputs * _most)];
        (_firsts, _counts) = (new int[outputs], new int[outputs]);
        for (int x = 0; x < outputs; x++)
        {
            double centre = (x + 0.5) * scale;
            int first = Math.Max(0, (int)(centre - support + 0.5)), end = Math.Min(inputs, (int)(centre + support + 0.5));
            (_firsts[x], _counts[x]) = (first, end - first);
            FillNormalized(_weights.AsSpan(x * _most, end - first), first, centre, 1 / stretch, interpolation);
        }
        _fixed = Array.ConvertAll(_weights, weight => (int)((weight * (1 << FixedBits)) + (weight < 0 ? -0.5 : 0.5)));
    }

    public int Outputs => _firsts.Length;

    /// <summary>Returns the first input pixel that an output pixel depends on.</summary>
    public int FirstOf(int output) => _firsts[output];

    /// <summary>Returns the weights of an output pixel, one for each input pixel from the first on.</summary>
    public ReadOnlySpan<double> Of(int output) => _weights.AsSpan(output * _most, _counts[output]);

    /// <summary>Returns <see cref="Of"/> in fixed point.</summary>
    public ReadOnlySpan<int> FixedOf(int output) => _fixed.AsSpan(output * _most, _counts[output]);

    private static int Radius(Interpolation interpolation) => interpolation == Interpolation.Bicubic ? 2 : 1;

    private static void FillNormalized(Span<double> weights, int first, double centre, double step, Interpolation interpolation)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double distance = Math.Abs((first + i - centre + 0.5) * step);
            weights[i] = interpolation == Interpolation.Bicubic ? Cubic(distance) : Triangle(distance);
            sum += weights[i];
        }
        double factor = 1 / sum;
        foreach (ref double weight in weights) weight *= factor;
    }

    private static double Triangle(double t) => t < 1 ? 1 - t : 0;

    private static double Cubic(double t) => t switch
    {
        < 1 => ((((BicubicA + 2) * t) - (BicubicA + 3)) * t * t) + 1,
        < 2 => ((((t - 5) * t) + 8) * t - 4) * BicubicA,
        _ => 0,
    };
}
