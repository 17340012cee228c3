using ImcEngine.Macro;

namespace ImcEngine.Importer.Comparisons;

/// <summary>The parts of a run specification that decide which network runs and on which images, as opposed to the hardware.</summary>
internal static class NetworkSpec
{
    /// <summary>Returns these parts. Runs in which they are equal, as JSON, import the same network and choose the same images.</summary>
    public static RunSpec PartOf(RunSpec run) => new()
    {
        Macro = MacroPresets.Get(MacroPresets.Ideal),
        Quantization = run.Quantization,
        Layers = [.. WithoutIdle([.. run.Layers.Select(layer => layer.WithoutMacro())])],
        Calibration = new() { Data = run.Calibration.Data, Count = run.Calibration.Count },
    };

    public static bool IsSame(RunSpec one, RunSpec other) => RunSpecJson.Write(PartOf(one)) == RunSpecJson.Write(PartOf(other));

    /// <summary>
    /// Returns the overrides that change the network. One that states only hardware does not, unless a later override names the same
    /// layers: the first that names a layer counts.
    /// </summary>
    /// <param name="bare">All overrides, their hardware left out.</param>
    private static IEnumerable<LayerOverride> WithoutIdle(IReadOnlyList<LayerOverride> bare)
    {
        static bool IsEmpty(LayerOverride layer) => layer == new LayerOverride(layer.Layers);
        var speaking = Enumerable.Range(0, bare.Count).Where(i => !IsEmpty(bare[i])).ToList();
        return bare.Where((layer, i) => !IsEmpty(layer)
            || speaking.Any(later => later > i && NameGlob.Overlap(layer.Layers, bare[later].Layers)));
    }
}
