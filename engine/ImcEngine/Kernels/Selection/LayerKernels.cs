using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// Which kernel takes a layer, from what its ADCs and its die are:
/// <code>
/// measured table                          every conversion by itself
/// die that is not ideal, second stage     whole counts where these decide every code, else every conversion by itself
/// ADC that gives sums as they are         exact sums
/// else                                    the bit-sliced or popcount kernel of least estimated cost (KernelRegistry)
/// </code>
/// </summary>
internal static class LayerKernels
{
    /// <param name="name">Of the layer, for messages.</param>
    /// <param name="given">Static errors that are given in place of drawn ones; null for none.</param>
    /// <param name="exact">Kernels of exact sums.</param>
    /// <param name="forced">The kernel to take where it takes the layer; null for the best.</param>
    public static PreparedKernel Prepare(
        string name, MappedLayer layer, MacroSpec macro, LayerAdcs adcs, uint dieSeed, LayerErrors? given, PreparedKernel exact,
        string? forced)
    {
        if (given is not null)
        {
            given.RequireSize(name, layer.Map.Arrays, layer.Map.ArrayRows, layer.Map.ArrayColumns);
            macro = given.AppliedTo(macro);
        }
        if (adcs.Table is { } table)
            return new(KernelId.PerConversion,
                PerConversionKernel.Prepare(layer, macro, table, adcs.Transfers[0].LevelUnits, adcs.SecondStage));
        if (!macro.Die.IsIdeal || adcs.SecondStage is not null)
        {
            var ofDie = OfDie(name, layer, macro, adcs.Transfers, adcs.Unit, dieSeed, given, adcs.SecondStage);
            return new(ofDie.Id, ofDie, ofDie.BatchedId, ofDie.Batched);
        }
        if (adcs.Transfers[0].PassesSums || (adcs.IsTransparent && forced is null)) return exact;
        IntegerAdc[] integers = [.. adcs.Transfers.Select(transfer => IntegerAdc.FromTransfer(transfer, adcs.Unit).Merged())];
        var (entry, single) = KernelRegistry.Choose(layer, integers, forced);
        return KernelRegistry.ChooseBatched(layer, integers, entry.Id, forced) is { } batched
            ? new(entry.Id, single, batched.Id, batched.Kernel) : new(entry.Id, single);
    }

    /// <summary>The kernel of a die with edges, or with noise or mismatch on ideal ones.</summary>
    /// <param name="given">Static errors that are given in place of drawn ones, and that the macro counts as drawn; null for none.</param>
    /// <param name="thresholdsLike">As for <see cref="ColumnThresholdKernel.TryPrepare"/>.</param>
    /// <param name="counterOf">Null: the widest that this machine has.</param>
    public static IDieKernel OfDie(
        string name, MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit, uint dieSeed,
        LayerErrors? given = null, SecondStage? second = null, Func<MappedLayer, PackedWeights, MatchCounter>? counterOf = null,
        KernelId? thresholdsLike = null)
    {
        var kernel = PerConversionKernel.Prepare(name, layer, macro, transfers, unit, dieSeed, given, second, counterOf);
        return kernel.WholeCounts is { } counts && ColumnThresholdKernel.TryPrepare(layer, counts, thresholdsLike) is { } ofCounts
            ? ofCounts : kernel;
    }
}
