using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>A physical column of an array.</summary>
/// <param name="Array">Ordinal in the layer.</param>
/// <param name="Column">Within the array.</param>
internal readonly record struct ReferenceColumn(int Array, int Column);

/// <summary>
/// ARITHMETIC §2, where a row group and an output's plane lie:
/// <code>
/// slot = r mod (arrayRows / rows)     row tile = r div (arrayRows / rows)     physical row = slot * rows + row in group
/// column tile = output div (columns / weightBits)     column = output mod (columns / weightBits) * weightBits + weightBit
/// array = (convolution group * row tiles + row tile) * column tiles + column tile
/// </code>
/// </summary>
/// <param name="layer">For its outputs and planes.</param>
/// <param name="macro">For its arrays.</param>
/// <param name="rowGroups">Of one convolution group.</param>
internal sealed class ReferencePlacement(ReferenceLayer layer, MacroSpec macro, int rowGroups)
{
    private readonly int _slots = macro.ColumnCells / macro.Rows;
    private readonly int _weightBits = layer.WeightFormat.Bits;
    private readonly int _outputs = layer.Geometry.GroupOutputChannels;

    /// <summary>Whole outputs side by side in one array: their planes never straddle arrays.</summary>
    private int OutputsPerArray => macro.Columns is { } columns ? columns / _weightBits : _outputs;

    public int RowTiles => CeilingDivide(rowGroups, _slots);
    public int ColumnTiles => CeilingDivide(_outputs, OutputsPerArray);
    public int Arrays => layer.Geometry.Groups * RowTiles * ColumnTiles;

    /// <param name="outputChannel">Of the whole layer.</param>
    public ReferenceColumn Column(int rowGroup, int outputChannel, int weightBit)
    {
        int convGroup = outputChannel / _outputs, output = outputChannel % _outputs;
        int rowTile = rowGroup / _slots, columnTile = output / OutputsPerArray;
        return new((((convGroup * RowTiles) + rowTile) * ColumnTiles) + columnTile, (output % OutputsPerArray * _weightBits) + weightBit);
    }

    public int PhysicalRow(int rowGroup, int rowInGroup) => (rowGroup % _slots * macro.Rows) + rowInGroup;

    private static int CeilingDivide(int amount, int size) => (amount + size - 1) / size;
}
