using System.Collections.Immutable;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced;

/// <summary>What a bit-sliced kernel accumulates of one layer, and whether it can.</summary>
internal abstract class BitSlicedConversions
{
    private readonly ImmutableArray<int> _residuals;

    /// <param name="accumulated">What the digits add up to that every conversion makes.</param>
    /// <param name="combinedBits">As for <see cref="VerticalLimits.Allow"/>.</param>
    /// <param name="tablesReach">The kernel's tables reach all that conversions need.</param>
    protected BitSlicedConversions(LayerMap map, LayerConversion conversion, AccumulatedDigits accumulated, int combinedBits,
        bool tablesReach = true)
    {
        var plan = conversion.Plan;
        _residuals = conversion.Residuals;
        var codes = accumulated(map, plan.CodePlanes, plan.Thresholds);
        Codes = codes with { Excess = codes.Excess - conversion.Certain * map.PlaneWeightSum };
        Residuals = _residuals.IsEmpty ? default : accumulated(map, PlaneCount.Holding(_residuals.Max()), _residuals.Max());
        IsAllowed = tablesReach && VerticalLimits.Allow(Codes, Residuals, plan, combinedBits);
    }

    /// <param name="planes">Of a conversion's digits.</param>
    /// <param name="most">That these reach.</param>
    protected delegate Accumulated AccumulatedDigits(LayerMap map, int planes, int most);

    /// <summary>The codes' sums, which lie before the residuals'.</summary>
    public Accumulated Codes { get; }

    /// <summary>No planes where there are no residuals.</summary>
    public Accumulated Residuals { get; }

    public int AccumulatorPlanes => Codes.Planes + Residuals.Planes;

    /// <summary>The kernel can hold them.</summary>
    public bool IsAllowed { get; }

    /// <summary>What accumulators stand for that hold these sums.</summary>
    /// <param name="codes">What codes and residuals stand for.</param>
    public AccumulatorDecoding Decoding(AccumulatorDecoding codes) => codes.WithoutExcess(Codes, Residuals);

    /// <summary>Null where the quantizer's codes are better made of results.</summary>
    /// <param name="decoding">Of these accumulators.</param>
    /// <param name="scale">Per output channel.</param>
    /// <param name="shift">Per output channel.</param>
    public CodeThresholds? TryQuantize(OperandFormat format, CodesOfResults quantize, AccumulatorDecoding decoding, float[] scale,
        float[] shift) =>
        Residuals.Planes > 0 ? null : CodeThresholds.TryCreate(format, quantize, decoding, Codes.Planes, scale, shift);

    /// <summary>Null for none.</summary>
    /// <param name="plane">The accumulators' that a number's lowest plane adds to.</param>
    protected ResidualSpec? ResidualsFrom(int plane) =>
        _residuals.IsEmpty ? null : new([.. _residuals], Codes.Planes, Residuals.Planes - plane);
}
