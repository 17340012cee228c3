using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// How many images may be under way at once. Their tensors together stay within <see cref="MostBytes"/>, whatever batch was asked for:
/// no result depends on it.
/// One image is always under way.
/// </summary>
internal static class ActivationMemory
{
    /// <summary>Of the tensors of all images under way.</summary>
    public const long MostBytes = 1L << 30;

    // Of a float; of codes, 16 bits and at most as many bit-planes.
    private const int BytesOfElement = 4;

    /// <param name="network">For the sizes of its tensors.</param>
    public static int MostImages(Network network) => (int)Math.Clamp(MostBytes / Math.Max(1, BytesOfImage(network)), 1, int.MaxValue);

    /// <summary>
    /// At most, of one image. Memory that a tensor leaves is taken by the next of the same length (<see cref="TensorPool{T}"/>), so each
    /// length counts as often as its tensors are ever in use together.
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
