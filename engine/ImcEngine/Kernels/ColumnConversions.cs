using System.Collections.Immutable;
using ImcEngine.Kernels.Compiled;

namespace ImcEngine.Kernels;

/// <summary>The conversions of one layer with columns in the lanes: its tables and the program compiled for them.</summary>
internal sealed unsafe class ColumnConversions
{
    private readonly DieThresholds? _thresholds;

    private ColumnConversions(VerticalTables tables, CountScale scale, int lowered, int certain, in ComparisonPlan plan, ImmutableArray<int> thresholds, DieThresholds? ofDie, Func<ConversionSpec, ConversionProgram> compile)
    {
        (Tables, _thresholds) = (tables, ofDie);
        var map = tables.Layer.Map;
        var numbers = CodeNumbers.Of(map.InputFormat, plan);
        AccumulatorPlanes = CodeNumbers.Planes(numbers.Most * map.Groups.Length);
        long weights = Enumerable.Range(0, map.WeightFormat.Bits).Sum(bit => (long)map.WeightFormat.PlaneWeight(bit));
        Excess = numbers.Excess * map.Groups.Length * weights - certain * (long)map.PlaneWeightSum;
        IsAllowed = VerticalLimits.Allow(AccumulatorPlanes, plan);
        if (IsAllowed)
            Program = compile(new(map.InputFormat.Bits, map.InputFormat.NegativeBit >= 0, scale.RowPlane, tables.Start, -lowered, plan, thresholds, false, AccumulatorPlanes)  { Masked = ofDie?.Masked ?? [] });
    }

    public VerticalTables Tables { get; }
    public int AccumulatorPlanes { get; }

    /// <summary>What sums of codes are too large by.</summary>
    public long Excess { get; }

    /// <summary>The kernel can hold them.</summary>
    public bool IsAllowed { get; }

    public ConversionProgram Program { get; } = null!;

    /// <summary>Of an ideal die.</summary>
    public static ColumnConversions Of<TLanes, TVector>(MappedLayer layer, IntegerAdc adc)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CountScale(layer);
        var thresholds = scale.Thresholds(adc);
        var tables = new VerticalTables(layer, layer.Weights, scale, thresholds.Base, thresholds.Plan.Planes, TLanes.Bits);
        return new(tables, scale, thresholds.Base, thresholds.Certain, thresholds.Plan, thresholds.Lowered, null, ConversionCompiler<TLanes, TVector>.Compile);
    }

    /// <summary>Of a die whose columns have thresholds of their own.</summary>
    public static ColumnConversions Of<TLanes, TVector>(MappedLayer layer, PackedWeights weights, DieEdges edges)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CountScale(layer);
        var thresholds = new DieThresholds(layer, scale, edges, LaneBlock<TLanes, TVector>.HasTernaryLogic);
        var tables = new VerticalTables(layer, weights, scale, thresholds.Lowered, thresholds.Plan.Planes, TLanes.Bits);
        thresholds.Pack(tables);
        return new(tables, scale, thresholds.Lowered, 0, thresholds.Plan, [], thresholds, ConversionCompiler<TLanes, TVector>.Compile);
    }

    public void* Masks(int convGroup, int rowGroup, int block) => _thresholds is null ? null : _thresholds.Of(Tables.Layer.Map.ErrorSet(convGroup, rowGroup), block);

    public long Bytes => Tables.Bytes + (_thresholds?.Bytes ?? 0);
}
