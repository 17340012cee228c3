using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>How a digital layer lays its products out in vectors. A result is divided into parts that threads can take;
/// immutable.</summary>
internal abstract unsafe class DigitalParts(DigitalNode node, PaddedInput windows)
{
    protected ConvGeometry Geometry { get; } = node.Geometry;
    protected PaddedInput Windows { get; } = windows;
    protected int Products => Windows.Offsets.Length;

    /// <summary>Parts of the result.</summary>
    public abstract int Count { get; }

    /// <param name="source">See <see cref="PaddedInput"/>.</param>
    /// <param name="result"><c>[outputChannel, y, x]</c>, of which these parts alone are written.</param>
    public abstract void Run<TLanes>(float* source, int firstPart, int parts, float* result) where TLanes : struct, IFloatLanes<TLanes>;

    /// <summary>Added last, rounded once; +0 where there is none, which leaves a sum as it is:
    /// one that started at +0 is never -0.</summary>
    protected float BiasOf(int outputChannel) => node.Bias is { } bias ? bias[outputChannel] : 0f;
}
