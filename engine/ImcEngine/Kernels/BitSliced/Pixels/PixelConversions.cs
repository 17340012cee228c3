using System.Collections.Immutable;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>The conversions of one layer with pixels in the lanes: its tables and the programs compiled for them.</summary>
internal sealed class PixelConversions
{
    private readonly ConversionProgram[] _programs = [];

    /// <summary>Held for its memory: the conversions in the tables are raw pointers to its masks.</summary>
    private readonly DieThresholds? _ofDie;

    private PixelConversions(
        PixelTables tables, CounterEncoding scale, in ComparisonPlan plan, int countOffset, int certain, ImmutableArray<int> thresholds,
        ImmutableArray<int> residuals, DieThresholds? ofDie, Func<ConversionSpec, ConversionProgram> compile)
    {
        (Tables, Scale, _ofDie) = (tables, scale, ofDie);
        var map = tables.Layer.Map;
        var planOfAll = plan;
        Codes = AccumulatedOf(map, plan.CodePlanes, plan.Thresholds);
        Codes = Codes with { Excess = Codes.Excess - certain * map.PlaneWeightSum };
        Residuals = residuals.IsEmpty ? default : AccumulatedOf(map, ComparisonPlan.BitsOf(residuals.Max()), residuals.Max());
        CountPlanes = plan.Planes;
        StartCounts = scale.Bias - countOffset;
        ConversionSpec SpecOf(int inputBit) => new(
            map.WeightFormat.Bits, map.WeightFormat.NegativeBit >= 0, scale.RowPlane, tables.Start, StartCounts, planOfAll, thresholds,
            inputBit == map.InputFormat.NegativeBit, Codes.Planes - inputBit)
        {
            HasMaskBytes = ofDie is not null, Masked = ofDie?.Masked ?? [],
            PairStart = tables.IsPaired ? tables.Start & StartParts.Common : null,
            Residual = residuals.IsEmpty ? null : new(residuals, Codes.Planes, Residuals.Planes - inputBit),
        };
        IsAllowed = tables.ReachConstants && VerticalLimits.Allow(Codes, Residuals, plan, 0);
        if (!IsAllowed) return;
        _programs = [.. Enumerable.Range(0, map.InputFormat.Bits).Select(bit => compile(SpecOf(bit)))];
        if (map.Product != CellProduct.And) CountInputs = compile(ConversionSpec.OfCounts(CountPlanes));
    }

    public PixelTables Tables { get; }
    public CounterEncoding Scale { get; }

    /// <summary>The codes' sums, which lie before the residuals'.</summary>
    public Accumulated Codes { get; }

    /// <summary>No planes where there are no residuals.</summary>
    public Accumulated Residuals { get; }

    public int AccumulatorPlanes => Codes.Planes + Residuals.Planes;

    /// <summary>Of a count.</summary>
    public int CountPlanes { get; }

    /// <summary>What counts start from, less what inputs and constants bring.</summary>
    public int StartCounts { get; }

    /// <summary>The kernel can hold them.</summary>
    public bool IsAllowed { get; }

    /// <summary>Counts set inputs; null where cells are not signed.</summary>
    public ConversionProgram? CountInputs { get; }

    /// <summary>Of an ideal die.</summary>
    public static PixelConversions Prepare<TLanes, TVector>(MappedLayer layer, IntegerAdc adc, int imagesAtOnce)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CounterEncoding(layer);
        var thresholds = scale.Thresholds(adc, BitVectorBuilder<TLanes, TVector>.HasTernaryLogic);
        var tables = new PixelTables(layer, layer.Weights, scale, thresholds.Plan.Planes, TLanes.Bits, imagesAtOnce, null);
        return new(tables, scale, thresholds.Plan, thresholds.CountOffset, thresholds.Certain, thresholds.OffsetThresholds,
            thresholds.Residuals(adc), null, ConversionCompiler<TLanes, TVector>.Compile);
    }

    /// <summary>Of a die whose columns have thresholds of their own.</summary>
    public static unsafe PixelConversions Prepare<TLanes, TVector>(MappedLayer layer, PackedWeights weights, DieEdges edges,
        int imagesAtOnce)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CounterEncoding(layer);
        var thresholds = new DieThresholds(layer, scale, edges, BitVectorBuilder<TLanes, TVector>.HasTernaryLogic);
        var plan = thresholds.Plan;
        thresholds.PackBytes(TLanes.Bits / 8);
        var tables = new PixelTables(layer, weights, scale, plan.Planes, TLanes.Bits, imagesAtOnce,
            (convGroup, rowGroup, column) => thresholds.BytesOf(layer.Map.ErrorSet(convGroup, rowGroup), column));
        return new(tables, scale, plan, thresholds.CountOffset, 0, [], [], thresholds, ConversionCompiler<TLanes, TVector>.Compile);
    }

    /// <summary>Of digits that every conversion makes.</summary>
    /// <param name="planes">Of digits.</param>
    /// <param name="mostDigits">That they reach.</param>
    private static Accumulated AccumulatedOf(LayerMap map, int planes, int mostDigits)
    {
        var numbers = CodeNumbers.ForOperand(map.WeightFormat, planes, mostDigits);
        long complement = (1L << ConversionSpec.NumberPlanes(map.WeightFormat.Bits, planes)) - 1, most = 0, excess = 0;
        for (int bit = 0; bit < map.InputFormat.Bits; bit++)
        {
            bool isNegative = bit == map.InputFormat.NegativeBit;
            most += (isNegative ? complement : numbers.Most) << bit;
            excess += (isNegative ? complement - numbers.Excess : numbers.Excess) << bit;
        }
        return new(CodeNumbers.Planes(most * map.Groups.Length), excess * map.Groups.Length);
    }

    public ConversionProgram Program(int inputBit) => _programs[inputBit];

    public long Bytes => Tables.Bytes + (_ofDie?.Bytes ?? 0);
}
