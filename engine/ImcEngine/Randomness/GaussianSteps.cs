namespace ImcEngine.Randomness;

/// <summary>g of <see cref="Gaussian"/> at steps of 2^16. g rises with u, so two neighbouring entries bound it for all u of one high
/// half.</summary>
internal static class GaussianSteps
{
    /// <summary>The number of high halves.</summary>
    public const int Highs = 1 << 16;

    private static readonly Lazy<double[]> Table = new(() =>
        [.. Enumerable.Range(0, Highs + 1).Select(high => Gaussian.Normal((uint)Math.Min((long)high << 16, uint.MaxValue)))]);

    /// <summary>g at u = h * 2^16; the last entry is g at the greatest u.</summary>
    public static double[] NormalOfHigh => Table.Value;
}
