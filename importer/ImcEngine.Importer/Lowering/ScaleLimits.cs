using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>The scales of quantizers: within them the product of two, divided by a third, is a normal float32. Beyond them kernels differ,
/// since such numbers overflow, or are taken for 0.</summary>
internal static class ScaleLimits
{
    public const float Least = 1e-12f, Most = 1e12f;

    public static bool Hold(float scale) => scale is >= Least and <= Most;

    /// <exception cref="ModelException">The scale is beyond the limits, or not a number.</exception>
    public static void Require(NodeView node, float scale) => node.Require(Hold(scale),
        $"its scale is {scale}; it must be a positive number from {Least} to {Most}");
}
