using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>A physical column of an array.</summary>
/// <param name="Array">The ordinal of the array in the layer.</param>
/// <param name="Column">The physical column in the array.</param>
internal readonly record struct ReferenceColumn(int Array, int Column);

/// <summary>
/// The placement of a row group and of an output's weight plane (ARITHMETIC §2):
/// <code>
/// slot = r mod (arrayRows / rows)     row tile = r div (arrayRows / rows)     physical row = slot * rows + row in group
/// column tile = output div (columns / weightBits)     column = output mod (columns / weightBits) * weightBits + weightBit
/// array = (convolution group * row tiles + row tile) * column tiles + column tile
/// </code>
/// </summary>
/// <param name="layer">The layer, for its outputs and planes.</param>
/// <param name="macro">The macro, for the size of its arrays.</param>
/// <param name="rowGroups">The number of row groups of one convolution group.</param>
internal sealed class ReferencePlacement(ReferenceLayer layer, MacroSpec macro, int rowGroups)
{
    private readonly int _slots = macro.ColumnCells / macro.Rows;
    private readonly int _weightBits = layer.WeightFormat.Bits;
    private readonly int _outputs = layer.Geometry.GroupOutputChannels;

    /// <summary>The number of outputs in one array. The planes of an output are never split between arrays.</summary>
    private int OutputsPerArray => macro.Columns is { } columns ? columns / _weightBits : _outputs;

    public int RowTiles => CeilingDivide(rowGroups, _slots);
    public int ColumnTiles => CeilingDivide(_outputs, OutputsPerArray);
    public int Arrays => layer.Geometry.Groups * RowTiles * ColumnTiles;

    /// <summary>Returns the column that holds a weight plane of an output in a row group.</summary>
    /// <param name="outputChannel">The output channel in the whole layer.</param>
    public ReferenceColumn Column(int rowGroup, int outputChannel, int weightBit)
    {
        int convGroup = outputChannel / _outputs, output = outputChannel % _outputs;
        int rowTile = rowGroup / _slots, columnTile = output / OutputsPerArray;
        return new((((convGroup * RowTiles) + rowTile) * ColumnTiles) + columnTile, (output % OutputsPerArray * _weightBits) + weightBit);
    }

    public int PhysicalRow(int rowGroup, int rowInGroup) => (rowGroup % _slots * macro.Rows) + rowInGroup;

    private static int CeilingDivide(int amount, int size) => (amount + size - 1) / size;
}
