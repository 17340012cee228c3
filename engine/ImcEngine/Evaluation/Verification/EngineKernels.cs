using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Evaluation.Verification;

/// <summary>The engine's own kernels as <see cref="KernelUnderTest"/>: all that this machine can run, accelerated or not.</summary>
public static class EngineKernels
{
    public static IReadOnlyList<KernelUnderTest> All { get; } =
    [
        .. KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => new KernelUnderTest(kernel.Name, kernel.Lanes, verification => Run(kernel, verification))),
        new("exact", "outputs", RunExact),
        new("die", "columns", RunDie),
    ];

    private static long[]? Run(KernelEntry entry, VerificationCase verification)
    {
        if (verification.Macro.Die != new DieSpec()) return null;
        var layer = Map(verification);
        IntegerAdc[] adcs = verification.Adc.PassesSums ? [] : [IntegerAdc.Of(verification.Adc, verification.Unit)];
        return entry.TryPrepare(layer, adcs) is { } kernel ? RunImages(layer, kernel, verification) : null;
    }

    private static long[]? RunExact(VerificationCase verification)
    {
        if (verification.Unit != AccumulationUnit.Counts) return null;
        var layer = Map(verification);
        return RunImages(layer, ExactKernel.Prepare(layer), verification);
    }

    private static long[] RunDie(VerificationCase verification)
    {
        var layer = Map(verification);
        return RunImages(layer, DieKernel.Prepare(verification.Name, layer, verification.Macro, [verification.Adc], verification.Unit, verification.Seeds.Die), verification);
    }

    private static long[] RunImages(MappedLayer layer, ILayerKernel kernel, VerificationCase verification) =>
        [.. verification.Input.Chunk(layer.Map.Geometry.InputSize).SelectMany((codes, image) =>
            KernelRun.Layer(layer, kernel, codes, new(image, new(verification.Seeds.Run, verification.Seeds.Repeat))))];

    private static MappedLayer Map(VerificationCase verification)
    {
        var layer = verification.Layer;
        return new(new LayerMap(verification.Name, layer.Geometry, layer.InputFormat, layer.WeightFormat, verification.Macro), layer.WeightCodes, layer.InputMayBeUndriven, layer.Ordinal);
    }
}
