using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Evaluation;

/// <summary>How one convolution or linear layer is mapped to a macro, or why it is not.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Geometry">The layer's geometry.</param>
/// <param name="Map">The mapping; null for a digital layer.</param>
/// <param name="WhyDigital">The reason why the layer is digital; empty for a layer on the macro.</param>
/// <param name="CellsInArrays">The number of cells of all its arrays. With unlimited columns an array has as many columns as the layer
/// uses.</param>
internal sealed record LayerMapping(string Name, ConvGeometry Geometry, LayerMap? Map, string WhyDigital, long CellsInArrays)
{
    /// <summary>Maps a layer to the macro.</summary>
    /// <exception cref="ImcException">The macro cannot hold the layer.</exception>
    internal static LayerMapping Create(string name, ConvGeometry geometry, OperandFormat input, OperandFormat weight, MacroSpec macro)
    {
        var map = new LayerMap(name, geometry, input, weight, macro);
        return new(name, geometry, map, "", (long)map.Arrays * map.ArrayRows * (macro.Columns ?? map.ArrayColumns));
    }

    /// <summary>Maps a grouped layer with each grouping.</summary>
    /// <returns>The mappings; null in place of one that the arrays have no room for. None for a layer that is not grouped or is
    /// digital.</returns>
    public IEnumerable<(GroupingKind Grouping, LayerMapping? Layer)> WithEachGrouping(MacroSpec macro) =>
        Map is null || Geometry.Groups == 1 ? [] : Enum.GetValues<GroupingKind>().Select(grouping => (grouping, TryGroup(grouping, macro)));

    private LayerMapping? TryGroup(GroupingKind grouping, MacroSpec macro)
    {
        try
        {
            return Create(Name, Geometry, Map!.InputFormat, Map.GivenWeightFormat, macro with { Grouping = grouping });
        }
        catch (ImcException)
        {
            return null;
        }
    }

    /// <summary>The number of row groups of all convolution groups together.</summary>
    public int RowGroups => Map is null ? 0 : Map.Groups.Length * Geometry.Groups;

    public int Arrays => Map?.Arrays ?? 0;
    public int DigitPairs => Map?.DigitPairs ?? 0;

    /// <summary>The number of cells that hold a weight bit.</summary>
    public long CellsUsed => Map?.CellsUsed ?? 0;

    /// <summary>The number of conversions of one image.</summary>
    public long Conversions => Map?.Conversions ?? 0;

    /// <summary>The number of partial sums of one image that digital adders form in place of conversions.</summary>
    public long DigitalSums => Map?.DigitalSums ?? 0;

    /// <summary>The number of multiply-accumulates of one image, including padded positions.</summary>
    public long MultiplyAccumulates => Geometry.WeightCount * Geometry.OutputPixels;

    public double UtilizationRelative => CellsInArrays == 0 ? 0 : (double)CellsUsed / CellsInArrays;
}

/// <summary>How a network is mapped to a macro: every convolution and linear layer in execution order, and totals.</summary>
internal sealed record MappingReport(IReadOnlyList<LayerMapping> Layers)
{
    public int RowGroups => Layers.Sum(layer => layer.RowGroups);
    public int Arrays => Layers.Sum(layer => layer.Arrays);
    public long CellsUsed => Layers.Sum(layer => layer.CellsUsed);
    public long CellsInArrays => Layers.Sum(layer => layer.CellsInArrays);
    public double UtilizationRelative => CellsInArrays == 0 ? 0 : (double)CellsUsed / CellsInArrays;

    /// <summary>The number of conversions of one image.</summary>
    public long Conversions => Layers.Sum(layer => layer.Conversions);

    /// <summary>The number of partial sums of one image that digital adders form in place of conversions.</summary>
    public long DigitalSums => Layers.Sum(layer => layer.DigitalSums);

    public long MultiplyAccumulates => Layers.Sum(layer => layer.MultiplyAccumulates);

    /// <summary>The number of multiply-accumulates of one image in the layers on the macro.</summary>
    public long MacroMultiplyAccumulates => Layers.Where(layer => layer.Map is not null).Sum(layer => layer.MultiplyAccumulates);

    /// <exception cref="ImcException">The macro is for another family of networks, or cannot hold a layer.</exception>
    public static MappingReport Create(Network network, RunSpec run)
    {
        ModelFamilies.Require(run, network.Name,
            network.MacroLayers.Select(layer => (layer.Name, layer.InputFormat, layer.WeightFormat)));
        return new([.. network.Nodes.Select(node => Create(node, run)).OfType<LayerMapping>()]);
    }

    private static LayerMapping? Create(Node node, RunSpec run) => node switch
    {
        MacroNode layer =>
            LayerMapping.Create(layer.Name, layer.Geometry, layer.InputFormat, layer.WeightFormat, run.MacroOf(layer.Name)),
        DigitalNode layer => new(layer.Name, layer.Geometry, null, layer.WhyDigital, 0),
        _ => null,
    };
}
