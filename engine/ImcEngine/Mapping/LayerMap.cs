using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Mapping;

/// <summary>The placement of a layer's weights on the macro (ARITHMETIC §2): its row groups and the arrays that hold them.</summary>
public sealed class LayerMap
{
    /// <exception cref="ImcException">The macro cannot hold the layer. The message names the layer and the field.</exception>
    internal LayerMap(string layer, ConvGeometry geometry, OperandFormat input, OperandFormat weight, MacroSpec macro)
    {
        Layer = layer;
        Geometry = geometry.Validated(layer);
        InputFormat = input;
        WeightFormat = weight;
        Product = CellProducts.ForEncodings(input.Encoding, weight.Encoding);
        RequireProduct(layer, macro);
        var mapping = geometry.IsLinear ? MappingKind.Dense : macro.Mapping;
        Groups = RowGroups.Cut(geometry.Taps, geometry.GroupInputChannels, macro.Rows, mapping, macro.LegacyOverfull);
        Rows = macro.Rows;
        ArrayRows = macro.ColumnCells;
        Slots = ArrayRows / macro.Rows;
        RowTiles = (Groups.Length + Slots - 1) / Slots;
        if (macro.Columns < weight.Bits)
            throw new ImcException($"Layer '{layer}' has {weight.Bits} weight planes per output; "
                + $"macro '{macro.Name}' has {macro.Columns} columns. Raise columns to at least {weight.Bits}.");
        OutputsPerArray = Math.Min(geometry.GroupOutputChannels, macro.Columns is int columns ? columns / weight.Bits : int.MaxValue);
        ColumnTiles = (geometry.GroupOutputChannels + OutputsPerArray - 1) / OutputsPerArray;
    }

    /// <summary>The layer's name.</summary>
    public string Layer { get; }

    internal ConvGeometry Geometry { get; }
    public OperandFormat InputFormat { get; }
    public OperandFormat WeightFormat { get; }
    internal CellProduct Product { get; }

    /// <summary>The row groups of one convolution group; all have the same.</summary>
    internal RowGroup[] Groups { get; }

    /// <summary>The rows that one conversion activates.</summary>
    public int Rows { get; }

    /// <summary>The cells on a column.</summary>
    public int ArrayRows { get; }

    /// <summary>The number of row groups that share the columns of an array.</summary>
    internal int Slots { get; }

    /// <summary>The number of outputs in one array, each with all its weight planes.</summary>
    internal int OutputsPerArray { get; }

    /// <summary>The number of columns in use in one array.</summary>
    public int ArrayColumns => OutputsPerArray * WeightFormat.Bits;

    internal int RowTiles { get; }
    internal int ColumnTiles { get; }
    public int Arrays => Geometry.Groups * RowTiles * ColumnTiles;
    internal int PlanePairs => InputFormat.Bits * WeightFormat.Bits;

    /// <summary>The columns of one convolution group: column = output in group * weight bits + weight bit.</summary>
    internal int GroupColumns => Geometry.GroupOutputChannels * WeightFormat.Bits;

    /// <summary>The number of conversions for one image.</summary>
    public long Conversions => (long)Geometry.OutputChannels * Geometry.OutputPixels * Groups.Length * PlanePairs;

    /// <summary>The number of cells that hold a weight bit.</summary>
    public long CellsUsed => Geometry.WeightCount * WeightFormat.Bits;

    /// <summary>Returns the physical place of a column of a row group.</summary>
    internal ColumnPlace Place(int convGroup, int rowGroup, int output, int weightBit)
    {
        int array = (convGroup * RowTiles + rowGroup / Slots) * ColumnTiles + output / OutputsPerArray;
        return new(array, rowGroup % Slots * Rows, output % OutputsPerArray * WeightFormat.Bits + weightBit);
    }

    /// <summary>Returns whether another mapping of the same layer puts every weight in the same cell of the same array, with arrays of the
    /// same size.</summary>
    internal bool PlacesAs(LayerMap other) =>
        Groups.AsSpan().SequenceEqual(other.Groups)
            && (Rows, ArrayRows, OutputsPerArray) == (other.Rows, other.ArrayRows, other.OutputsPerArray);

    /// <summary>Returns the error set of a row group. The row groups of one row tile share arrays, and therefore the errors of their
    /// columns.</summary>
    internal int ErrorSet(int convGroup, int rowGroup) => convGroup * RowTiles + rowGroup / Slots;

    /// <summary>Returns the conversion of accumulators to counts (ARITHMETIC §6): <c>counts = PerUnit * acc + OfZero</c>.</summary>
    /// <param name="adc">The layer's transfer, or the first where plane pairs have their own.</param>
    /// <param name="unit">The unit of the accumulators.</param>
    internal (double PerUnit, double OfZero) CountsOf(AdcTransfer adc, AccumulationUnit unit) => unit switch
    {
        AccumulationUnit.Counts => (1, 0),
        AccumulationUnit.Codes => (adc.LsbCounts, adc.LevelCounts[0] * PlaneWeightSum),
        _ => (1.0 / AdcTransfer.LevelsPerCount, 0),
    };

    /// <summary>The sum of plane weights over all conversions of one result: W of ARITHMETIC §6.</summary>
    internal long PlaneWeightSum
    {
        get
        {
            long input = 0, weight = 0;
            for (int i = 0; i < InputFormat.Bits; i++) input += InputFormat.PlaneWeight(i);
            for (int j = 0; j < WeightFormat.Bits; j++) weight += WeightFormat.PlaneWeight(j);
            return input * weight * Groups.Length;
        }
    }

    private void RequireProduct(string layer, MacroSpec macro)
    {
        if (!macro.Forms(Product))
            throw new ImcException($"Layer '{layer}' ({InputFormat} inputs, {WeightFormat} weights) needs {SpecWords.WordFor(Product)} "
                + $"cells; macro '{macro.Name}' has cell '{SpecWords.WordFor(macro.Cell)}', which takes {OperandsOf(macro.Cell)}. "
                + "Take a network with such operands, set macro.cell to 'any', or keep the layer digital.");
    }

    /// <summary>Returns the operands that a kind of cell multiplies, in words.</summary>
    internal static string OperandsOf(CellKind cell) => cell switch
    {
        CellKind.Xnor => "bipolar weights, with inputs that are bipolar, unipolar or two's complement",
        CellKind.And => "two's complement weights, with inputs that are unipolar or two's complement",
        _ => "all operands",
    };
}

/// <summary>The physical place of a column of a row group.</summary>
/// <param name="Array">The ordinal of the array in its layer.</param>
/// <param name="FirstRow">The physical row of the group's row 0.</param>
/// <param name="Column">The physical column in the array.</param>
internal readonly record struct ColumnPlace(int Array, int FirstRow, int Column);
