namespace ImcEngine.Mapping;

/// <summary>The cells of one column of one output in one row group.</summary>
/// <param name="Array">The ordinal of the array in the layer.</param>
/// <param name="Column">The physical column of the array.</param>
/// <param name="FirstRow">The physical row of the first cell; the others follow it.</param>
/// <param name="Rows">The number of cells.</param>
/// <param name="OutputChannel">The output channel in the whole layer.</param>
/// <param name="WeightBit">The lowest weight plane in the cells; 0 is the least significant.</param>
/// <param name="RowGroup">The row group in its convolution group.</param>
/// <param name="FirstFlatRow">Kernel position * channels + channel of the first cell, where channels are those of the convolution
/// group.</param>
internal readonly record struct ColumnPlacement(int Array, int Column, int FirstRow, int Rows, int OutputChannel, int WeightBit,
    int RowGroup,
    int FirstFlatRow)
{
    /// <summary>Lists the placements of all columns of a layer, by output channel, cell and row group. The static draws of a die are
    /// keyed by these places.</summary>
    public static IEnumerable<ColumnPlacement> PlaceColumns(LayerMap map)
    {
        int outputs = map.Geometry.GroupOutputChannels;
        for (int channel = 0; channel < map.Geometry.OutputChannels; channel++)
            for (int cell = 0; cell < map.WeightCells.Count; cell++)
                for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
                {
                    var place = map.Place(channel / outputs, rowGroup, channel % outputs, cell);
                    yield return new(place.Array, place.Column, place.FirstRow, map.Groups[rowGroup].Rows, channel,
                        map.WeightCells[cell].FirstPlane, rowGroup, map.Groups[rowGroup].FirstRow);
                }
    }
}
