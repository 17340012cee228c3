using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>A way to lay out the products of a digital layer in vectors. The result is divided into parts that different threads can
/// compute; immutable.</summary>
internal abstract unsafe class DigitalParts(DigitalNode node, PaddedInput windows)
{
    protected ConvGeometry Geometry { get; } = node.Geometry;
    protected PaddedInput Windows { get; } = windows;
    protected int Products => Windows.Offsets.Length;

    /// <summary>The number of parts of the result.</summary>
    public abstract int Count { get; }

    /// <summary>Computes some parts of the result.</summary>
    /// <param name="source">The padded input, see <see cref="PaddedInput"/>.</param>
    /// <param name="firstPart">The first part to compute.</param>
    /// <param name="parts">The number of parts to compute.</param>
    /// <param name="result"><c>[outputChannel, y, x]</c>, of which only these parts are written.</param>
    public abstract void Run<TLanes>(float* source, int firstPart, int parts, float* result) where TLanes : struct, IFloatLanes<TLanes>;

    /// <summary>The bias, which is added last and rounded once. Without a bias it is +0, which does not change the sum: a sum that starts
    /// at +0 is never -0.</summary>
    protected float BiasOf(int outputChannel) => node.Bias is { } bias ? bias[outputChannel] : 0f;
}
