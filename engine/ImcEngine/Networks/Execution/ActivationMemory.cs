using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// Limits how many images are computed at once, so that their tensors together stay within <see cref="MostBytes"/> regardless of the
/// requested batch. At least one image is always allowed. The limit does not change the result.
/// </summary>
internal static class ActivationMemory
{
    /// <summary>The maximum size of the tensors of all images that are computed at once.</summary>
    public const long MostBytes = 1L << 28;

    // A float has 4 bytes; a code has 16 bits and at most 16 bit-planes.
    private const int BytesOfElement = 4;

    /// <summary>Returns the maximum number of images at once.</summary>
    /// <param name="network">The network, whose tensor sizes are used.</param>
    public static int MostImages(Network network) => (int)Math.Clamp(MostBytes / Math.Max(1, BytesOfImage(network)), 1, int.MaxValue);

    /// <summary>
    /// Returns an upper bound of the tensor memory of one image. A tensor's memory is reused by the next tensor of the same length (<see
    /// cref="TensorPool{T}"/>), so each length counts as often as its tensors are in use at the same time.
    /// </summary>
    internal static long BytesOfImage(Network network)
    {
        int[][] lastUsed = LastUses.PerStep(network, network.Nodes.Select(node => node.Inputs.Append(node.Result)));
        var inUse = new Dictionary<(bool IsCodes, int Length), (long Now, long Most)>();
        void Change(int tensor, int by)
        {
            var key = (network.Tensors[tensor].IsCodes, network.Tensors[tensor].Shape.Count);
            var (now, most) = inUse.GetValueOrDefault(key);
            inUse[key] = (now + by, Math.Max(most, now + by));
        }

        Change(0, 1);
        for (int n = 0; n < network.Nodes.Count; n++)
        {
            Change(network.Nodes[n].Result, 1);
            foreach (int tensor in lastUsed[n]) Change(tensor, -1);
        }
        return inUse.Sum(each => each.Value.Most * each.Key.Length * BytesOfElement);
    }
}
