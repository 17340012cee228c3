using ImcEngine.Randomness;

namespace ImcEngine.Evaluation.Optimization;

/// <summary>
/// Divides images once into a set that chooses and one that confirms. The order is that of a draw for each image's index in its data
/// source, so it depends on nothing else, and the first images of each set are a random sample of it.
/// </summary>
/// <param name="Choosing">Positions of the images that choose, in that order.</param>
/// <param name="Confirming">Positions of the images that confirm.</param>
internal sealed record ImageSplit(int[] Choosing, int[] Confirming)
{
    /// <param name="recordIndices">The index of each image in its data source.</param>
    /// <param name="choosing">The share that chooses, above 0 and below 1; each set has at least one image.</param>
    /// <exception cref="ArgumentException">There are fewer than two images.</exception>
    public static ImageSplit Of(IReadOnlyList<int> recordIndices, double choosing)
    {
        if (recordIndices.Count < 2)
            throw new ArgumentException($"{recordIndices.Count} images cannot be divided into two sets.", nameof(recordIndices));
        int[] order = [.. Enumerable.Range(0, recordIndices.Count)
            .OrderBy(position => DrawOf(recordIndices[position]))
            .ThenBy(position => recordIndices[position])];
        int first = Math.Clamp((int)Math.Round(choosing * order.Length, MidpointRounding.ToEven), 1, order.Length - 1);
        return new(order[..first], order[first..]);
    }

    private static uint DrawOf(int recordIndex) => Draws.Uniform(new(0, DrawPurpose.ImageSplit, 0), 0,
        row: recordIndex / Draws.StaticColumns, column: recordIndex % Draws.StaticColumns);
}
