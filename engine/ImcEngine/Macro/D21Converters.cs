namespace ImcEngine.Macro;

/// <summary>
/// The two converters of D21 (Saikia et al., DATE 2021), their floating-point quirks included: they are part of the published results.
/// <code>
/// CIFAR, bound B, n levels, step = 2B / (n - 1), strict >:
///   edges   n of them, linspace(-B - step/2, B - step/2)         levels  [-B, linspace(-B, B)]: the lowest edge separates two equal levels
///   in double, cast to float32, then (both) trunc(x * 100f) / 100f
/// ImageNet, bound H, n "levels", float32: s = (n - 1) / (2H), code = round-half-even(clip(v, -H, H) * s), level = code / s
/// </code>
/// </summary>
internal static class D21Converters
{
    /// <param name="edgeDecimals">
    /// 2: edges of two decimals; 0: whole edges in convolutions (D21's 1-bit network), two decimals in linear layers;
    /// null: neither edges nor levels truncated.
    /// </param>
    /// <param name="isLinear">With 2 decimals, a linear layer's edges are truncated in double, where 31.999...
    /// becomes 31.99 and not 32.</param>
    public static AdcTransfer Cifar(double boundCounts, int levels, int? edgeDecimals, bool isLinear)
    {
        double step = 2 * boundCounts / (levels - 1);
        Func<double, double> edgeCast = (edgeDecimals, isLinear) switch
        {
            (null, _) => static counts => (float)counts,
            (0, false) => static counts => MathF.Truncate((float)counts),
            (2, true) => static counts => Math.Truncate(counts * 100) / 100,
            _ => TwoDecimals,
        };
        Func<double, double> levelCast = edgeDecimals is null ? static counts => (float)counts : TwoDecimals;

        double[] edgeCounts = Array.ConvertAll(Linspace(-boundCounts - (step / 2), boundCounts - (step / 2), levels),
            counts => WithoutMinusZero(edgeCast(counts)));
        double[] spaced = Array.ConvertAll(Linspace(-boundCounts, boundCounts, levels), counts => WithoutMinusZero(levelCast(counts)));
        double[] levelCounts = [spaced[0], .. spaced];
        return new(edgeCounts, levelCounts, TieRule.Down, AdcTransfer.LsbOf(levelCounts), AccumulationUnit.Levels);
    }

    /// <summary>
    /// In the formula the parity of the signed code decides a tie. Each edge here is the last quantum that still gives the lower code, so
    /// that the tie rule <c>down</c> reproduces the formula. For even n, float32 rounding decides whether n + 1 or n - 1 codes exist, and
    /// levels may lie beyond the bound.
    /// </summary>
    public static AdcTransfer ImageNet(double boundCounts, int levels)
    {
        float scale = (float)((levels - 1) / (2 * boundCounts));
        int SignedCode(long vQuanta)
        {
            float v = Math.Clamp(vQuanta / (float)AdcTransfer.QuantaPerCount, (float)-boundCounts, (float)boundCounts);
            return (int)MathF.Round(v * scale, MidpointRounding.ToEven);
        }

        long most = (long)Math.Ceiling(boundCounts * AdcTransfer.QuantaPerCount);
        int first = SignedCode(-most), last = SignedCode(most);
        double[] edgeCounts = new double[last - first], levelCounts = new double[last - first + 1];
        for (int k = 0; k < levelCounts.Length; k++) levelCounts[k] = WithoutMinusZero((first + k) / scale);
        for (int k = 0; k < edgeCounts.Length; k++) edgeCounts[k] = LastQuantumBelow(first + k + 1) / (double)AdcTransfer.QuantaPerCount;
        return new(edgeCounts, levelCounts, TieRule.Down, AdcTransfer.LsbOf(levelCounts), AccumulationUnit.Levels);

        // Clip, product and rounding are each monotone, so bisection gives the same as a search over all quanta.
        long LastQuantumBelow(int code)
        {
            long below = -most, above = most;
            while (above - below > 1)
            {
                long middle = (below + above) >> 1;
                if (SignedCode(middle) < code) below = middle;
                else above = middle;
            }
            return below;
        }
    }

    private static double[] Linspace(double first, double last, int count)
    {
        double step = (last - first) / (count - 1);
        double[] spaced = new double[count];
        for (int i = 0; i < count; i++) spaced[i] = (i * step) + first;
        spaced[^1] = last;
        return spaced;
    }

    private static double TwoDecimals(double counts) => MathF.Truncate((float)counts * 100f) / 100f;

    private static double WithoutMinusZero(double counts) => counts == 0 ? 0 : counts;
}
