namespace ImcEngine.BitPlanes;

/// <summary>
/// The columns of one output (ARITHMETIC §15): one per cell of a weight. The columns of a digit are joined before the ADC. Column t of a
/// digit has capacitors of 2^(planes of a cell * t) units.
/// </summary>
/// <param name="digits">The digits of the weights.</param>
/// <param name="cells">The planes that each cell holds; no cell is in two digits.</param>
internal sealed class WeightColumns(OperandDigits digits, OperandDigits cells)
{
    private readonly int[] _digitOf = [.. Enumerable.Range(0, cells.Count).Select(cell =>
        Enumerable.Range(0, digits.Count).Single(digit => digits[digit].FirstPlane <= cells[cell].FirstPlane
            && cells[cell].EndPlane <= digits[digit].EndPlane))];

    /// <summary>The columns of an output.</summary>
    public int Count => cells.Count;

    /// <summary>The digits of an output.</summary>
    public int Digits => digits.Count;

    /// <summary>Returns the digit of a column.</summary>
    public int DigitOf(int column) => _digitOf[column];

    /// <summary>Returns the lowest column of a digit.</summary>
    public int FirstOf(int digit) => Array.IndexOf(_digitOf, digit);

    /// <summary>Returns the number of columns of a digit.</summary>
    public int CountOf(int digit) => _digitOf.Count(each => each == digit);

    /// <summary>Returns the capacitors of a column's cells, in units.</summary>
    public int Units(int column) => 1 << (cells[column].FirstPlane - digits[_digitOf[column]].FirstPlane);
}
