using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Constants that are the same everywhere in a channel (axis 0, batch left out).</summary>
internal static class ChannelConstants
{
    /// <summary>Returns one number per channel of a tensor of <paramref name="shape"/>;
    /// null if the constant differs within a channel.</summary>
    public static float[]? PerChannel(Constant constant, TensorShape shape)
    {
        int channels = shape[0];
        if (constant.Elements.Length == 1) return [.. Enumerable.Repeat(constant.Elements[0], channels)];
        return constant.Elements.Length == channels && constant.Shape.Rank == shape.Rank && constant.Shape[0] == channels
            ? constant.Elements : null;
    }
}
