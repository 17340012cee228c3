using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>
/// ARITHMETIC §6, the digital end of a layer: y = (float)acc * m + b, multiply and add rounded separately;
/// in double where |acc| may pass 2^24.
/// m and b are made in double for the accumulators' unit and rounded to float32 once:
/// <code>
/// counts   m                b
/// codes    m * lsb          b + m * low * W       W = sum of plane weights over all conversions of one result, low = level of code 0
/// levels   m / 65536        b
/// </code>
/// </summary>
internal sealed record ReferenceScale
{
    private const long ExactInFloat = 1L << 24;

    /// <param name="layer">For its planes.</param>
    /// <param name="rowGroups">Row groups of one convolution group: conversions per plane pair of one result.</param>
    /// <param name="rows">Most rows of a row group.</param>
    /// <param name="adc">The layer's transfer.</param>
    /// <param name="unit">What acc counts.</param>
    /// <param name="resultScale">m of acc in counts.</param>
    /// <param name="resultShift">b of acc in counts.</param>
    /// <param name="second">Of the sums over kernel positions.</param>
    public ReferenceScale(
        ReferenceLayer layer, int rowGroups, int rows, AdcTransfer adc, AccumulationUnit unit, double resultScale, double resultShift,
        ReferenceSecondStage? second = null)
    {
        long planeWeights = 0, magnitudes = 0;
        for (int i = 0; i < layer.InputFormat.Bits; i++)
            for (int j = 0; j < layer.WeightFormat.Bits; j++)
            {
                long weight = (long)layer.InputFormat.PlaneWeight(i) * layer.WeightFormat.PlaneWeight(j);
                planeWeights += weight;
                magnitudes += Math.Abs(weight);
            }
        (Scale, Shift) = unit switch
        {
            AccumulationUnit.Counts => ((float)resultScale, (float)resultShift),
            AccumulationUnit.Codes => ((float)(resultScale * adc.LsbCounts),
                (float)(resultShift + (resultScale * adc.LevelCounts[0] * (rowGroups * planeWeights)))),
            _ => ((float)(resultScale / AdcTransfer.LevelsPerCount), (float)resultShift),
        };
        int positions = layer.Geometry.IsLinear ? 1 : layer.Geometry.Taps;
        long perConversion = MostPerConversion(adc, unit, rows);
        MostAcc =
            magnitudes * (second is null ? rowGroups * perConversion : rowGroups / positions * second.Most(positions * perConversion));
    }

    /// <summary>m of the accumulators' unit.</summary>
    public float Scale { get; }

    /// <summary>b of the accumulators' unit.</summary>
    public float Shift { get; }

    /// <summary>|acc| never exceeds this.</summary>
    public long MostAcc { get; }

    public float Result(long acc) => MostAcc > ExactInFloat ? (float)(((double)acc * Scale) + Shift) : ((float)acc * Scale) + Shift;

    private static long MostPerConversion(AdcTransfer adc, AccumulationUnit unit, int rows) => unit switch
    {
        AccumulationUnit.Counts => rows,
        AccumulationUnit.Codes => adc.Codes - 1,
        _ when adc.PassesSums => ExactInFloat + 1,
        _ => new ReferenceAdc(adc).LevelIntegers.Max(Math.Abs),
    };
}
