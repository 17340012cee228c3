using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cost;

/// <summary>
/// What a layer on the macro does for one image, counted exactly. An activation drives one row group with one input digit: all columns of
/// the group take part, in every array that holds some of them. With several votes an activation is repeated for each.
/// </summary>
internal sealed record LayerCounts
{
    /// <param name="map">The layer's mapping.</param>
    /// <param name="macro">The macro that this layer is on.</param>
    /// <param name="codeBits">The bits of an ADC's code.</param>
    public LayerCounts(LayerMap map, MacroSpec macro, int codeBits)
    {
        var geometry = map.Geometry;
        (Map, CodeBits) = (map, codeBits);
        MultiplyAccumulates = geometry.WeightCount * geometry.OutputPixels;
        Conversions = map.Conversions;
        ColumnActivations = (long)geometry.OutputSize * map.Groups.Length * map.InputDigits.Count * map.Votes * map.WeightCells.Count;
        RowsOfActivations = CountActivations(map);
        RowsInImage = RowsOfActivations.Sum(each => each.Key * each.Value);
        Repeats = map.InputDigits.Count * map.Votes;
        int levelsSummed = map.Groups.Length * map.InputDigits.Count * macro.VotesOfMean;
        Additions = (long)geometry.OutputSize * (levelsSummed * map.WeightDigits.Count - 1);
        TreeAdditions = (long)geometry.OutputSize * levelsSummed;
        RegisterWrites = levelsSummed > 1 ? TreeAdditions : 0;
        AccumulatorBits = ColumnLogic.AccumulatorBits(map.InputFormat.Bits, codeBits, map.WeightFormat.Bits,
            map.Groups.Length * macro.VotesOfMean);
        int digitsOfArray = map.PhysicalColumns / map.WeightCells.Count * map.WeightDigits.Count;
        // Where every digit is one column, columns beside the last whole output have ADCs too.
        AdcsOfArray = DivideUp(map.WeightDigits.Count == map.WeightCells.Count ? map.PhysicalColumns : digitsOfArray, macro.ColumnsPerAdc);
        ConversionsInTurn = Math.Min(macro.ColumnsPerAdc, map.TileDigits);
        ActivationsOfArray = (long)geometry.OutputPixels * Repeats
            * (map.Blocks is int blocks ? blocks * map.Groups.Length : Math.Min(map.Slots, map.Groups.Length));
    }

    public LayerMap Map { get; }

    /// <summary>The bits of an ADC's code.</summary>
    public int CodeBits { get; }

    /// <summary>Multiply-accumulates, those at padded positions included.</summary>
    public long MultiplyAccumulates { get; }

    public long Conversions { get; }

    /// <summary>The columns that take part in conversions, summed over all activations.</summary>
    public long ColumnActivations { get; }

    /// <summary>How many row groups, over all output pixels and convolution groups, have how many rows inside the image.</summary>
    public IReadOnlyDictionary<int, long> RowsOfActivations { get; }

    /// <summary>The rows inside the image, summed over output pixels and row groups. Those are the rows that an activation can drive: the
    /// bound of driven rows for one input digit and one vote.</summary>
    public long RowsInImage { get; }

    /// <summary>The activations of a row group at an output pixel: one for each input digit and vote.</summary>
    public int Repeats { get; }

    /// <summary>The arrays that drive each row.</summary>
    public int ArraysOfRow => Map.ColumnTiles;

    /// <summary>The most rows that are driven, summed over all activations and arrays.</summary>
    public long DrivenRowsBound => RowsInImage * Repeats * ArraysOfRow;

    /// <summary>The most cells in driven rows, summed over all activations.</summary>
    public long CellAccessesBound => RowsInImage * Repeats * Map.GroupColumns;

    /// <summary>Digital additions of levels: one less than levels are summed, for each output.</summary>
    public long Additions { get; }

    /// <summary>How often the codes of all weight digits of an output are added to one another.</summary>
    public long TreeAdditions { get; }

    /// <summary>Writes of accumulators: one for each input digit, row group and summed vote; none where an output needs only one.</summary>
    public long RegisterWrites { get; }

    /// <summary>The bits of an accumulator.</summary>
    public int AccumulatorBits { get; }

    /// <summary>Bits of input codes that are read from the buffer: those of every row in the image, for each pixel, row group and array.
    /// Nothing is reused between pixels.</summary>
    public long InputBitsRead => RowsInImage * ArraysOfRow * Map.InputFormat.Bits;

    /// <summary>Bits of sums that are written to the buffer: one accumulator for each output.</summary>
    public long OutputBitsWritten => (long)Map.Geometry.OutputSize * AccumulatorBits;

    public int Arrays => Map.Arrays;

    /// <summary>The cells that hold weights, each written once before the first image.</summary>
    public long CellsUsed => Map.CellsUsed;

    public double UtilizationRelative => (double)CellsUsed / Map.CellsInArrays;

    /// <summary>The ADCs of one array.</summary>
    public int AdcsOfArray { get; }

    /// <summary>The conversions that the busiest ADC makes one after the other in an activation.</summary>
    public int ConversionsInTurn { get; }

    /// <summary>The activations of the array that has most of them. Row groups that share an array's columns take turns.</summary>
    public long ActivationsOfArray { get; }

    /// <summary>Returns the cycles of an image. In a cycle each ADC converts once.</summary>
    /// <param name="arraysAtOnce">The arrays that work at the same time; null for all.</param>
    public long Cycles(int? arraysAtOnce) =>
        ActivationsOfArray * ConversionsInTurn * DivideUp(Arrays, Math.Min(arraysAtOnce ?? Arrays, Arrays));

    private static int DivideUp(int number, int by) => (number + by - 1) / by;

    /// <summary>Counts the row groups of all output pixels and convolution groups by how many of their rows lie in the image.</summary>
    private static Dictionary<int, long> CountActivations(LayerMap map)
    {
        var geometry = map.Geometry;
        var borders = new BorderClasses(geometry);
        var pixels = new long[borders.Count];
        for (int pixel = 0; pixel < geometry.OutputPixels; pixel++) pixels[borders.ClassOf(pixel)]++;
        var counted = new Dictionary<int, long>();
        for (int border = 0; border < pixels.Length; border++)
            foreach (var group in map.Groups)
            {
                int rows = borders.DrivenRows(border, group, geometry.GroupInputChannels);
                counted[rows] = counted.GetValueOrDefault(rows) + pixels[border] * geometry.Groups;
            }
        return counted;
    }
}
