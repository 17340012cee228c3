using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>Finds the last use of every tensor, after which its memory is reused.</summary>
internal static class LastUses
{
    /// <param name="network">The network.</param>
    /// <param name="uses">For each step, in execution order, the tensors that it reads or writes.</param>
    /// <returns>For each step, the tensors that no later step uses, except the network's output.</returns>
    public static int[][] PerStep(Network network, IEnumerable<IEnumerable<int>> uses)
    {
        var last = new Dictionary<int, int>();
        int steps = 0;
        foreach (var tensors in uses)
        {
            foreach (int tensor in tensors) last[tensor] = steps;
            steps++;
        }
        last.Remove(network.OutputTensor);
        var of = last.ToLookup(each => each.Value, each => each.Key);
        return [.. Enumerable.Range(0, steps).Select(step => of[step].ToArray())];
    }
}
