using System.Collections.Immutable;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Compiled;

namespace ImcEngine.Kernels;

/// <summary>The conversions of one layer with pixels in the lanes: its tables and the programs compiled for them.</summary>
internal sealed class PixelConversions
{
    private readonly ConversionProgram[] _programs = [];

    private readonly DieThresholds? _ofDie;

    private PixelConversions(
        PixelTables tables, CountScale scale, in ComparisonPlan plan, int lowered, int certain, ImmutableArray<int> thresholds, DieThresholds? ofDie, Func<ConversionSpec, ConversionProgram> compile)
    {
        (Tables, Scale, _ofDie) = (tables, scale, ofDie);
        var map = tables.Layer.Map;
        var planOfAll = plan;
        CountPlanes = plan.Planes;
        StartCounts = scale.Bias - lowered;
        ConversionSpec SpecOf(int inputBit) => new(
            map.WeightFormat.Bits, map.WeightFormat.NegativeBit >= 0, scale.RowPlane, tables.Start, StartCounts, planOfAll, thresholds,
            inputBit == map.InputFormat.NegativeBit, AccumulatorPlanes - inputBit) { HasMaskBytes = ofDie is not null, Masked = ofDie?.Masked ?? [], PairStart = tables.IsPaired ? tables.Start & StartParts.Common : null };
        var numbers = CodeNumbers.Of(map.WeightFormat, plan);
        long complement = (1L << SpecOf(0).NumberPlanes) - 1, most = 0, excess = 0;
        for (int bit = 0; bit < map.InputFormat.Bits; bit++)
        {
            bool isNegative = bit == map.InputFormat.NegativeBit;
            most += (isNegative ? complement : numbers.Most) << bit;
            excess += (isNegative ? complement - numbers.Excess : numbers.Excess) << bit;
        }
        AccumulatorPlanes = CodeNumbers.Planes(most * map.Groups.Length);
        Excess = excess * map.Groups.Length - certain * map.PlaneWeightSum;
        IsAllowed = tables.ReachConstants && VerticalLimits.Allow(AccumulatorPlanes, plan);
        if (!IsAllowed) return;
        _programs = [.. Enumerable.Range(0, map.InputFormat.Bits).Select(bit => compile(SpecOf(bit)))];
        if (map.Product != CellProduct.And) CountInputs = compile(ConversionSpec.OfCounts(CountPlanes));
    }

    public PixelTables Tables { get; }
    public CountScale Scale { get; }
    public int AccumulatorPlanes { get; }

    /// <summary>Of a count.</summary>
    public int CountPlanes { get; }

    /// <summary>What counts start from, less what inputs and constants bring.</summary>
    public int StartCounts { get; }

    /// <summary>What sums of codes are too large by.</summary>
    public long Excess { get; }

    /// <summary>The kernel can hold them.</summary>
    public bool IsAllowed { get; }

    /// <summary>Counts set inputs; null where cells are not signed.</summary>
    public ConversionProgram? CountInputs { get; }

    /// <summary>Of an ideal die.</summary>
    public static PixelConversions Of<TLanes, TVector>(MappedLayer layer, IntegerAdc adc, int imagesAtOnce)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CountScale(layer);
        var thresholds = scale.Thresholds(adc);
        var tables = new PixelTables(layer, layer.Weights, scale, thresholds.Plan.Planes, TLanes.Bits, imagesAtOnce, null);
        return new(tables, scale, thresholds.Plan, thresholds.Base, thresholds.Certain, thresholds.Lowered, null, ConversionCompiler<TLanes, TVector>.Compile);
    }

    /// <summary>Of a die whose columns have thresholds of their own.</summary>
    public static unsafe PixelConversions Of<TLanes, TVector>(MappedLayer layer, PackedWeights weights, DieEdges edges, int imagesAtOnce)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CountScale(layer);
        var thresholds = new DieThresholds(layer, scale, edges, LaneBlock<TLanes, TVector>.HasTernaryLogic);
        var plan = thresholds.Plan;
        thresholds.PackBytes(TLanes.Bits / 8);
        var tables = new PixelTables(layer, weights, scale, plan.Planes, TLanes.Bits, imagesAtOnce, (convGroup, rowGroup, column) => thresholds.BytesOf(layer.Map.ErrorSet(convGroup, rowGroup), column));
        return new(tables, scale, plan, thresholds.Lowered, 0, [], thresholds, ConversionCompiler<TLanes, TVector>.Compile);
    }

    public ConversionProgram Program(int inputBit) => _programs[inputBit];

    public long Bytes => Tables.Bytes + (_ofDie?.Bytes ?? 0);
}
