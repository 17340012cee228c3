using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Evaluation.Verification;

/// <summary>
/// D21's layers as plain loops over real numbers, from its published description and not from the engine's code: a row group is a number
/// computed per (kernel position, channel), a plane value is a real digit, an ADC is D21's own formula of one sum. Results are in counts.
/// </summary>
internal static class D21Loops
{
    /// <param name="level">What the converter makes of a partial sum.</param>
    /// <returns><c>[outputChannel, y, x]</c>.</returns>
    public static double[] Run(ConvGeometry g, OperandFormat input, OperandFormat weight, short[] image, short[] weights, int rows,
        MappingKind mapping, Func<int, double> level)
    {
        var results = new List<double>();
        for (int o = 0; o < g.OutputChannels; o++)
            for (int y = 0; y < g.OutputHeight; y++)
                for (int x = 0; x < g.OutputWidth; x++)
                {
                    double result = 0;
                    for (int i = 0; i < input.Bits; i++)
                        for (int j = 0; j < weight.Bits; j++)
                            foreach (int sum in Sums(g, input, weight, image, weights, rows, mapping, o, y, x, i, j))
                                result += PlaneWeight(input, i) * PlaneWeight(weight, j) * level(sum);
                    results.Add(result);
                }
        return [.. results];
    }

    private static IEnumerable<int> Sums(
        ConvGeometry g, OperandFormat input, OperandFormat weight, short[] image, short[] weights, int rows, MappingKind mapping, int o,
        int y, int x, int i, int j)
    {
        var sums = new SortedDictionary<int, int>();
        int channels = g.InputChannels;
        for (int c = 0; c < channels; c++)
            for (int ky = 0; ky < g.KernelHeight; ky++)
                for (int kx = 0; kx < g.KernelWidth; kx++)
                {
                    int group = GroupOf((ky * g.KernelWidth) + kx, c, channels, rows, g.IsLinear ? MappingKind.Dense : mapping);
                    sums.TryAdd(group, 0);
                    int inY = (y * g.StrideY) + ky - g.PadTop, inX = (x * g.StrideX) + kx - g.PadLeft;
                    if (inY < 0 || inX < 0 || inY >= g.InputHeight || inX >= g.InputWidth) continue;
                    int inputCode = image[(((c * g.InputHeight) + inY) * g.InputWidth) + inX];
                    int weightCode = weights[(((((o * channels) + c) * g.KernelHeight) + ky) * g.KernelWidth) + kx];
                    sums[group] += Digit(input, inputCode, i) * Digit(weight, weightCode, j);
                }
        return sums.Values;
    }

    /// <summary>Channels that do not divide leave their rest to the last fold, overfull or not, as D21 does.</summary>
    private static int GroupOf(int position, int channel, int channels, int rows, MappingKind mapping)
    {
        int folds = (channels + rows - 1) / rows;
        return mapping switch
        {
            MappingKind.Dense => ((position * channels) + channel) / rows,
            MappingKind.SingleTap => (position * folds) + (channel / rows),
            _ when rows > channels => position / (rows / channels),
            _ => (position * folds) + Math.Min(channel / (channels / folds), folds - 1),
        };
    }

    /// <summary>Plane <paramref name="bit"/> of a code: -1 or 1 (0 for the zero of a sign), else 0 or 1.</summary>
    private static int Digit(OperandFormat format, int code, int bit)
    {
        if (format.Encoding != OperandEncoding.Bipolar) return (int)Math.Floor(code / Math.Pow(2, bit)) & 1;
        if (code == 0) return 0;
        // Greedy from the top: the sign of what is left.
        int digit = 0;
        for (int plane = format.Bits - 1; plane >= bit; plane--)
        {
            digit = code > 0 ? 1 : -1;
            code -= digit << plane;
        }
        return digit;
    }

    private static double PlaneWeight(OperandFormat format, int bit) =>
        format.Encoding == OperandEncoding.TwosComplement && bit == format.Bits - 1 ? -Math.Pow(2, bit) : Math.Pow(2, bit);

    /// <summary>Edges and levels as a list; strict >. Float32 cuts to two decimals; in a linear layer edges are cut as double; a 1-bit
    /// convolution's edges are cut to integers.</summary>
    public static double CifarLevel(int sum, double bound, int levels, int? decimals, bool isLinear)
    {
        double step = 2 * bound / (levels - 1), level = Cut(-bound);
        for (int k = 0; k < levels; k++)
        {
            double start = -bound - (step / 2), edge = k == levels - 1 ? bound - (step / 2) : (k * step) + start;
            edge = (decimals, isLinear) switch
            {
                (null, _) => (float)edge,
                (0, false) => (int)(float)edge,
                (2, true) => (long)(edge * 100) / 100.0,
                _ => Cut(edge),
            };
            if (sum > edge) level = k == levels - 1 ? Cut(bound) : Cut((k * step) - bound);
        }
        return level;

        double Cut(double counts) => decimals is null ? (float)counts : (int)((float)counts * 100f) / 100f;
    }

    public static double ImageNetLevel(int sum, float bound, int levels)
    {
        float scale = (float)((levels - 1) / (2.0 * bound)), scaled = Math.Min(Math.Max(sum, -bound), bound) * scale;
        return MathF.Round(scaled) / scale;
    }
}
