using ImcEngine.Importer.Lowering;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Shapes and choices of random models.</summary>
internal static class Drawn
{
    /// <summary>Of one image: <paramref name="leastRank"/> to 3 axes.</summary>
    public static int[] Shape(Random random, int leastRank = 1) =>
        [.. Enumerable.Range(0, random.Next(leastRank, 4)).Select(_ => random.Next(1, 7))];

    /// <summary>With the batch open in front.</summary>
    public static long[] Input(int[] shape) => [-1, .. shape.Select(size => (long)size)];

    public static long[] Longs(int[] numbers) => Array.ConvertAll(numbers, number => (long)number);

    public static T OneOf<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    public static bool OneIn(Random random, int times) => random.Next(times) == 0;

    /// <summary>The axis, or the same counted from behind, of a tensor of so many axes.</summary>
    public static long Counted(Random random, int axis, int rank) => OneIn(random, 2) ? axis : axis - rank;

    /// <summary>An opset from the operator's first to the newest, the newest and the first more often.</summary>
    public static int Opset(Random random, int first) =>
        OneIn(random, 3) ? first : OneIn(random, 3) ? GraphIndex.MostOpset : random.Next(first, GraphIndex.MostOpset + 1);
}
