using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Kernels.Plain;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Evaluation.Verification;

/// <summary>The engine's own kernels as <see cref="KernelUnderTest"/>: all those that this machine can run, with or without hardware
/// acceleration.</summary>
internal static class EngineKernels
{
    public static IReadOnlyList<KernelUnderTest> All { get; } =
    [
        .. KernelRegistry.All.Where(kernel => kernel.IsAvailable)
            .Select(kernel => new KernelUnderTest(kernel.Name, kernel.Id.InLanes, verification => Run(kernel, verification))),
        .. KernelRegistry.Batched.Keys.Where(id => KernelRegistry.EntryOf(id).IsAvailable)
            .Select(id => new KernelUnderTest(id.Name + "-batched", id.InLanes, verification => RunBatched(id, verification))),
        new("exact", "outputs", verification => RunExact(verification, ExactKernel.Prepare)),
        new("exact-counted", "any", verification => RunExact(verification, layer => CountedSums.TryPrepare(layer)?.Kernel)),
        new("die", "columns", RunDie),
    ];

    private static long[]? Run(KernelEntry entry, VerificationCase verification)
    {
        if (verification.Macro.Die != new DieSpec() || IsForDieKernelOnly(verification)) return null;
        var layer = Map(verification);
        var rowGroups = RowGroupsOf(verification, layer);
        var kernel = verification.Adc.PassesSums ? entry.TryPrepare(layer, [])
            : LayerKernels.OfIdealDie(entry, layer, rowGroups, verification.Unit);
        return kernel is not null ? RunImages(layer, kernel, verification) : null;
    }

    private static long[]? RunBatched(KernelId id, VerificationCase verification)
    {
        if (verification.Macro.Die != new DieSpec() || IsForDieKernelOnly(verification) || verification.Adc.PassesSums) return null;
        var layer = Map(verification);
        if (layer.Map.DigitalPairs > 0 || RowGroupsOf(verification, layer) is not [var rowGroups]) return null;
        int images = verification.Input.Length / layer.Map.Geometry.InputSize;
        IntegerAdc[] adcs = [.. rowGroups.Transfers.Select(transfer => IntegerAdc.FromTransfer(transfer, verification.Unit).Merged())];
        if (KernelRegistry.Batched[id](layer, adcs, images) is not { } kernel) return null;
        var sums = new long[images * layer.Map.Geometry.OutputSize];
        var scratch = new KernelScratch();
        kernel.Run(verification.Input, scratch, sums);
        // As in KernelRun: raw pointers refer to the memory of both.
        GC.KeepAlive(kernel);
        GC.KeepAlive(scratch);
        return sums;
    }

    private static long[]? RunExact(VerificationCase verification, Func<MappedLayer, ILayerKernel?> prepare)
    {
        if (verification.Unit != AccumulationUnit.Counts) return null;
        var layer = Map(verification);
        return prepare(layer) is { } kernel ? RunImages(layer, kernel, verification) : null;
    }

    private static long[] RunDie(VerificationCase verification)
    {
        var layer = Map(verification);
        var (macro, adc) = (verification.Macro, verification.Adc);
        var second = SecondStage.TryCreate(macro.Adc, adc);
        if (macro.Adc is not { Kind: AdcKind.Table, Table: { } file })
            return RunImages(layer, LayerKernels.OfDie(verification.Name, layer, macro, RowGroupsOf(verification, layer), verification.Unit,
                verification.Seeds.Die, second: second), verification);
        var table = MeasuredTable.Read(file, macro.Adc.LevelsCounts);
        TableSums.Require(verification.Name, LayerAdcs.SumsOf(layer), macro.Adc, table);
        if (second is not null) TableSums.RequireSecond(verification.Name, layer, table, adc, second);
        return RunImages(layer, PerConversionKernel.Prepare(layer, macro, table, adc.LevelUnits, second), verification);
    }

    private static RowGroupAdcs[] RowGroupsOf(VerificationCase verification, MappedLayer layer)
    {
        var (per, transfers) = verification.Adcs;
        return per == CalibrationScope.RowGroup ? RowGroupAdcs.OfEach(layer, transfers)
            : RowGroupAdcs.Of(layer, verification.Macro.Adc.Gain, transfers);
    }

    private static bool IsForDieKernelOnly(VerificationCase verification) =>
        verification.Macro.Adc.Kind == AdcKind.Table || verification.Macro.Adc.HasSecondStage;

    private static long[] RunImages(MappedLayer layer, ILayerKernel kernel, VerificationCase verification) =>
        [.. verification.Input.Chunk(layer.Map.Geometry.InputSize).SelectMany((codes, image) =>
            KernelRun.Layer(layer, kernel, codes, new(image, new(verification.Seeds.Run, verification.Seeds.Repeat))))];

    private static MappedLayer Map(VerificationCase verification)
    {
        var layer = verification.Layer;
        return new(new LayerMap(verification.Name, layer.Geometry, layer.InputFormat, layer.WeightFormat, verification.Macro),
            layer.WeightCodes, layer.InputMayBeUndriven, layer.Ordinal);
    }
}
