using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Verification;

/// <summary>Random ADCs of kind <c>none</c> and of every kind that has edges: full, clipped and odd ranges, LSBs that are not powers of
/// two, missing codes, ties.</summary>
internal static class RandomAdcs
{
    /// <summary>Makes a random ADC.</summary>
    /// <param name="random">The random numbers of the case.</param>
    /// <param name="rows">The macro's rows.</param>
    /// <param name="mostRows">The rows of the layer's largest row group, which a transparent ADC must cover.</param>
    /// <param name="products">The products that a row can form.</param>
    public static AdcTransfer Make(CaseRandom random, int rows, int mostRows, DigitProducts products)
    {
        int low = rows * products.Least, high = rows * products.Most;
        return random.Between(0, 8) switch
        {
            0 => AdcTransfer.None,
            1 when (long)mostRows * (products.Most - products.Least) < AdcFactory.MaxCodes =>
                EveryCount(mostRows * products.Least, mostRows * products.Most, random),
            2 => Uniform(1 << random.Between(1, 6), low, high, random),
            3 => Uniform(1 << random.Between(2, 5), low / 4.0, Math.Max(1, high / 4.0), random),
            4 => Uniform(random.Between(2, 40), random.Between(low, 0) - 0.25, random.Between(1, high) + 0.375, random),
            5 => PowerOfTwoLsb(random, products.Least < 0),
            6 => List(random.Between(1, 20), low, high, random),
            7 => D21Converters.Cifar(random.Between(2, 2 * high), random.Between(3, 33), random.OneOf<int?>(0, 2, null), random.OneIn(2)),
            _ => D21Converters.ImageNet(random.Between(2, 2 * high), random.Between(3, 33)),
        };
    }

    public static AdcTransfer EveryCount(int low, int high, CaseRandom random) => Uniform(high - low + 1, low, high, random);

    /// <summary>Makes a uniform ADC; its ties may be even only if one of its levels is 0.</summary>
    public static AdcTransfer Uniform(int levels, double low, double high, CaseRandom random)
    {
        var down = AdcFactory.UniformByRange(levels, new(low, high), TieRule.Down);
        var ties = down.LevelCounts.Contains(0) ? random.OneOf(TieRule.Down, TieRule.Up, TieRule.Even)
            : random.OneOf(TieRule.Down, TieRule.Up);
        return AdcFactory.UniformByRange(levels, new(low, high), ties);
    }

    private static AdcTransfer PowerOfTwoLsb(CaseRandom random, bool signed)
    {
        int levels = 1 << random.Between(2, 6), lsb = random.OneOf(1, 2, 4, 8);
        return Uniform(levels, signed ? -levels / 2 * lsb : 0, (signed ? (levels / 2) - 1 : levels - 1) * lsb, random);
    }

    /// <summary>Makes a list of ascending edges, some of them equal, on whole counts, on halves and between; the levels need not
    /// ascend.</summary>
    public static AdcTransfer List(int edgesOfList, int low, int high, CaseRandom random)
    {
        double[] edges = new double[edgesOfList], levels = new double[edges.Length + 1];
        for (int k = 0; k < edges.Length; k++)
            edges[k] = k > 0 && random.OneIn(4) ? edges[k - 1] : random.Between(low, high) + random.OneOf(0, 0.5, -0.25, 1 / 3.0);
        Array.Sort(edges);
        for (int k = 0; k < levels.Length; k++) levels[k] = random.Between(low, high) + random.OneOf(0, 0.5, 1 / 3.0);
        levels[random.Between(0, edges.Length)] = 0;
        if (levels.Distinct().Count() == 1) levels[^1] = high + 1;
        return new(edges, levels, random.OneOf(TieRule.Down, TieRule.Up, TieRule.Even), AdcTransfer.LsbOf(levels), AccumulationUnit.Levels);
    }
}
