using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>A physical column of an array.</summary>
/// <param name="Array">The ordinal of the array in the layer.</param>
/// <param name="Column">The physical column in the array.</param>
internal readonly record struct ReferenceColumn(int Array, int Column);

/// <summary>
/// The placement of a row group and of an output's cells (ARITHMETIC §2). A cell holds a weight plane, or several.
/// <code>
/// slot = r mod (arrayRows / rows)     row tile = r div (arrayRows / rows)     physical row = slot * rows + row in group
/// column tile = output div (columns / cells)     column = output mod (columns / cells) * cells + cell
/// array = (convolution group * row tiles + row tile) * column tiles + column tile
/// </code>
/// Packed block-diagonally, convolution group g has k = kernel positions * channels rows and c = outputs * cells columns, and there
/// are G = min(arrayRows div k, columns div c) groups in an array:
/// <code>
/// array = g div G     physical row = (g mod G) * k + kernel position * channels + channel
///                     column = (g mod G) * c + output * cells + cell
/// </code>
/// </summary>
/// <param name="layer">The layer, for its outputs.</param>
/// <param name="cells">The cells of an output.</param>
/// <param name="macro">The macro, for the size of its arrays.</param>
/// <param name="rowGroups">The row groups of one convolution group.</param>
internal sealed class ReferencePlacement(ReferenceLayer layer, int cells, MacroSpec macro, IReadOnlyList<Row[]> rowGroups)
{
    private readonly int _slots = macro.ColumnCells / macro.Rows;
    private readonly int _outputs = layer.Geometry.GroupOutputChannels;

    /// <summary>The number of outputs in one array. The cells of an output are never split between arrays.</summary>
    private int OutputsPerArray => macro.Columns is { } columns ? columns / cells : _outputs;

    private bool IsPacked => macro.Grouping == GroupingKind.BlockDiagonal && layer.Geometry.Groups > 1;
    private int RowsOfConvGroup => layer.Geometry.Taps * layer.Geometry.GroupInputChannels;
    private int ColumnsOfConvGroup => _outputs * cells;
    private int ConvGroupsPerArray =>
        Math.Min(macro.ColumnCells / RowsOfConvGroup, macro.Columns is { } columns ? columns / ColumnsOfConvGroup : int.MaxValue);

    public int RowTiles => CeilingDivide(rowGroups.Count, _slots);
    public int ColumnTiles => CeilingDivide(_outputs, OutputsPerArray);
    public int Arrays => IsPacked ? CeilingDivide(layer.Geometry.Groups, ConvGroupsPerArray)
        : layer.Geometry.Groups * RowTiles * ColumnTiles;

    /// <summary>Returns the column that holds a cell of an output in a row group.</summary>
    /// <param name="outputChannel">The output channel in the whole layer.</param>
    public ReferenceColumn Column(int rowGroup, int outputChannel, int cell)
    {
        int convGroup = outputChannel / _outputs, output = outputChannel % _outputs;
        if (IsPacked)
            return new(convGroup / ConvGroupsPerArray,
                (convGroup % ConvGroupsPerArray * ColumnsOfConvGroup) + (output * cells) + cell);
        int rowTile = rowGroup / _slots, columnTile = output / OutputsPerArray;
        return new((((convGroup * RowTiles) + rowTile) * ColumnTiles) + columnTile, (output % OutputsPerArray * cells) + cell);
    }

    /// <summary>Returns the physical row of a row of a row group.</summary>
    public int PhysicalRow(int convGroup, int rowGroup, int rowInGroup)
    {
        if (!IsPacked) return (rowGroup % _slots * macro.Rows) + rowInGroup;
        var row = rowGroups[rowGroup][rowInGroup];
        return (convGroup % ConvGroupsPerArray * RowsOfConvGroup) + (row.Tap * layer.Geometry.GroupInputChannels) + row.Channel;
    }

    private static int CeilingDivide(int amount, int size) => (amount + size - 1) / size;
}
