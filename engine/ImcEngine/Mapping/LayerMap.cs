using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Mapping;

/// <summary>The placement of a layer's weights on the macro (ARITHMETIC §2): its row groups and the arrays that hold them.</summary>
public sealed class LayerMap
{
    /// <summary>The largest magnitude of a partial sum, so that int32 holds twice as much.</summary>
    private const int MostPartialSum = 1 << 30;

    private bool[] _isDigital;
    private readonly int? _columns;

    /// <summary>The row groups in the whole layer, where this is a part of it; null for the whole layer.</summary>
    private int[]? _ordinals;

    private int[] _errorSetOfGroup = [];

    /// <exception cref="ImcException">The macro cannot hold the layer. The message names the layer and the field.</exception>
    internal LayerMap(string layer, ConvGeometry geometry, OperandFormat input, OperandFormat weight, MacroSpec macro)
    {
        Layer = layer;
        Geometry = geometry.Validated(layer);
        InputFormat = input;
        (GivenWeightFormat, WeightFormat, WeightOffset) = (weight, macro.StoredFormat(weight), macro.StoredOffset(weight));
        Product = CellProducts.ForEncodings(input.Encoding, weight.Encoding);
        (InputDigits, WeightDigits, WeightCells) = (macro.InputDigits(input), macro.WeightDigits(weight), macro.WeightCells(weight));
        (Products, WeightColumns) = (new(InputDigits, WeightDigits), new(WeightDigits, WeightCells));
        RequireProduct(layer, macro);
        _isDigital = DigitalPairsOf(layer, macro);
        DigitalPairs = _isDigital.Count(isDigital => isDigital);
        var mapping = geometry.IsLinear ? MappingKind.Dense : macro.Mapping;
        Groups = RowGroups.Cut(geometry.Taps, geometry.GroupInputChannels, macro.Rows, mapping, macro.LegacyOverfull);
        RequireSums(layer);
        (Rows, Votes) = (macro.Rows, macro.Votes);
        ArrayRows = macro.ColumnCells;
        _columns = macro.Columns;
        if (macro.Columns < WeightCells.Count)
            throw new ImcException($"Layer '{layer}' has {WeightCells.Count} columns per output; "
                + $"macro '{macro.Name}' has {macro.Columns} columns. Raise columns to at least {WeightCells.Count}.");
        OutputsPerArray =
            Math.Min(geometry.GroupOutputChannels, macro.Columns is int columns ? columns / WeightCells.Count : int.MaxValue);
        ColumnTiles = (geometry.GroupOutputChannels + OutputsPerArray - 1) / OutputsPerArray;
        Blocks = IsPacked(geometry, macro) ? BlocksThatFit(layer, macro) : null;
        Slots = Blocks is null ? ArrayRows / macro.Rows : Groups.Length;
        RowTiles = (Groups.Length + Slots - 1) / Slots;
        NumberErrorSets();
    }

    private void RequireSums(string layer)
    {
        int rows = Groups.Max(group => group.Rows), product = Math.Max(Products.Most, -Products.Least);
        if ((long)rows * product > MostPartialSum)
            throw new ImcException($"Layer '{layer}' has partial sums of up to {(long)rows * product} counts; allowed are at most "
                + $"{MostPartialSum}. Lower macro.rows, macro.inputDigitBits or macro.weightDigitBits.");
    }

    /// <summary>Returns whether a layer's convolution groups are packed into arrays as blocks along the diagonal.</summary>
    internal static bool IsPacked(ConvGeometry geometry, MacroSpec macro) =>
        macro.Grouping == GroupingKind.BlockDiagonal && geometry.Groups > 1;

    /// <summary>The layer's name.</summary>
    public string Layer { get; }

    internal ConvGeometry Geometry { get; }
    public OperandFormat InputFormat { get; private set; }

    /// <summary>The format of the weights as cells hold them, which may be offset binary.</summary>
    public OperandFormat WeightFormat { get; private set; }

