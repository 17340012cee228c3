using System.Collections.Immutable;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced;

/// <summary>The accumulators of a bit-sliced kernel for one layer, and whether the kernel can hold them.</summary>
internal abstract class BitSlicedConversions
{
    private readonly ImmutableArray<int> _residuals;

    /// <param name="accumulated">Returns the sums of the digits of all conversions.</param>
    /// <param name="combinedBits">As for <see cref="VerticalLimits.Allow"/>.</param>
    /// <param name="tablesReach">Whether the kernel's tables hold all constants of the conversions.</param>
    protected BitSlicedConversions(LayerMap map, LayerConversion conversion, AccumulatedDigits accumulated, int combinedBits,
        bool tablesReach = true)
    {
        var plan = conversion.Plan;
        _residuals = conversion.Residuals;
        var codes = accumulated(map, plan.CodePlanes, plan.Thresholds);
        Codes = codes with { Excess = codes.Excess - conversion.Certain * map.DigitWeightSum };
        Residuals = _residuals.IsEmpty ? default : accumulated(map, PlaneCount.Holding(_residuals.Max()), _residuals.Max());
        IsAllowed = tablesReach && VerticalLimits.Allow(Codes, Residuals, plan, combinedBits);
    }

    /// <param name="planes">The planes of a conversion's digits.</param>
    /// <param name="most">The largest digits.</param>
    protected delegate Accumulated AccumulatedDigits(LayerMap map, int planes, int most);

    /// <summary>The sums of codes, which lie before those of residuals.</summary>
    public Accumulated Codes { get; }

    /// <summary>The sums of residuals; no planes where there are none.</summary>
    public Accumulated Residuals { get; }

    public int AccumulatorPlanes => Codes.Planes + Residuals.Planes;

    /// <summary>Whether the kernel can hold the accumulators, and its programs are optimized.</summary>
    public bool IsAllowed { get; protected set; }

    /// <summary>Returns the decoding of accumulators that hold these sums.</summary>
    /// <param name="codes">The decoding of sums of codes and residuals.</param>
    public AccumulatorDecoding Decoding(AccumulatorDecoding codes) => codes.WithoutExcess(Codes, Residuals);

    /// <summary>Returns the thresholds that replace the quantizer; null where quantizing float results is the better way.</summary>
    /// <param name="decoding">The decoding of the accumulators.</param>
    /// <param name="scale">One per output channel.</param>
    /// <param name="shift">One per output channel.</param>
    public CodeThresholds? TryQuantize(OperandFormat format, CodesOfResults quantize, AccumulatorDecoding decoding, float[] scale,
        float[] shift) =>
        Residuals.Planes > 0 ? null : CodeThresholds.TryCreate(format, quantize, decoding, Codes.Planes, scale, shift);

    /// <summary>Returns the residuals as a program accumulates them; null for none.</summary>
    /// <param name="plane">The plane of the accumulators to which a number's lowest plane is added.</param>
    protected ResidualSpec? ResidualsFrom(int plane) =>
        _residuals.IsEmpty ? null : new([.. _residuals], Codes.Planes, Residuals.Planes - plane);
}
