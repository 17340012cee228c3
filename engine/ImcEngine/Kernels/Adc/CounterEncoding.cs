using System.Numerics;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// How counters represent a layer's partial sums s: as a count u >= 0 for which the thresholds are the same for every column and pixel. A
/// is the number of rows whose input and weight bits are both 1, d the number of driven rows; c of these have their input bit set, W their
/// weight bit.
/// <code>
/// AND                     s = A                  u = A + bias           bias = 0 unless a digit holds a sign plane
/// gated                   s = 2 A - c            u = 2 A - c + bias
/// XNOR, d always even     s = 4 A - 2 c + d - 2 W    u = s / 2 + bias = 2 A - c + d / 2 - W + bias
/// XNOR, else                                     u = s + bias
/// three-valued            s = 2 M - d            u = 2 M - d + bias     M: driven rows whose input and weight agree, +1 or -1
/// ternary-xnor            s = 2 A - r W          u = 2 A - r W + bias   r: sum of the weights of the input digit's planes
/// </code>
/// With digits (ARITHMETIC §15) s is the weighted sum of those of its planes; the bias is the same for all digits. The two planes of a
/// ternary weight are AND planes.
/// </summary>
internal sealed class CounterEncoding
{
    /// <summary>The least number of planes of a counter: a carry-save step of eight rows writes to this many.</summary>
    public const int LeastCounterPlanes = 5;

    /// <summary>The least number of planes of a count, since the rows' counter may start at plane 2 of the count.</summary>
    public const int LeastPlanes = LeastCounterPlanes + 2;

    public CounterEncoding(MappedLayer layer)
    {
        var product = layer.Map.Product;
        IsHalved = product == CellProduct.Xnor && !layer.InputMayBeUndriven && DrivenRowsAreEven(layer);
        Bias = IsHalved ? (1 - layer.LeastPartialSum) / 2 : -layer.LeastPartialSum;
        RowPlane = product == CellProduct.TernaryXnor ? 1 : !product.HasSignedWeightBits() ? 0
            : product == CellProduct.Xnor && !IsHalved && !layer.InputMayBeUndriven ? 2 : 1;
        LargestCount = Bias + (IsHalved ? layer.MostPartialSum / 2 : layer.MostPartialSum);
    }

    /// <summary>Whether one unit of u is two counts of s.</summary>
    public bool IsHalved { get; }

    public int Bias { get; }

    /// <summary>The plane of u to which A is added. c is subtracted one plane below.</summary>
    public int RowPlane { get; }

    public int LargestCount { get; }

    /// <summary>The weight of c in u.</summary>
    public int CountsOfInput => RowPlane == 2 ? 2 : 1;

    /// <summary>Returns the threshold of u for a threshold of s, within 0 .. <see cref="LargestCount"/> + 1.</summary>
    public int ThresholdOf(long threshold) => (int)Math.Clamp((IsHalved ? threshold + 1 >> 1 : threshold) + Bias, 0, LargestCount + 1);

    /// <summary>Returns the partial sum s that is represented as u.</summary>
    public int PartialSumOf(int count) => (count - Bias) * (IsHalved ? 2 : 1);

    /// <summary>Returns the terms of u in d and W, without the bias.</summary>
    /// <param name="weights">The column's weight bits.</param>
    public int OfDriven(MappedLayer layer, int borderClass, RowGroup group, ReadOnlySpan<ulong> weights)
    {
        int driven = layer.Borders.DrivenRows(borderClass, group, layer.Map.Geometry.GroupInputChannels),
            set = SetRows(layer, borderClass, group, weights);
        return IsHalved ? driven / 2 - set : driven - 2 * set;
    }

    /// <summary>Returns the number of driven rows whose weight bit is set.</summary>
    /// <param name="weights">The column's weight bits.</param>
    public static int SetRows(MappedLayer layer, int borderClass, RowGroup group, ReadOnlySpan<ulong> weights)
    {
        int set = 0;
        var rows = layer.Borders.Driven(borderClass);
        for (int word = group.FirstRow >> 6; word * 64 < group.EndRow; word++)
            set += BitOperations.PopCount(BitRuns.Masked(weights[word] & rows[word], word, group.FirstRow, group.EndRow));
        return set;
    }

    /// <summary>Returns an ideal ADC's thresholds of u, which all columns share.</summary>
    /// <param name="hasTernaryLogic">Whether the kernel's lanes have ternary logic.</param>
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
