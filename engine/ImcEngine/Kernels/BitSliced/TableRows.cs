using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced;

/// <summary>The rows of a bit-sliced kernel's tables: the flat rows of a layer, twice with three-valued inputs, and a row of
/// zeros.</summary>
internal static class TableRows
{
    public static int Count(MappedLayer layer) => layer.Weights.Rows * (layer.InputMayBeUndriven ? 2 : 1) + 1;

    /// <summary>Returns whether lists reach every row.</summary>
    /// <param name="lanes">The lanes of a row.</param>
    public static bool AreReached(MappedLayer layer, int lanes) => CompactRowList.Reaches(Count(layer), lanes / 8);
}