    /// <summary>The format of the layer's weights.</summary>
    internal OperandFormat GivenWeightFormat { get; }

    /// <summary>What is added to the layer's weights where they are stored: a zero point (ARITHMETIC §15); 0 for none.</summary>
    internal int WeightOffset { get; }

    internal CellProduct Product { get; }

    /// <summary>The planes of inputs that one conversion takes together.</summary>
    internal OperandDigits InputDigits { get; private set; }

    /// <summary>The planes of weights that one conversion takes together.</summary>
    internal OperandDigits WeightDigits { get; private set; }

    /// <summary>The planes of weights that one cell holds: a column of each output.</summary>
    internal OperandDigits WeightCells { get; private set; }

    /// <summary>The columns of an output.</summary>
    internal WeightColumns WeightColumns { get; private set; }

    /// <summary>The products of digits that a row can form.</summary>
    internal DigitProducts Products { get; private set; }

    /// <summary>Whether every conversion takes one plane of inputs and one plane of weights.</summary>
    internal bool ConvertsPlanes => InputDigits.ArePlanes && WeightDigits.ArePlanes;

    /// <summary>The row groups of one convolution group; all have the same.</summary>
    internal RowGroup[] Groups { get; private set; }

    /// <summary>The rows that one conversion activates.</summary>
    public int Rows { get; }

    /// <summary>The cells on a column.</summary>
    public int ArrayRows { get; }

    /// <summary>The number of row groups that share the columns of an array.</summary>
    internal int Slots { get; }

    /// <summary>The number of outputs of one convolution group in one array, each with all its columns.</summary>
    internal int OutputsPerArray { get; }

    /// <summary>The number of convolution groups that lie in one array as blocks along its diagonal; null where every convolution group
    /// begins new arrays.</summary>
    internal int? Blocks { get; }

    /// <summary>The number of columns of one convolution group in one array.</summary>
    internal int TileColumns => OutputsPerArray * WeightCells.Count;

    /// <summary>The number of weight digits of one convolution group in one array.</summary>
    internal int TileDigits => OutputsPerArray * WeightDigits.Count;

    /// <summary>The number of columns in use in one array.</summary>
    public int ArrayColumns => (Blocks ?? 1) * TileColumns;

    /// <summary>The number of columns of one array. With unlimited columns an array has as many as the layer uses.</summary>
    internal int PhysicalColumns => _columns ?? ArrayColumns;

    internal int RowTiles { get; }
    internal int ColumnTiles { get; }

    /// <summary>The number of arrays.</summary>
    public int Arrays => Blocks is int blocks ? (Geometry.Groups + blocks - 1) / blocks : Geometry.Groups * RowTiles * ColumnTiles;

    /// <summary>The pairs of a plane of inputs and a plane of weights.</summary>
    internal int PlanePairs => InputFormat.Bits * WeightFormat.Bits;

    /// <summary>The pairs of digits of one output, pixel and row group.</summary>
    internal int DigitPairs => InputDigits.Count * WeightDigits.Count;

    /// <summary>The pairs of digits that digital adders sum.</summary>
    internal int DigitalPairs { get; private set; }

    /// <summary>Whether digital adders sum a pair of digits, so that it is not converted.</summary>
    internal bool IsDigital(int inputDigit, int weightDigit) => _isDigital[inputDigit * WeightDigits.Count + weightDigit];

    /// <summary>The columns of one convolution group: column = output in group * columns per output + cell of the output.</summary>
    internal int GroupColumns => Geometry.GroupOutputChannels * WeightCells.Count;

    /// <summary>The weight planes of one convolution group: output in group * weight bits + weight bit.</summary>
    internal int GroupPlanes => Geometry.GroupOutputChannels * WeightFormat.Bits;

    /// <summary>The weight digits of one convolution group: output in group * weight digits + weight digit.</summary>
    internal int GroupDigits => Geometry.GroupOutputChannels * WeightDigits.Count;

