using ImcEngine.Macro;

namespace ImcEngine.Mapping;

/// <summary>The ideal ADCs of the row groups of a layer that are converted alike.</summary>
/// <param name="RowGroups">The row groups, ascending.</param>
/// <param name="Transfers">One transfer, or one per digit pair <c>[inputDigit, weightDigit]</c>.</param>
/// <param name="ProducibleSums">The partial sums that the row groups can produce, in counts, ascending.</param>
internal sealed record RowGroupAdcs(int[] RowGroups, IReadOnlyList<AdcTransfer> Transfers, IReadOnlyList<int> ProducibleSums)
{
    /// <summary>Whether the ADCs reproduce exactly every partial sum of the row groups.</summary>
    public bool AreTransparent => Transfers.All(transfer => transfer.IsTransparent([.. ProducibleSums]));

    public AdcTransfer TransferOf(int inputDigit, int weightDigit, int weightDigits) =>
        Transfers[Transfers.Count == 1 ? 0 : inputDigit * weightDigits + weightDigit];

    /// <summary>Returns the row groups of a layer, divided into those that are converted alike: all of them or, with
    /// <see cref="AdcGain.DrivenRows"/>, those of as many rows.</summary>
    public static IEnumerable<int[]> ConvertedAlike(AdcGain gain, LayerMap map)
    {
        int[] all = [.. Enumerable.Range(0, map.Groups.Length)];
        return gain == AdcGain.Fixed ? [all] : all.GroupBy(group => map.Groups[group].Rows).Select(alike => alike.ToArray());
    }

    /// <summary>Returns the ADCs of a layer's row groups (ARITHMETIC §15).</summary>
    /// <param name="full">The transfer of a row group of all the macro's rows, or one per digit pair.</param>
    public static RowGroupAdcs[] Of(MappedLayer layer, AdcGain gain, IReadOnlyList<AdcTransfer> full) =>
        [.. ConvertedAlike(gain, layer.Map).Select(alike => Of(layer, alike, gain == AdcGain.Fixed ? full
            : [.. full.Select(adc => adc.Times((double)layer.Map.Groups[alike[0]].Rows / layer.Map.Rows))]))];

    /// <summary>Returns the ADCs of a layer whose row groups have their own.</summary>
    /// <param name="transfers">One transfer per row group.</param>
    public static RowGroupAdcs[] OfEach(MappedLayer layer, IReadOnlyList<AdcTransfer> transfers) =>
        [.. transfers.Select((transfer, group) => Of(layer, [group], [transfer]))];

    private static RowGroupAdcs Of(MappedLayer layer, int[] rowGroups, IReadOnlyList<AdcTransfer> transfers) =>
        new(rowGroups, transfers, LayerAdcs.SumsOf(layer.OfRowGroups(rowGroups)));
}
