using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced;

/// <summary>The rows of a bit-sliced kernel's tables: a layer's flat rows, with three-valued inputs twice, and a row of zeros.</summary>
internal static class TableRows
{
    public static int Of(MappedLayer layer) => layer.Weights.Rows * (layer.InputMayBeUndriven ? 2 : 1) + 1;

    /// <summary>Whether lists reach every row.</summary>
    /// <param name="lanes">Of a row.</param>
    public static bool AreReached(MappedLayer layer, int lanes) => CompactRowList.Reaches(Of(layer), lanes / 8);
}