    /// <summary>The number of conversions for one image.</summary>
    public long Conversions => Sums * (DigitPairs - DigitalPairs) * Votes;

    /// <summary>The number of partial sums that digital adders form for one image, in place of conversions.</summary>
    public long DigitalSums => Sums * DigitalPairs;

    /// <summary>The partial sums of one pair of digits for one image.</summary>
    private long Sums => (long)Geometry.OutputChannels * Geometry.OutputPixels * Groups.Length;

    /// <summary>The conversions of each sum.</summary>
    internal int Votes { get; }

    /// <summary>The number of cells that hold weights.</summary>
    public long CellsUsed => Geometry.WeightCount * WeightCells.Count;

    /// <summary>The number of cells of all arrays.</summary>
    internal long CellsInArrays => (long)Arrays * ArrayRows * PhysicalColumns;

    /// <summary>The number of flat rows of one convolution group: k of ARITHMETIC §2.</summary>
    internal int GroupRows => Geometry.Taps * Geometry.GroupInputChannels;

    /// <summary>Returns the part of the layer that some row groups make: everything else is as in the whole layer.</summary>
    /// <param name="rowGroups">The row groups of the whole layer, ascending.</param>
    internal LayerMap OfRowGroups(int[] rowGroups)
    {
        var part = (LayerMap)MemberwiseClone();
        part.Groups = Array.ConvertAll(rowGroups, rowGroup => Groups[rowGroup]);
        part._ordinals = rowGroups;
        part.NumberErrorSets();
        return part;
    }

    /// <summary>Returns the part of the layer that some digit pairs make, as a layer whose operands have their planes alone. It is for an
    /// ideal die: places in arrays are those of the whole layer.</summary>
    internal LayerMap OfDigits(DigitPart digits)
    {
        var part = (LayerMap)MemberwiseClone();
        (part.InputFormat, part.WeightFormat) = (InputFormat.Within(digits.Inputs), WeightFormat.Within(digits.Weights));
        (part.InputDigits, part.WeightDigits, part.WeightCells) =
            (InputDigits.Within(digits.Inputs), WeightDigits.Within(digits.Weights), WeightCells.Within(digits.Weights));
        (part.Products, part.WeightColumns) = (new(part.InputDigits, part.WeightDigits), new(part.WeightDigits, part.WeightCells));
        (part._isDigital, part.DigitalPairs) = (new bool[part.DigitPairs], 0);
        return part;
    }

    /// <summary>Returns the number of a row group in the whole layer.</summary>
    internal int OrdinalOf(int rowGroup) => _ordinals is null ? rowGroup : _ordinals[rowGroup];

    /// <summary>Returns the physical place of a row group's first column, that of cell 0 of output 0. The columns that follow in the
    /// convolution group lie beside it, <see cref="TileColumns"/> of them in each of <see cref="ColumnTiles"/> consecutive
    /// arrays.</summary>
    internal ColumnPlace PlaceFirst(int convGroup, int rowGroup) => Blocks is int blocks
        ? new(convGroup / blocks, convGroup % blocks * GroupRows + Groups[rowGroup].FirstRow, convGroup % blocks * TileColumns)
        : new((convGroup * RowTiles + TileOf(rowGroup)) * ColumnTiles, OrdinalOf(rowGroup) % Slots * Rows, 0);

    /// <summary>Returns the physical place of a column of a row group.</summary>
    /// <param name="cell">The cell of the output.</param>
    internal ColumnPlace Place(int convGroup, int rowGroup, int output, int cell)
    {
        var first = PlaceFirst(convGroup, rowGroup);
        return first with
        {
            Array = first.Array + output / OutputsPerArray,
            Column = first.Column + output % OutputsPerArray * WeightCells.Count + cell,
        };
    }

