using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>Who uses a tensor last, whose memory others then take.</summary>
internal static class LastUses
{
    /// <param name="uses">Per step, in the order in which they run, the tensors that it reads or writes.</param>
    /// <returns>Per step, those that no later one uses; the network's output is none of them.</returns>
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
