using System.Collections.Immutable;
using ImcEngine.Kernels.Adc;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced;

/// <summary>The conversion of a layer's counts to codes, for columns or pixels in the lanes.</summary>
/// <param name="CountOffset">The number subtracted from every count.</param>
/// <param name="Certain">The number by which the plan's codes are too low.</param>
/// <param name="Residuals">The residual of each code of the plan (<see cref="AffineLevels"/>); empty where all are 0.</param>
internal sealed record LayerConversion(CounterEncoding Encoding, ConversionPlan Plan, int CountOffset, int Certain,
    ImmutableArray<int> Residuals)
{
    /// <summary>Returns the conversion on an ideal die.</summary>
    /// <param name="hasTernaryLogic">Whether the kernel's lanes have ternary logic.</param>
    public static LayerConversion OfIdealDie(MappedLayer layer, IntegerAdc adc, bool hasTernaryLogic)
    {
        var encoding = new CounterEncoding(layer);
        var thresholds = encoding.Thresholds(adc, hasTernaryLogic);
        return new(encoding, thresholds.Plan, thresholds.CountOffset, thresholds.Certain, thresholds.Residuals(adc));
    }

    /// <summary>Returns the conversion on a die where each column has its own thresholds.</summary>
    /// <param name="hasTernaryLogic">Whether the kernel's lanes have ternary logic.</param>
    public static (LayerConversion Conversion, DieThresholds Thresholds) OfColumns(MappedLayer layer, WholeCounts counts,
        bool hasTernaryLogic, ColumnLayout layout)
    {
        var encoding = new CounterEncoding(layer);
        var thresholds = new DieThresholds(layer, encoding, counts.Edges, hasTernaryLogic);
        return (new(encoding, thresholds.Constants.PlanFor(layout), thresholds.Constants.CountOffset, 0, counts.Residuals), thresholds);
    }
}
