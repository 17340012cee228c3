using System.Collections.Immutable;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Columns;

/// <summary>The conversions of one layer with columns in the lanes: its tables and the program compiled for them.</summary>
internal sealed unsafe class ColumnConversions
{
    private readonly DieThresholds? _thresholds;

    private ColumnConversions(VerticalTables tables, CounterEncoding scale, int countOffset, int certain, in ComparisonPlan plan,
        ImmutableArray<int> thresholds, ImmutableArray<int> residuals, DieThresholds? ofDie,
        Func<ConversionSpec, ConversionProgram> compile)
    {
        (Tables, _thresholds) = (tables, ofDie);
        var map = tables.Layer.Map;
        Codes = AccumulatedOf(map, plan.CodePlanes, plan.Thresholds);
        Codes = Codes with { Excess = Codes.Excess - certain * map.PlaneWeightSum };
        Residuals = residuals.IsEmpty ? default : AccumulatedOf(map, ComparisonPlan.BitsOf(residuals.Max()), residuals.Max());
        IsAllowed = VerticalLimits.Allow(Codes, Residuals, plan, map.WeightFormat.Bits);
        if (!IsAllowed) return;
        Program = compile(new(map.InputFormat.Bits, map.InputFormat.NegativeBit >= 0, scale.RowPlane, tables.Start, -countOffset, plan,
            thresholds, false, Codes.Planes)
        {
            Masked = ofDie?.Masked ?? [], Residual = residuals.IsEmpty ? null : new(residuals, Codes.Planes, Residuals.Planes),
        });
    }

    public VerticalTables Tables { get; }

    /// <summary>The codes' sums, which lie before the residuals'.</summary>
    public Accumulated Codes { get; }

    /// <summary>No planes where there are no residuals.</summary>
    public Accumulated Residuals { get; }

    public int AccumulatorPlanes => Codes.Planes + Residuals.Planes;

    /// <summary>The kernel can hold them.</summary>
    public bool IsAllowed { get; }

    public ConversionProgram Program { get; } = null!;

    /// <summary>Of an ideal die.</summary>
    public static ColumnConversions Prepare<TLanes, TVector>(MappedLayer layer, IntegerAdc adc)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CounterEncoding(layer);
        var thresholds = scale.Thresholds(adc, BitVectorBuilder<TLanes, TVector>.HasTernaryLogic);
        var tables = new VerticalTables(layer, layer.Weights, scale, thresholds.CountOffset, thresholds.Plan.Planes, TLanes.Bits);
        return new(tables, scale, thresholds.CountOffset, thresholds.Certain, thresholds.Plan, thresholds.OffsetThresholds,
            thresholds.Residuals(adc), null, ConversionCompiler<TLanes, TVector>.Compile);
    }

    /// <summary>Of a die whose columns have thresholds of their own.</summary>
    public static ColumnConversions Prepare<TLanes, TVector>(MappedLayer layer, PackedWeights weights, DieEdges edges)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CounterEncoding(layer);
        var thresholds = new DieThresholds(layer, scale, edges, BitVectorBuilder<TLanes, TVector>.HasTernaryLogic);
        var tables = new VerticalTables(layer, weights, scale, thresholds.CountOffset, thresholds.Plan.Planes, TLanes.Bits);
        thresholds.Pack(tables.Blocks, tables.VectorBytes, tables.LaneOf);
        return new(tables, scale, thresholds.CountOffset, 0, thresholds.Plan, [], [], thresholds,
            ConversionCompiler<TLanes, TVector>.Compile);
    }

    /// <summary>Of digits that every conversion makes.</summary>
    /// <param name="planes">Of digits.</param>
    /// <param name="mostDigits">That they reach.</param>
    private static Accumulated AccumulatedOf(LayerMap map, int planes, int mostDigits)
    {
        var numbers = CodeNumbers.ForOperand(map.InputFormat, planes, mostDigits);
        long weights = Enumerable.Range(0, map.WeightFormat.Bits).Sum(bit => (long)map.WeightFormat.PlaneWeight(bit));
        return new(CodeNumbers.Planes(numbers.Most * map.Groups.Length), numbers.Excess * map.Groups.Length * weights);
    }

    public void* Masks(int convGroup, int rowGroup, int block) =>
        _thresholds is null ? null : _thresholds.MasksOf(Tables.Layer.Map.ErrorSet(convGroup, rowGroup), block);

    public long Bytes => Tables.Bytes + (_thresholds?.Bytes ?? 0);
}
