using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Compiled;

namespace ImcEngine.Kernels;

/// <summary>The conversions of one layer with pixels in the lanes: its tables and the programs compiled for them.</summary>
internal sealed class PixelConversions
{
    private readonly ConversionProgram[] _programs = [];

    private PixelConversions(PixelTables tables, CountScale scale, ComparisonThresholds thresholds, Func<ConversionSpec, ConversionProgram> compile)
    {
        (Tables, Scale) = (tables, scale);
        var map = tables.Layer.Map;
        var plan = thresholds.Plan;
        CountPlanes = plan.Planes;
        StartCounts = scale.Bias - thresholds.Base;
        ConversionSpec SpecOf(int inputBit) => new(
            map.WeightFormat.Bits, map.WeightFormat.NegativeBit >= 0, scale.RowPlane, tables.Start, StartCounts, plan, thresholds.Lowered,
            inputBit == map.InputFormat.NegativeBit, AccumulatorPlanes - inputBit);
        var numbers = CodeNumbers.Of(map.WeightFormat, plan);
        long complement = (1L << SpecOf(0).NumberPlanes) - 1, most = 0, excess = 0;
        for (int bit = 0; bit < map.InputFormat.Bits; bit++)
        {
            bool isNegative = bit == map.InputFormat.NegativeBit;
            most += (isNegative ? complement : numbers.Most) << bit;
            excess += (isNegative ? complement - numbers.Excess : numbers.Excess) << bit;
        }
        AccumulatorPlanes = CodeNumbers.Planes(most * map.Groups.Length);
        Excess = excess * map.Groups.Length - thresholds.Certain * (long)map.PlaneWeightSum;
        IsAllowed = VerticalLimits.Allow(AccumulatorPlanes, plan);
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

    public static PixelConversions Of<TLanes, TVector>(MappedLayer layer, IntegerAdc adc, int imagesAtOnce)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var scale = new CountScale(layer);
        var thresholds = scale.Thresholds(adc);
        return new(new(layer, scale, thresholds.Plan.Planes, TLanes.Bits, imagesAtOnce), scale, thresholds, ConversionCompiler<TLanes, TVector>.Compile);
    }

    public ConversionProgram Program(int inputBit) => _programs[inputBit];
}
