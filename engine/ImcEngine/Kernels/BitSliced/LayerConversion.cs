using System.Collections.Immutable;
using ImcEngine.Kernels.Adc;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced;

/// <summary>How a layer's counts become codes, whatever lies side by side in the lanes.</summary>
/// <param name="CountOffset">What is subtracted from every count.</param>
/// <param name="Certain">What codes are too low by.</param>
/// <param name="Residuals">Of each code of the plan (<see cref="AffineLevels"/>); empty for none.</param>
internal sealed record LayerConversion(CounterEncoding Encoding, ConversionPlan Plan, int CountOffset, int Certain,
    ImmutableArray<int> Residuals)
{
    /// <summary>Of an ideal die.</summary>
    /// <param name="hasTernaryLogic">Of the lanes that compare.</param>
    public static LayerConversion OfIdealDie(MappedLayer layer, IntegerAdc adc, bool hasTernaryLogic)
    {
        var encoding = new CounterEncoding(layer);
        var thresholds = encoding.Thresholds(adc, hasTernaryLogic);
        return new(encoding, thresholds.Plan, thresholds.CountOffset, thresholds.Certain, thresholds.Residuals(adc));
    }

    /// <summary>Of a die whose columns have thresholds of their own.</summary>
    /// <param name="hasTernaryLogic">Of the lanes that compare.</param>
    public static (LayerConversion Conversion, DieThresholds Thresholds) OfColumns(MappedLayer layer, DieEdges edges, bool hasTernaryLogic,
        ColumnLayout layout)
    {
        var encoding = new CounterEncoding(layer);
        var thresholds = new DieThresholds(layer, encoding, edges, hasTernaryLogic);
        return (new(encoding, thresholds.Constants.PlanFor(layout), thresholds.Constants.CountOffset, 0, []), thresholds);
    }
}
