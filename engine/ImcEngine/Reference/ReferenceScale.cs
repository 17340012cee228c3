using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>
/// The digital scaling at the end of a layer (ARITHMETIC §6): y = (float)acc * m + b, with product and sum rounded separately; in double
/// where |acc| may exceed 2^24. m and b are computed in double for the accumulators' unit, and rounded to float32 once:
/// <code>
/// counts   m                b
/// codes    m * lsb          b + m * low * W       W = sum of digit weights over all conversions of one result, low = level of code 0
/// levels   m / 65536        b                   sixteenths: m / 16
/// </code>
/// </summary>
internal sealed record ReferenceScale
{
    private const long ExactInFloat = 1L << 24;

    /// <param name="layer">The layer.</param>
    /// <param name="digits">The digits of its operands.</param>
    /// <param name="rowGroups">The row groups of one convolution group: the conversions per digit pair of one result.</param>
    /// <param name="rows">The most rows of a row group.</param>
    /// <param name="adc">The layer's transfer.</param>
    /// <param name="unit">The unit of acc.</param>
    /// <param name="resultScale">m for acc in counts.</param>
    /// <param name="resultShift">b for acc in counts.</param>
    /// <param name="second">The second stage, which converts the sums over kernel positions; null for none.</param>
    /// <param name="summedVotes">The levels that are summed for each partial sum, of which the mean counts.</param>
    /// <param name="own">The ADCs of all conversions, where they differ; null where all have <paramref name="adc"/>.</param>
    public ReferenceScale(
        ReferenceLayer layer, ReferenceDigits digits, int rowGroups, int rows, AdcTransfer adc, AccumulationUnit unit,
        double resultScale, double resultShift,
        ReferenceSecondStage? second = null, int summedVotes = 1, ReferenceConversionAdcs? own = null)
    {
        long weights = 0, magnitudes = 0;
        int mostProduct = 0;
        foreach (var input in digits.Inputs)
            foreach (var other in digits.Weights)
            {
                long weight = (long)input.Weight * other.Weight;
                weights += weight;
                magnitudes += Math.Abs(weight);
                mostProduct = Math.Max(mostProduct, ReferenceDigits.Products(input, other).Max(Math.Abs));
            }
        (Scale, Shift) = unit switch
        {
            AccumulationUnit.Counts => ((float)resultScale, (float)resultShift),
            AccumulationUnit.Codes => ((float)(resultScale * (adc.LsbCounts / summedVotes)),
                (float)(resultShift + (resultScale * adc.LevelCounts[0] * (rowGroups * weights)))),
            AccumulationUnit.Sixteenths => ((float)(resultScale * (1.0 / 16 / summedVotes)), (float)resultShift),
            _ => ((float)(resultScale * (1.0 / AdcTransfer.LevelsPerCount / summedVotes)), (float)resultShift),
        };
        int positions = layer.Geometry.IsLinear ? 1 : layer.Geometry.Taps;
        int mostSum = rows * mostProduct;
        MostAcc = second is null ? summedVotes * MostOfSums()
            : magnitudes * (rowGroups / positions * second.Most(positions * summedVotes * MostPerConversion(adc, unit, mostSum)));

        long MostOfSums()
        {
            long most = 0;
            for (int r = 0; r < rowGroups; r++)
                for (int i = 0; i < digits.Inputs.Count; i++)
                    for (int j = 0; j < digits.Weights.Count; j++)
                        most += Math.Abs((long)digits.Inputs[i].Weight * digits.Weights[j].Weight)
                            * (digits.IsDigital(digits.Inputs[i], digits.Weights[j])
                                ? mostSum * (unit == AccumulationUnit.Counts ? 1L : AdcTransfer.LevelsPerCount)
                                : MostPerConversion(own?.Of(new(0, r, i, j, 0, 0)).Transfer ?? adc, unit, mostSum));
            return most;
        }
    }

    /// <summary>m for the accumulators' unit.</summary>
    public float Scale { get; }

    /// <summary>b for the accumulators' unit.</summary>
    public float Shift { get; }

    /// <summary>A bound that |acc| never exceeds.</summary>
    public long MostAcc { get; }

    public float Result(long acc) => MostAcc > ExactInFloat ? (float)(((double)acc * Scale) + Shift) : ((float)acc * Scale) + Shift;

    private static long MostPerConversion(AdcTransfer adc, AccumulationUnit unit, int mostSum) => unit switch
    {
        AccumulationUnit.Counts => mostSum,
        AccumulationUnit.Codes => adc.Codes - 1,
        AccumulationUnit.Sixteenths => (long)(16 * adc.LevelCounts.Max(Math.Abs)),
        _ when adc.PassesSums => ExactInFloat + 1,
        _ => new ReferenceAdc(adc).LevelIntegers.Max(Math.Abs),
    };
}
