using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Columns;

/// <summary>The conversions of one layer with one column per lane: its tables, and the program compiled for it.</summary>
internal sealed unsafe class ColumnConversions : BitSlicedConversions
{
    private readonly LaneConstants? _constants;

    private ColumnConversions(VerticalTables tables, LayerConversion conversion, LaneConstants? constants,
        Func<ConversionSpec, ConversionProgram?> compile)
        : base(tables.Layer.Map, conversion, AccumulatedOf, combinedBits: tables.Layer.Map.WeightFormat.Bits)
    {
        (Tables, _constants) = (tables, constants);
        if (!IsAllowed) return;
        var map = tables.Layer.Map;
        var program = compile(new(map.InputFormat.Bits, map.InputFormat.NegativeBit >= 0, conversion.Encoding.RowPlane, tables.Start,
            conversion.Encoding.Bias - conversion.CountOffset, conversion.Plan, false, Codes.Planes)
        {
            Residual = ResidualsFrom(plane: 0),
            Digits = DigitsOf(tables),
        });
        if (program is null) IsAllowed = false;
        else Program = program;
    }

    private static DigitsSpec? DigitsOf(VerticalTables tables) => tables.Layer.Map is { ConvertsPlanes: false } map
        ? new(tables.DigitPlanes, tables.PlaneBytes, ListDigit.Of(map.InputDigits), ArePaired: false) : null;

    /// <summary>Returns whether the digits of a layer can be converted with columns in the lanes: cells of XNOR, and three-valued inputs of
    /// ternary weights, are left to the kernel that makes each conversion separately.</summary>
    public static bool Support(MappedLayer layer) => layer.Map.ConvertsPlanes || !layer.Map.Product.HasSignedInputBits()
        || (layer.Map.Product == CellProduct.TernaryXnor && !layer.InputMayBeUndriven);

    public VerticalTables Tables { get; }

    public ConversionProgram Program { get; } = null!;

    /// <summary>Prepares the conversions on an ideal die.</summary>
    public static ColumnConversions Prepare<TLanes, TVector>(MappedLayer layer, IntegerAdc adc)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var conversion = LayerConversion.OfIdealDie(layer, adc, BitVectorBuilder<TLanes, TVector>.HasTernaryLogic);
        return new(new(layer, layer.Weights, conversion, TLanes.Bits), conversion, null, ConversionCompiler<TLanes, TVector>.TryCompile);
    }

    /// <summary>Prepares the conversions on a die where each column has its own thresholds.</summary>
    public static ColumnConversions Prepare<TLanes, TVector>(MappedLayer layer, WholeCounts counts)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var (conversion, thresholds) = LayerConversion.OfColumns(layer, counts, BitVectorBuilder<TLanes, TVector>.HasTernaryLogic,
            ColumnLayout.Lanes);
        var tables = new VerticalTables(layer, counts.Weights, conversion, TLanes.Bits);
        return new(tables, conversion, thresholds.InLanes(tables.Blocks, tables.VectorBytes, tables.LaneOf),
            ConversionCompiler<TLanes, TVector>.TryCompile);
    }

    /// <summary>Returns the sums over input digits and row groups. Weight digits are combined later, as integers.</summary>
    private static Accumulated AccumulatedOf(LayerMap map, int planes, int most)
    {
        var numbers = CodeNumbers.ForOperand(map.InputDigits, planes, most);
        return new(PlaneCount.Holding(numbers.Most * map.Groups.Length), numbers.Excess * map.Groups.Length * map.WeightDigits.WeightSum);
    }

    /// <summary>Returns the constants of a block's columns; null where all columns have the same thresholds.</summary>
    public void* Constants(int convGroup, int rowGroup, int block) =>
        _constants is null ? null : _constants.AddressOf(Tables.Layer.Map.ErrorSet(convGroup, rowGroup), block);

    public long Bytes => Tables.Bytes + (_constants?.Bytes ?? 0);
}
