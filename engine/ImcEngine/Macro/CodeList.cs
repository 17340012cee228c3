namespace ImcEngine.Macro;

/// <summary>The edges and the levels of a calibrated ADC that is not uniform, counts: one level more than edges.</summary>
public sealed record CodeList(double[] EdgesCounts, double[] LevelsCounts)
{
    /// <summary>Returns the ADC. Its levels are multiples of 1/16 count, the unit of its accumulators (ARITHMETIC §6), unless a gain
    /// multiplies them.</summary>
    /// <exception cref="SpecException">Ties are <c>even</c> and no level is 0.</exception>
    internal AdcTransfer Transfer(TieRule ties, AdcGain gain = AdcGain.Fixed) => new(EdgesCounts, LevelsCounts, ties,
        LevelsCounts[^1] > LevelsCounts[0] ? AdcTransfer.LsbOf(LevelsCounts) : 1,
        gain == AdcGain.Fixed ? AccumulationUnit.Sixteenths : AccumulationUnit.Levels);
}
