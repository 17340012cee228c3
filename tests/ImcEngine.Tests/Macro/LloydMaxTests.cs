using System.Numerics;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class LloydMaxTests
{
    [Fact]
    public void No_choice_of_edges_costs_less_and_none_of_equal_cost_lies_lower()
    {
        int ties = 0;
        for (uint index = 0; index < 400; index++)
        {
            var random = new CaseRandom(16, index);
            int least = random.Between(-5, 3), codes = random.Between(2, 5);
            long[] weights = [.. Enumerable.Range(0, random.Between(6, 11)).Select(_ => (long)random.OneOf(0, 1, 1, 2, 5))];
            weights[0] = 1;
            int[] sums = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] != 0)];
            if (sums.Length <= codes) continue;
            var choices = Cuts(sums.Length, codes).Select(cuts => (Cuts: cuts, Cost: CostOf(weights, sums, cuts))).ToList();
            var cheapest = choices.Aggregate((a, b) => Compare(b.Cost, a.Cost) < 0 ? b : a).Cost;
            var best = choices.Where(choice => Compare(choice.Cost, cheapest) == 0).ToList();
            ties += best.Count > 1 ? 1 : 0;
            double[] expected = [.. Enumerable.Range(0, codes - 1)
                .Select(k => best.Min(choice => choice.Cuts[k])).Select(cut => least + ((sums[cut - 1] + sums[cut]) / 2.0))];
            Assert.Equal(expected, LloydMax.Choose(new(weights, least), codes).EdgesCounts);
        }
        Assert.True(ties > 20, $"{ties} ties");
    }

    [Fact]
    public void Of_equal_costs_the_lowest_edges_are_taken()
    {
        // One pair of neighbours shares a code: any pair costs as much.
        Assert.Equal([0.5, 1.5], Of([1, 1, 1, 1], 0, 3).EdgesCounts);
        Assert.Equal([-1.5, -0.5], Of([1, 1, 1, 1], -2, 3).EdgesCounts);
    }

    [Fact]
    public void Levels_are_means_rounded_once_to_sixteenths_half_to_even()
    {
        // Means 1/32, 3/32 and 35/32 below a far sum.
        Assert.Equal([0, 9], Of([31, 1, 0, 0, 0, 0, 0, 0, 0, 1], 0, 2).LevelsCounts);
        Assert.Equal([0.125, 9], Of([29, 3, 0, 0, 0, 0, 0, 0, 0, 1], 0, 2).LevelsCounts);
        Assert.Equal([-9, -0.125], Of([1, 0, 0, 0, 0, 0, 0, 0, 3, 29], -9, 2).LevelsCounts);
        Assert.Equal([1.125, 9], Of([0, 29, 3, 0, 0, 0, 0, 0, 0, 1], 0, 2).LevelsCounts);
    }

    [Fact]
    public void Codes_beyond_the_sums_stand_above_all_that_can_be_produced()
    {
        var list = Of([7, 0, 0, 0, 2, 0, 0], 0, 4);
        Assert.Equal([2, 6.5, 6.5], list.EdgesCounts);
        Assert.Equal([0, 4, 4, 4], list.LevelsCounts);
        var transfer = list.Transfer(TieRule.Down);
        Assert.Equal([2, 3], transfer.UnreachableCodes([0, 1, 2, 3, 4, 5, 6]));
        Assert.Equal(4, transfer.LsbCounts);
        // A layer of one sum has one level.
        Assert.Equal([3, 3], Of([0, 0, 0, 5], 0, 2).LevelsCounts);
        Assert.Equal(1, Of([0, 0, 0, 5], 0, 2).Transfer(TieRule.Down).LsbCounts);
    }

    [Fact]
    public void Heavy_histograms_stay_exact()
    {
        // Weights near the most that a pooled histogram can hold, with equal halves: the lower one is cut first.
        const long Heavy = 1L << 58;
        Assert.Equal([40_000.5, 40_001.5], Of([Heavy, Heavy, Heavy, Heavy], 40_000, 3).EdgesCounts);
        Assert.Equal([40_000, 40_001, 40_002.5], Of([Heavy, Heavy, Heavy, Heavy], 40_000, 3).LevelsCounts);
    }

    [Fact]
    public void Choices_that_fit_no_memory_are_refused() =>
        Assert.Equal("calibration.design", Assert.Throws<SpecException>(() =>
            LloydMax.Choose(new([.. Enumerable.Repeat(1L, 57_601)], 0), 65_536)).Field);

    private static CodeList Of(long[] weights, int least, int codes) => LloydMax.Choose(new(weights, least), codes);

    /// <summary>Returns every choice of the sums that begin the runs after the first.</summary>
    private static IEnumerable<int[]> Cuts(int sums, int runs) => runs == 1 ? [[]]
        : from last in Enumerable.Range(runs - 1, sums - runs + 1)
          from rest in Cuts(last, runs - 1)
          select (int[])[.. rest, last];

    /// <summary>Returns the squared error of levels of least squares, as a fraction.</summary>
    private static (BigInteger Above, BigInteger Below) CostOf(long[] weights, int[] sums, int[] cuts)
    {
        int[] ends = [.. cuts, sums.Length];
        (BigInteger Above, BigInteger Below) cost = (0, 1);
        for (int k = 0, first = 0; k < ends.Length; first = ends[k++])
        {
            BigInteger weight = 0, sum = 0, squares = 0;
            foreach (int s in sums[first..ends[k]])
                (weight, sum, squares) = (weight + weights[s], sum + (weights[s] * s), squares + (weights[s] * s * s));
            cost = ((cost.Above * weight) + (((squares * weight) - (sum * sum)) * cost.Below), cost.Below * weight);
        }
        return cost;
    }

    private static int Compare((BigInteger Above, BigInteger Below) a, (BigInteger Above, BigInteger Below) b) =>
        (a.Above * b.Below).CompareTo(b.Above * a.Below);
}
