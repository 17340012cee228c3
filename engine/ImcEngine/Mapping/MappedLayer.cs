using ImcEngine.BitPlanes;

namespace ImcEngine.Mapping;

/// <summary>A layer on the macro with everything that no image and no die changes. Immutable, shared by all threads.</summary>
public sealed class MappedLayer
{
    /// <param name="map">Where its weights sit.</param>
    /// <param name="weightCodes"><c>[outputChannel, channel in group, ky, kx]</c>.</param>
    /// <param name="inputMayBeUndriven">The input quantizer is the three-valued sign.</param>
    /// <param name="ordinal">Among the network's macro layers: the <c>layer</c> field of every random draw.</param>
    internal MappedLayer(LayerMap map, short[] weightCodes, bool inputMayBeUndriven, int ordinal = 0)
    {
        Map = map;
        WeightCodes = weightCodes;
        InputMayBeUndriven = inputMayBeUndriven;
        Ordinal = ordinal;
        Borders = new(map.Geometry);
        Patch = new(map.Geometry);
        Weights = new(map, weightCodes);
        LargestGroup = map.Groups.Max(group => group.Rows);
    }

    public LayerMap Map { get; }
    internal bool InputMayBeUndriven { get; }
    internal int Ordinal { get; }

    /// <summary>Rows of the largest row group.</summary>
    public int LargestGroup { get; }

    /// <summary>The least partial sum that can occur, counts; the greatest is <see cref="LargestGroup"/>.</summary>
    public int LeastPartialSum => Map.Product.IsSigned() ? -LargestGroup : 0;

    /// <summary>How one image's input codes lie as bits with pixels side by side.</summary>
    internal PixelBits Inputs =>
        new(Map.Geometry.InputChannels, Map.Geometry.InputHeight * Map.Geometry.InputWidth, Map.InputFormat, InputMayBeUndriven);

    internal short[] WeightCodes { get; }
    internal BorderClasses Borders { get; }
    internal Patch Patch { get; }
    internal PackedWeights Weights { get; }

    /// <summary>The rows that an XNOR array drives, as bits.</summary>
    /// <param name="pixel">Of the output.</param>
    /// <param name="patch">The pixel's, <c>[plane, word]</c>.</param>
    internal ReadOnlySpan<ulong> Driven(int pixel, ReadOnlySpan<ulong> patch) =>
        InputMayBeUndriven ? patch.Slice(Map.InputFormat.Bits * Patch.Words, Patch.Words) : Borders.Driven(Borders.ClassOf(pixel));
}
