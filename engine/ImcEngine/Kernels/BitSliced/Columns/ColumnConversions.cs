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

    private ColumnConversions(VerticalTables tables, CountScale scale, int lowered, int certain, in ComparisonPlan plan, ImmutableArray<int> thresholds, ImmutableArray<int> rests, DieThresholds? ofDie, Func<ConversionSpec, ConversionProgram> compile)
    {
        (Tables, _thresholds) = (tables, ofDie);
        var map = tables.Layer.Map;
        Codes = AccumulatedOf(map, plan.CodePlanes, plan.Thresholds);
        Codes = Codes with { Excess = Codes.Excess - certain * map.PlaneWeightSum };
        Rests = rests.IsEmpty ? default : AccumulatedOf(map, ComparisonPlan.BitsOf(rests.Max()), rests.Max());
        IsAllowed = VerticalLimits.Allow(Codes, Rests, plan, map.WeightFormat.Bits);
        if (!IsAllowed) return;
        Program = compile(new(map.InputFormat.Bits, map.InputFormat.NegativeBit >= 0, scale.RowPlane, tables.Start, -lowered, plan, thresholds, false, Codes.Planes)
        {
            Masked = ofDie?.Masked ?? [], Rest = rests.IsEmpty ? null : new(rests, Codes.Planes, Rests.Planes),
        });
    }

    public VerticalTables Tables { get; }

    /// <summary>The codes' sums, which lie before the rests'.</summary>
    public Accumulated Codes { get; }

    /// <summary>No planes where there are no rests.</summary>
    public Accumulated Rests { get; }

    public int AccumulatorPlanes => Codes.Planes + Rests.Planes;

    /// <summary>The kernel can hold them.</summary>
    public bool IsAllowed { get; }

    public ConversionProgram Program { get; } = null!;

    /// <summary>Of an ideal die.</summary>
    public static ColumnConversions Of<TLanes, TVector>(MappedLayer layer, IntegerAdc adc)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CountScale(layer);
        var thresholds = scale.Thresholds(adc, LaneBlock<TLanes, TVector>.HasTernaryLogic);
        var tables = new VerticalTables(layer, layer.Weights, scale, thresholds.Base, thresholds.Plan.Planes, TLanes.Bits);
        return new(tables, scale, thresholds.Base, thresholds.Certain, thresholds.Plan, thresholds.Lowered, thresholds.Rests(adc), null, ConversionCompiler<TLanes, TVector>.Compile);
    }

    /// <summary>Of a die whose columns have thresholds of their own.</summary>
    public static ColumnConversions Of<TLanes, TVector>(MappedLayer layer, PackedWeights weights, DieEdges edges)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CountScale(layer);
        var thresholds = new DieThresholds(layer, scale, edges, LaneBlock<TLanes, TVector>.HasTernaryLogic);
        var tables = new VerticalTables(layer, weights, scale, thresholds.Lowered, thresholds.Plan.Planes, TLanes.Bits);
        thresholds.Pack(tables.Blocks, tables.VectorBytes, tables.LaneOf);
        return new(tables, scale, thresholds.Lowered, 0, thresholds.Plan, [], [], thresholds, ConversionCompiler<TLanes, TVector>.Compile);
    }

    /// <summary>Of digits that every conversion makes.</summary>
    /// <param name="planes">Of digits.</param>
    /// <param name="mostDigits">That they reach.</param>
    private static Accumulated AccumulatedOf(LayerMap map, int planes, int mostDigits)
    {
        var numbers = CodeNumbers.Of(map.InputFormat, planes, mostDigits);
        long weights = Enumerable.Range(0, map.WeightFormat.Bits).Sum(bit => (long)map.WeightFormat.PlaneWeight(bit));
        return new(CodeNumbers.Planes(numbers.Most * map.Groups.Length), numbers.Excess * map.Groups.Length * weights);
    }

    public void* Masks(int convGroup, int rowGroup, int block) => _thresholds is null ? null : _thresholds.Of(Tables.Layer.Map.ErrorSet(convGroup, rowGroup), block);

    public long Bytes => Tables.Bytes + (_thresholds?.Bytes ?? 0);
}
