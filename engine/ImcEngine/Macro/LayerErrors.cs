namespace ImcEngine.Macro;

/// <summary>
/// Static errors of one layer's arrays that the caller gives in place of drawn ones, for example as measured on a chip or made by another
/// model:
/// <code>
/// column offset     counts, added to every edge of the column's ADC (o of ARITHMETIC §4)
/// cell deviation    relative, of the cell's capacitor from its nominal value (eps of §4)
/// </code>
/// Errors that are not given are drawn as the run specification says. Arrays, rows and columns are numbered as in the layer's mapping, and
/// the sizes must be those of the mapping.
/// </summary>
public sealed class LayerErrors
{
    private readonly double[,]? _columnOffsetsCounts;
    private readonly double[,,]? _cellDeviationsRelative;

    /// <param name="columnOffsetsCounts"><c>[array, column]</c>, counts; null: drawn.</param>
    /// <param name="cellDeviationsRelative"><c>[array, row, column]</c>, relative; null: drawn.</param>
    /// <exception cref="ImcException">A number is not finite or too large.</exception>
    public LayerErrors(double[,]? columnOffsetsCounts = null, double[,,]? cellDeviationsRelative = null)
    {
        _columnOffsetsCounts = (double[,]?)columnOffsetsCounts?.Clone();
        _cellDeviationsRelative = (double[,,]?)cellDeviationsRelative?.Clone();
        if (_columnOffsetsCounts is { } offsets) Require(offsets.Cast<double>(), DieRules.MaxShiftSigmaCounts, "column offset", "counts");
        if (_cellDeviationsRelative is { } cells) Require(cells.Cast<double>(), 1, "cell deviation", "(relative)");
    }

    internal bool HasColumnOffsets => _columnOffsetsCounts is not null;
    internal bool HasCellDeviations => _cellDeviationsRelative is not null;

    internal double ColumnOffsetCounts(int array, int column) => _columnOffsetsCounts![array, column];
    internal double CellDeviationRelative(int array, int row, int column) => _cellDeviationsRelative![array, row, column];

    /// <summary>Returns the macro with the given kinds of error switched on. It is used to choose the kernels; the sizes in it are not
    /// used.</summary>
    internal MacroSpec AppliedTo(MacroSpec macro)
    {
        var die = macro.Die;
        if (HasColumnOffsets) die = die with { ColumnOffsetCounts = 1, ColumnOffsetLsb = 0 };
        if (HasCellDeviations) die = die with { CellMismatchRelative = DieRules.MaxSizeSigmaRelative, UnitCapacitanceFemtofarads = null };
        return macro with { Die = die };
    }

    /// <exception cref="ImcException">The sizes differ from those of the layer's arrays.</exception>
    internal void RequireSize(string layer, int arrays, int rows, int columns)
    {
        if (_columnOffsetsCounts is { } offsets && (offsets.GetLength(0), offsets.GetLength(1)) != (arrays, columns))
            throw new ImcException($"Layer '{layer}': column offsets are [{offsets.GetLength(0)}, {offsets.GetLength(1)}]; "
                + $"the layer has {arrays} arrays of {columns} columns, so [{arrays}, {columns}] are needed.");
        if (_cellDeviationsRelative is { } cells
            && (cells.GetLength(0), cells.GetLength(1), cells.GetLength(2)) != (arrays, rows, columns))
            throw new ImcException($"Layer '{layer}': cell deviations are "
                + $"[{cells.GetLength(0)}, {cells.GetLength(1)}, {cells.GetLength(2)}]; the layer has {arrays} arrays of "
                + $"{rows} rows and {columns} columns, so [{arrays}, {rows}, {columns}] are needed.");
    }

    private static void Require(IEnumerable<double> numbers, double most, string what, string unit)
    {
        foreach (double number in numbers)
            if (!(Math.Abs(number) <= most))
                throw new ImcException($"A {what} is {number}; allowed are finite numbers from -{most} to {most} {unit}.");
    }
}
