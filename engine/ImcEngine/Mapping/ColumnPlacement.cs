namespace ImcEngine.Mapping;

/// <summary>One weight plane of one output in one row group, and the cells that hold it.</summary>
/// <param name="Array">Array ordinal in the layer.</param>
/// <param name="Column">Physical column of the array.</param>
/// <param name="FirstRow">Physical row of the group's first cell; the others follow it.</param>
/// <param name="Rows">Cells.</param>
/// <param name="OutputChannel">Of the whole layer.</param>
/// <param name="WeightBit">0: least significant.</param>
/// <param name="RowGroup">In its convolution group.</param>
/// <param name="FirstFlatRow">Kernel position * channels + channel of the first cell,
/// channels counted within the convolution group.</param>
internal readonly record struct ColumnPlacement(int Array, int Column, int FirstRow, int Rows, int OutputChannel, int WeightBit,
    int RowGroup,
    int FirstFlatRow)
{
    /// <summary>Every weight of a layer, by output channel, weight bit, row group.
    /// What a die draws is keyed by these places: no image or pixel is in them.</summary>
    public static IEnumerable<ColumnPlacement> PlaceColumns(LayerMap map)
    {
        int outputs = map.Geometry.GroupOutputChannels;
        for (int channel = 0; channel < map.Geometry.OutputChannels; channel++)
            for (int bit = 0; bit < map.WeightFormat.Bits; bit++)
                for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
                {
                    var place = map.Place(channel / outputs, rowGroup, channel % outputs, bit);
                    yield return new(place.Array, place.Column, place.FirstRow, map.Groups[rowGroup].Rows, channel, bit, rowGroup,
                        map.Groups[rowGroup].FirstRow);
                }
    }
}