    /// <summary>Returns the physical place of the lowest column of a weight digit.</summary>
    /// <param name="first">The place of the convolution group's first column (<see cref="PlaceFirst"/>).</param>
    /// <param name="digit">The digit, among those of the convolution group.</param>
    internal ColumnPlace PlaceDigit(ColumnPlace first, int digit)
    {
        int inTile = digit % TileDigits;
        return first with
        {
            Array = first.Array + digit / TileDigits,
            Column = first.Column + inTile / WeightDigits.Count * WeightCells.Count + WeightColumns.FirstOf(inTile % WeightDigits.Count),
        };
    }

    /// <summary>Returns the cells that hold weights in a row of an array; null where the row holds none. It is the inverse of
    /// <see cref="Place"/>.</summary>
    internal RowCells? CellsOf(int array, int row)
    {
        if (Blocks is int blocks)
        {
            int block = row / GroupRows, packed = array * blocks + block;
            return block < blocks && packed < Geometry.Groups
                ? new(packed, row % GroupRows, block * TileColumns, 0, TileColumns) : null;
        }
        int set = array / ColumnTiles, first = array % ColumnTiles * TileColumns;
        int rowGroup = IndexOf(set % RowTiles * Slots + row / Rows), rowInGroup = row % Rows;
        return rowGroup >= 0 && rowGroup < Groups.Length && rowInGroup < Groups[rowGroup].Rows
            ? new(set / RowTiles, Groups[rowGroup].FirstRow + rowInGroup, 0, first, Math.Min(TileColumns, GroupColumns - first)) : null;
    }

    /// <summary>Returns whether another mapping of the same layer puts every weight in the same cell of the same array, with arrays of the
    /// same size.</summary>
    internal bool PlacesAs(LayerMap other) =>
        Groups.AsSpan().SequenceEqual(other.Groups)
            && (Rows, ArrayRows, OutputsPerArray, Blocks) == (other.Rows, other.ArrayRows, other.OutputsPerArray, other.Blocks)
            && WeightCells.Count == other.WeightCells.Count;

    /// <summary>Returns the error set of a row group. The row groups of one row tile share arrays, and therefore the errors of their
    /// columns.</summary>
    internal int ErrorSet(int convGroup, int rowGroup) =>
        convGroup * ErrorSetGroups.Length + _errorSetOfGroup[rowGroup];

    /// <summary>The first row group of each error set of a convolution group. The row groups of a set follow each other.</summary>
    internal int[] ErrorSetGroups { get; private set; } = [];

    /// <summary>Returns whether an array holds cells of these row groups.</summary>
    internal bool Uses(int array) => _ordinals is null || Blocks is not null
        || Array.Exists(ErrorSetGroups, first => TileOf(first) == array / ColumnTiles % RowTiles);

    private int TileOf(int rowGroup) => OrdinalOf(rowGroup) / Slots;

    /// <summary>Returns the index of a row group of the whole layer; negative where it is not in this part.</summary>
    private int IndexOf(int ordinal) => _ordinals is null ? ordinal : Array.BinarySearch(_ordinals, ordinal);

    private void NumberErrorSets()
    {
        ErrorSetGroups = [.. Enumerable.Range(0, Groups.Length).Where(group => group == 0 || TileOf(group) != TileOf(group - 1))];
        _errorSetOfGroup =
            [.. Enumerable.Range(0, Groups.Length).Select(group => Array.FindLastIndex(ErrorSetGroups, first => first <= group))];
    }

    /// <summary>Returns the conversion of accumulators to counts (ARITHMETIC §6): <c>counts = PerUnit * acc + OfZero</c>.</summary>
    /// <param name="adc">The layer's transfer, or the first where plane pairs have their own.</param>
    /// <param name="unit">The unit of the accumulators.</param>
    internal (double PerUnit, double OfZero) CountsOf(AdcTransfer adc, AccumulationUnit unit) => unit switch
    {
        AccumulationUnit.Counts => (1, 0),
        AccumulationUnit.Codes => (adc.LsbCounts, adc.LevelCounts[0] * DigitWeightSum),
        _ => (1.0 / AdcTransfer.UnitsPerCount(unit), 0),
    };

