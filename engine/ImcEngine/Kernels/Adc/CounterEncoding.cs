using System.Numerics;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// The scale on which a layer's partial sums s are counted, so that thresholds are the same for every column and pixel. With A the number
/// of ANDs that are 1, c the set input bits of the driven rows, d the driven rows, W the set weight bits among them:
/// <code>
/// AND                     s = A                  u = A
/// gated                   s = 2 A - c            u = 2 A - c + bias
/// XNOR, d always even     s = 4 A - 2 c + d - 2 W    u = s / 2 + bias = 2 A - c + d / 2 - W + bias
/// XNOR, else                                     u = s + bias
/// three-valued            s = 2 M - d            u = 2 M - d + bias     M the rows that match, found among those of +1 and those of -1
/// </code>
/// </summary>
internal sealed class CounterEncoding
{
    /// <summary>Planes of every counter at least: what a carry-save step of eight rows writes.</summary>
    public const int LeastCounterPlanes = 5;

    /// <summary>Of a count: a counter has a least number of planes and may count two planes up.</summary>
    public const int LeastPlanes = LeastCounterPlanes + 2;

    public CounterEncoding(MappedLayer layer)
    {
        var product = layer.Map.Product;
        IsHalved = product == CellProduct.Xnor && !layer.InputMayBeUndriven && DrivenRowsAreEven(layer);
        Bias = product == CellProduct.And ? 0 : IsHalved ? (layer.LargestGroup + 1) / 2 : layer.LargestGroup;
        RowPlane = product switch { CellProduct.And => 0, CellProduct.Xnor when !IsHalved && !layer.InputMayBeUndriven => 2, _ => 1 };
        LargestCount = Bias + (IsHalved ? layer.LargestGroup / 2 : layer.LargestGroup);
    }

    /// <summary>u counts by twos of s.</summary>
    public bool IsHalved { get; }

    public int Bias { get; }

    /// <summary>The plane of u that an AND adds to; c is subtracted one below.</summary>
    public int RowPlane { get; }

    public int LargestCount { get; }

    /// <summary>What c weighs in u.</summary>
    public int CountsOfInput => RowPlane == 2 ? 2 : 1;

    /// <summary>The threshold of u for one of s, within 0 .. largest + 1.</summary>
    public int ThresholdOf(long threshold) => (int)Math.Clamp((IsHalved ? threshold + 1 >> 1 : threshold) + Bias, 0, LargestCount + 1);

    /// <summary>d and W in u.</summary>
    /// <param name="weights">Of a column.</param>
    public int OfDriven(MappedLayer layer, int borderClass, RowGroup group, ReadOnlySpan<ulong> weights)
    {
        int driven = layer.Borders.DrivenRows(borderClass, group, layer.Map.Geometry.GroupInputChannels), set = 0;
        var rows = layer.Borders.Driven(borderClass);
        for (int word = group.FirstRow >> 6; word * 64 < group.EndRow; word++)
            set += BitOperations.PopCount(BitRuns.Masked(weights[word] & rows[word], word, group.FirstRow, group.EndRow));
        return IsHalved ? driven / 2 - set : driven - 2 * set;
    }

    /// <param name="hasTernaryLogic">Of the lanes that compare.</param>
    public SharedThresholds Thresholds(IntegerAdc adc, bool hasTernaryLogic) =>
        new(Array.ConvertAll(adc.Thresholds, threshold => ThresholdOf(threshold)), LargestCount, hasTernaryLogic);

    private static bool DrivenRowsAreEven(MappedLayer layer)
    {
        for (int borderClass = 0; borderClass < layer.Borders.Count; borderClass++)
            foreach (var group in layer.Map.Groups)
                if (layer.Borders.DrivenRows(borderClass, group, layer.Map.Geometry.GroupInputChannels) % 2 != 0) return false;
        return true;
    }
}
