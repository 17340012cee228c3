using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// Chooses the kernel of a layer from its ADCs and its die:
/// <code>
/// measured table                          per conversion
/// die that is not ideal, second stage     column thresholds where whole counts decide every code, else per conversion
/// ADC that passes sums or is transparent  exact sums
/// else                                    the bit-sliced or popcount kernel of least estimated cost (KernelRegistry); per conversion where
///                                         none supports the digits
/// </code>
/// </summary>
internal static class LayerKernels
{
    /// <summary>Prepares the kernels of a layer.</summary>
    /// <param name="name">The name of the layer, for messages.</param>
    /// <param name="given">Static errors given in place of drawn ones; null for none.</param>
    /// <param name="exact">The kernels of exact sums.</param>
    /// <param name="forced">The kernel to use where it supports the layer; null for the best.</param>
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
        bool isExact = adcs.Transfers[0].PassesSums || (adcs.IsTransparent && forced is null);
        if (!macro.Die.IsIdeal || adcs.SecondStage is not null) return FromDie();
        if (isExact) return exact;
        IntegerAdc[] integers = [.. adcs.Transfers.Select(transfer => IntegerAdc.FromTransfer(transfer, adcs.Unit).Merged())];
        if (KernelRegistry.TryChoose(layer, integers, forced) is not var (entry, single)) return FromDie();
        return KernelRegistry.ChooseBatched(layer, integers, entry.Id, forced) is { } batched
            ? new(entry.Id, single, batched.Id, batched.Kernel) : new(entry.Id, single);

        PreparedKernel FromDie()
        {
            var ofDie = OfDie(name, layer, macro, adcs.Transfers, adcs.Unit, dieSeed, given, adcs.SecondStage);
            return new(ofDie.Id, ofDie, ofDie.BatchedId, ofDie.Batched);
        }
    }

    /// <summary>Prepares the kernel of a die that is not ideal, or of a layer with a second stage; not for measured tables.</summary>
    /// <param name="given">Static errors given in place of drawn ones, already applied to the macro (<see cref="LayerErrors.AppliedTo"/>);
    /// null for none.</param>
    /// <param name="thresholdsLike">The only kernel from which to derive a <see cref="ColumnThresholdKernel"/>; null for any.</param>
    /// <param name="counterOf">Makes the counter; null for the widest that this machine has.</param>
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