    /// <summary>The sum of digit weights over all conversions of one result: W of ARITHMETIC §6.</summary>
    internal long DigitWeightSum => InputDigits.WeightSum * WeightDigits.WeightSum * Groups.Length;

    /// <exception cref="ImcException">Not even one convolution group fits an array.</exception>
    private int BlocksThatFit(string layer, MacroSpec macro)
    {
        int blocks = Math.Min(ArrayRows / GroupRows, macro.Columns / GroupColumns ?? int.MaxValue);
        return blocks > 0 ? Math.Min(blocks, Geometry.Groups) : throw new ImcException(
            $"Layer '{layer}' has convolution groups of {GroupRows} rows and {GroupColumns} columns; an array of macro '{macro.Name}' has "
                + $"{ArrayRows} rows{(macro.Columns is int columns ? $" and {columns} columns" : "")}, and grouping 'blockDiagonal' "
                + "needs room for a whole group. Raise macro.arrayRows or macro.columns, or set macro.grouping to 'separate'.");
    }

    /// <summary>Returns which digit pairs digital adders sum, <c>[inputDigit, weightDigit]</c>.</summary>
    /// <exception cref="ImcException">The least sum of planes that is digital is none that a pair of digits has.</exception>
    private bool[] DigitalPairsOf(string layer, MacroSpec macro)
    {
        int[] lowest = [.. from i in Enumerable.Range(0, InputDigits.Count) from j in Enumerable.Range(0, WeightDigits.Count)
                           select InputDigits[i].FirstPlane + WeightDigits[j].FirstPlane];
        if (macro.DigitalPlanePairs is { } first && first <= lowest[^1] && !lowest.Contains(first))
            throw new ImcException(
                $"Layer '{layer}' ({InputFormat} inputs, {GivenWeightFormat} weights) has digit pairs whose lowest planes add up to "
                    + $"{string.Join(", ", lowest.Distinct().Order())}; macro '{macro.Name}' sums plane pairs from {first} on digitally, "
                    + "which would cut a digit. Set macro.digitalPlanePairs to one of these sums.");
        return Array.ConvertAll(lowest, sum => sum >= macro.DigitalPlanePairs);
    }

    private void RequireProduct(string layer, MacroSpec macro)
    {
        if (!macro.Forms(Product))
            throw new ImcException($"Layer '{layer}' ({InputFormat} inputs, {GivenWeightFormat} weights) needs "
                + $"{SpecWords.WordFor(Product)} cells; macro '{macro.Name}' has cell '{SpecWords.WordFor(macro.Cell)}', "
                + $"which takes {OperandsOf(macro.Cell)}. "
                + "Take a network with such operands, set macro.cell to 'any', or keep the layer digital.");
    }

    /// <summary>Returns the operands that a kind of cell multiplies, in words.</summary>
    internal static string OperandsOf(CellKind cell) => cell switch
    {
        CellKind.Xnor => "bipolar and ternary weights, with inputs that are bipolar, unipolar or two's complement",
        CellKind.And => "unipolar and two's complement weights, with inputs that are unipolar or two's complement",
        _ => "all operands",
    };
}

/// <summary>The cells of one row of an array that hold weights: some neighbouring columns of one convolution group.</summary>
/// <param name="ConvGroup">The convolution group.</param>
/// <param name="FlatRow">The flat row of the convolution group.</param>
/// <param name="FirstColumn">The first physical column in the array.</param>
/// <param name="FirstGroupColumn">The first column, counted in the convolution group.</param>
/// <param name="Columns">The number of columns.</param>
internal readonly record struct RowCells(int ConvGroup, int FlatRow, int FirstColumn, int FirstGroupColumn, int Columns);

/// <summary>The physical place of a column of a row group.</summary>
/// <param name="Array">The ordinal of the array in its layer.</param>
/// <param name="FirstRow">The physical row of the group's row 0.</param>
/// <param name="Column">The physical column in the array.</param>
internal readonly record struct ColumnPlace(int Array, int FirstRow, int Column);
