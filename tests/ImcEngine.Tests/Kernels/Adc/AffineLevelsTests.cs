using ImcEngine.Kernels.Adc;

namespace ImcEngine.Tests.Kernels.Adc;

/// <summary>Levels are split into a line and the smallest residuals.</summary>
public class AffineLevelsTests
{
    public static TheoryData<long[], long, int> Lists { get; } = new()
    {
        { [7], 0, 0 },
        { [-12, 0, 12, 24], 12, 0 },
        { [5, 5, 5], 0, 0 },
        // Rounded multiples of 10 / 3.
        { [0, 3, 7, 10, 13, 17, 20], 3, 2 },
        // Whole units of 100: residuals are counted in them.
        { [0, 100, 200, 900], 300, 4 },
        { [-1L << 40, 0, 1 << 10], 1L << 39, 1 << 29 },
    };

    [Theory, MemberData(nameof(Lists))]
    public void A_line_and_rests_are_the_levels_and_rests_are_small(long[] levels, long step, int mostRest)
    {
        var line = AffineLevels.TryFit(levels)!;
        for (int k = 0; k < levels.Length; k++)
            Assert.Equal(levels[k], line.First + (line.Step * k) + (line.Residuals.IsEmpty ? 0 : line.ResidualUnit * line.Residuals[k]));
        Assert.Equal(mostRest == 0, line.Residuals.IsEmpty);
        if (mostRest == 0) Assert.Equal(step, line.Step);
        else Assert.InRange(line.Residuals.Max(), 1, mostRest);
    }

    /// <summary>Compares with the best of all steps, tried one by one.</summary>
    [Fact]
    public void No_other_line_of_whole_steps_leaves_smaller_rests()
    {
        var random = new Random(5);
        for (int list = 0; list < 50; list++)
        {
            long[] levels = [0, 1, .. Enumerable.Range(2, 20).Select(k => (long)(k * 37) + random.Next(60))];
            var line = AffineLevels.TryFit(levels)!;
            long least = Enumerable.Range(-100, 300).Min(step => Spread(levels, step));
            Assert.Equal(least, line.ResidualUnit * line.Residuals.Max());
        }
    }

    [Fact]
    public void Rests_that_32_bits_do_not_hold_are_none() => Assert.Null(AffineLevels.TryFit([0, 1, 5, 1L << 34]));

    private static long Spread(long[] levels, int step) =>
        levels.Select((level, k) => level - (step * k)).Max() - levels.Select((level, k) => level - (step * k)).Min();
}
