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
/// Where row groups have different ADCs, the same kernel is prepared for each kind of them (<see cref="RowGroupKernel"/>).
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
        if (layer.Map.DigitalPairs > 0)
            return TryOfDigitalPairs(layer, adcs.RowGroups, adcs.Unit, forced) is var (id, ofPairs) ? new(id, ofPairs) : FromDie();
        if (adcs.RowGroups.Count > 1)
            return TryChoose(layer, adcs.RowGroups, adcs.Unit, forced) is var (of, kernel) ? new(of.Id, kernel) : FromDie();
        IntegerAdc[] integers = [.. adcs.Transfers.Select(transfer => IntegerAdc.FromTransfer(transfer, adcs.Unit).Merged())];
        if (KernelRegistry.TryChoose(layer, integers, forced) is not var (entry, single)) return FromDie();
        return KernelRegistry.ChooseBatched(layer, integers, entry.Id, forced) is { } batched
            ? new(entry.Id, single, batched.Id, batched.Kernel) : new(entry.Id, single);

        PreparedKernel FromDie()
        {
            var ofDie = OfDie(name, layer, macro, adcs.RowGroups, adcs.Unit, dieSeed, given, adcs.SecondStage);
            return new(ofDie.Id, ofDie, ofDie.BatchedId, ofDie.Batched);
        }
    }

    /// <summary>Chooses the kernels of an ideal die for a layer some of whose digit pairs are digital, and returns the identity of that of
    /// its first conversions; null where these have none.</summary>
    private static (KernelId Id, ILayerKernel Kernel)? TryOfDigitalPairs(MappedLayer layer, IReadOnlyList<RowGroupAdcs> rowGroups,
        AccumulationUnit unit, string? forced)
    {
        KernelId? first = null;
        var kernel = DigitalPairsKernel.TryPrepare(layer, rowGroups, unit, (part, adcs) =>
        {
            if (TryChoose(part, adcs, unit, forced) is not var (entry, chosen)) return null;
            first ??= entry.Id;
            return chosen;
        });
        return kernel is null ? null : (first ?? KernelId.Exact, kernel);
    }

    /// <summary>Prepares a kernel of an ideal die for a layer; returns null where it does not support it.</summary>
    public static ILayerKernel? OfIdealDie(KernelEntry entry, MappedLayer layer, IReadOnlyList<RowGroupAdcs> rowGroups,
        AccumulationUnit unit) => layer.Map.DigitalPairs > 0
            ? DigitalPairsKernel.TryPrepare(layer, rowGroups, unit, (part, adcs) => OfRowGroups(entry, part, adcs, unit))
            : OfRowGroups(entry, layer, rowGroups, unit);

    /// <summary>Chooses the kernel of an ideal die for a layer whose row groups have different ADCs; null where none supports it.</summary>
    private static (KernelEntry Entry, ILayerKernel Kernel)? TryChoose(MappedLayer layer, IReadOnlyList<RowGroupAdcs> rowGroups,
        AccumulationUnit unit, string? forced) =>
        KernelRegistry.TryChoose(layer, entry => OfRowGroups(entry, layer, rowGroups, unit), forced);

    /// <summary>Prepares a kernel of an ideal die for a layer whose row groups have different ADCs; null where it does not support
    /// it.</summary>
    private static ILayerKernel? OfRowGroups(KernelEntry entry, MappedLayer layer, IReadOnlyList<RowGroupAdcs> rowGroups,
        AccumulationUnit unit)
    {
        return rowGroups is [var all] ? OfPart(layer, all) : RowGroupKernel.TryPrepare(entry.Id, layer, rowGroups, OfPart);

        ILayerKernel? OfPart(MappedLayer part, RowGroupAdcs adcs) =>
            entry.TryPrepare(part, [.. adcs.Transfers.Select(transfer => IntegerAdc.FromTransfer(transfer, unit).Merged())]);
    }

    /// <summary>Prepares the kernel of a die that is not ideal, or of a layer with a second stage; not for measured tables.</summary>
    /// <param name="rowGroups">The ADCs of all row groups, or of each kind of them.</param>
    /// <param name="given">Static errors given in place of drawn ones, already applied to the macro (<see cref="LayerErrors.AppliedTo"/>);
    /// null for none.</param>
    public static IDieKernel OfDie(string name, MappedLayer layer, MacroSpec macro, IReadOnlyList<RowGroupAdcs> rowGroups,
        AccumulationUnit unit, uint dieSeed, LayerErrors? given = null, SecondStage? second = null)
    {
        if (rowGroups.Count == 1) return OfDie(name, layer, macro, rowGroups[0].Transfers, unit, dieSeed, given, second);
        var kernels = rowGroups.ToDictionary(adcs => adcs, adcs => PerConversionKernel.Prepare(name, layer.OfRowGroups(adcs.RowGroups),
            macro, adcs.Transfers, unit, dieSeed, given));
        if (kernels.Values.All(kernel => kernel.WholeCounts is not null))
            foreach (var like in ColumnThresholdKernel.LikesFor(layer))
                if (RowGroupKernel.TryPrepare(like with { HasColumnThresholds = true }, layer, rowGroups, (part, adcs) =>
                    ColumnThresholdKernel.TryPrepare(part, kernels[adcs].WholeCounts!, like, isPart: true)) is { } ofCounts)
                    return ofCounts;
        return RowGroupKernel.TryPrepare(KernelId.PerConversion, layer, rowGroups, (_, adcs) => kernels[adcs])!;
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
