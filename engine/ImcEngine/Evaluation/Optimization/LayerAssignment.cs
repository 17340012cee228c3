namespace ImcEngine.Evaluation.Optimization;

/// <summary>One way to build a layer.</summary>
/// <param name="Bits">The bits of its ADC.</param>
/// <param name="Cost">What the layer costs.</param>
/// <param name="LogitError">The mean squared error of the logits if only this layer has converters.</param>
internal readonly record struct LayerChoice(int Bits, double Cost, double LogitError);

/// <summary>
/// Chooses the bits of each layer: the least cost whose logit errors sum to at most a bound (multiple-choice knapsack). Errors of layers
/// are taken as independent, so that they add. Dynamic programming over errors in steps of bound / 4096, each rounded up:
/// <code>
/// cost[l][e] = min over choices c of layer l:  c.Cost + cost[l - 1][e - steps(c.LogitError)]
/// </code>
/// </summary>
internal static class LayerAssignment
{
    private const int Steps = 4096;

    /// <param name="layers">The choices of each layer.</param>
    /// <param name="mostError">The bound, above 0.</param>
    /// <returns>The number of the choice of each layer; null where no choices are within the bound. Of equal costs the one of lower
    /// error.</returns>
    public static int[]? Cheapest(IReadOnlyList<IReadOnlyList<LayerChoice>> layers, double mostError)
    {
        double[] cost = new double[Steps + 1];
        var taken = new int[layers.Count][];
        for (int layer = 0; layer < layers.Count; layer++)
        {
            var (next, choice) = (new double[Steps + 1], new int[Steps + 1]);
            Array.Fill(next, double.PositiveInfinity);
            for (int c = 0; c < layers[layer].Count; c++)
            {
                if (StepsOf(layers[layer][c], mostError) is not { } steps) continue;
                for (int e = steps; e <= Steps; e++)
                    if (cost[e - steps] + layers[layer][c].Cost is var sum && sum < next[e]) (next[e], choice[e]) = (sum, c);
            }
            (cost, taken[layer]) = (next, choice);
        }
        if (double.IsPositiveInfinity(cost[Steps])) return null;
        return Trace(layers, taken, Array.FindIndex(cost, each => each == cost[Steps]), mostError);
    }

    private static int[] Trace(IReadOnlyList<IReadOnlyList<LayerChoice>> layers, int[][] taken, int error, double mostError)
    {
        var choices = new int[layers.Count];
        for (int layer = layers.Count - 1; layer >= 0; layer--)
        {
            choices[layer] = taken[layer][error];
            error -= StepsOf(layers[layer][choices[layer]], mostError)!.Value;
        }
        return choices;
    }

    /// <summary>Returns an assignment with one layer changed to a choice of lower error: the one that lowers the sum of errors most for
    /// what it adds to the cost; null where no layer has one.</summary>
    public static int[]? Repaired(IReadOnlyList<IReadOnlyList<LayerChoice>> layers, IReadOnlyList<int> choices)
    {
        var better = Enumerable.Range(0, layers.Count).SelectMany(layer => Enumerable.Range(0, layers[layer].Count).Select(choice =>
            (Layer: layer, Choice: choice, Gain: layers[layer][choices[layer]].LogitError - layers[layer][choice].LogitError,
                Adds: layers[layer][choice].Cost - layers[layer][choices[layer]].Cost))).Where(each => each.Gain > 0).ToList();
        if (better.Count == 0) return null;
        var best = better.MaxBy(each => each.Adds <= 0 ? double.PositiveInfinity : each.Gain / each.Adds);
        int[] repaired = [.. choices];
        repaired[best.Layer] = best.Choice;
        return repaired;
    }

    private static int? StepsOf(LayerChoice choice, double mostError) =>
        Math.Ceiling(choice.LogitError / mostError * Steps) is var steps && steps <= Steps ? (int)steps : null;
}
