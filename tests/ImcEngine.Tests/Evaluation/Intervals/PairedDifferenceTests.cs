using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Tests.Evaluation.Intervals;

public class PairedDifferenceTests
{
    // Tango 1998, section 6: sleeping difficulties (32 pairs); then Bentur et al. 2009 and Cavo et al. 2012 as Fagerland, Lydersen and
    // Laake, Recommended tests and confidence intervals for paired binomial proportions, Statistics in Medicine 33 (2014), take them.
    [Theory]
    [InlineData(9, 3, 32, -0.027, 0.390)]
    [InlineData(1, 7, 21, -0.517, -0.026)]
    [InlineData(6, 16, 161, -0.124, -0.005)]
    public void Intervals_are_those_that_are_published(int lost, int won, int images, double low, double high)
    {
        var interval = new PairedDifference(lost, won, images).Interval95;
        Assert.Equal(low, interval.Low, 3);
        Assert.Equal(high, interval.High, 3);
    }

    [Fact]
    public void The_score_is_that_of_the_contact_lens_trial()
    {
        // Tango 1998, section 6: 44 pairs of which one differs, against a margin of 0.1: Z = 1.709, and -0.096 is the lower end at 90 %.
        Assert.Equal(1.709, new PairedDifference(0, 1, 44).Score(-0.1), 3);
        Assert.InRange(new PairedDifference(0, 1, 44).Score(-0.096), 1.63, 1.66);
    }

    // Tails of the binomial distribution with p = 1/2: 2 (1 + 8) / 2^8, 2 (1 + 14 + 91) / 2^14, 2 / 2^6;
    // the second is Armitage and Berry's of tubercle cultures, P = 0.0129.
    [Theory]
    [InlineData(1, 7, 18 / 256.0)]
    [InlineData(12, 2, 212 / 16384.0)]
    [InlineData(6, 0, 2 / 64.0)]
    [InlineData(9, 3, 598 / 4096.0)]
    [InlineData(1, 0, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    public void Probabilities_are_exact_tails(int lost, int won, double p)
    {
        Assert.Equal(p, new PairedDifference(lost, won, 100).ExactP, 12);
        Assert.Equal(p, new PairedDifference(won, lost, 100).ExactP, 12);
    }

    [Fact]
    public void Probabilities_of_many_images_are_those_of_the_normal_distribution()
    {
        // 25,000 and 25,500 of 50,500: z with continuity correction (500 - 1) / sqrt(50,500) = 2.22050, P = 0.026385.
        Assert.Equal(0.026385, new PairedDifference(25_500, 25_000, 100_000).ExactP, 4);
        Assert.Equal(0, new PairedDifference(50_000, 0, 50_000).ExactP);
    }

    [Fact]
    public void Without_an_image_that_tells_the_two_apart_nothing_is_distinguishable_and_the_interval_stays_open()
    {
        // T^2 = n delta / (1 - delta) for equal answers, so the ends are z^2 / (n + z^2).
        var none = new PairedDifference(0, 0, 100);
        Assert.False(none.IsDistinguishable);
        Assert.Equal(3.841458820694124 / 103.841458820694124, none.Interval95.High, 10);
        Assert.Equal(-none.Interval95.High, none.Interval95.Low, 12);
    }

    [Fact]
    public void Where_every_image_tells_them_apart_the_interval_ends_at_the_whole()
    {
        var all = new PairedDifference(5, 0, 5);
        Assert.Equal((1.0, 1.0), (all.Loss, all.Interval95.High));
        Assert.InRange(all.Interval95.Low, 0, 0.5);
        Assert.Equal((-1.0, -1.0), (all.Reversed().Loss, all.Reversed().Interval95.Low));
    }

    [Fact]
    public void One_image_says_next_to_nothing()
    {
        foreach (var one in new PairedDifference[] { new(1, 0, 1), new(0, 1, 1), new(0, 0, 1) })
        {
            Assert.False(one.IsDistinguishable);
            Assert.True(one.Interval95.Holds(0) && one.Interval95.High - one.Interval95.Low > 1.5, $"{one}: {one.Interval95}");
        }
    }

    [Fact]
    public void Reversed_the_interval_is_mirrored_and_it_holds_the_difference()
    {
        foreach (int images in new[] { 1, 2, 7, 40 })
            for (int lost = 0; lost <= images; lost++)
                for (int won = 0; lost + won <= images; won++)
                {
                    var difference = new PairedDifference(lost, won, images);
                    Interval interval = difference.Interval95, mirrored = difference.Reversed().Interval95;
                    Assert.True(interval.Low >= -1 && interval.High <= 1 && interval.Low - 1e-12 <= difference.Loss
                        && difference.Loss <= interval.High + 1e-12, $"{difference}: {interval}");
                    Assert.Equal(-interval.High, mirrored.Low, 9);
                }
    }

    [Fact]
    public void What_the_exact_test_tells_apart_the_interval_does_too()
    {
        const int Images = 500;
        for (int lost = 0; lost < 120; lost++)
            for (int won = 0; won < lost; won++)
                if (new PairedDifference(lost, won, Images) is { IsDistinguishable: true } difference)
                    Assert.False(difference.Interval95.Holds(0), $"{difference}");
    }

    // Hoeffding: of 40,000 draws the share that an interval covers is off by more than 0.015 with a probability below 2 exp(-18) = 3e-8.
    // The true coverage, by enumeration, is 0.9512, 0.9514 and 0.9505; an interval of unpaired proportions covers 0.99, one of 90 % 0.90.
    [Theory]
    [InlineData(60, 0.15, 0.08)]
    [InlineData(100, 0.08, 0.08)]
    [InlineData(200, 0.06, 0.03)]
    public void Intervals_cover_the_true_difference_in_95_of_100_draws(int images, double probabilityLost, double probabilityWon)
    {
        const int Draws = 40_000;
        var random = new Random(18);
        var covers = new Dictionary<(int, int), bool>();
        int covered = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            int lost = 0, won = 0;
            for (int image = 0; image < images; image++)
            {
                double u = random.NextDouble();
                if (u < probabilityLost) lost++;
                else if (u < probabilityLost + probabilityWon) won++;
            }
            if (!covers.TryGetValue((lost, won), out bool holds))
                covers[(lost, won)] = holds = new PairedDifference(lost, won, images).Interval95.Holds(probabilityLost - probabilityWon);
            if (holds) covered++;
        }
        Assert.InRange((double)covered / Draws, 0.95 - 0.015, 0.9515 + 0.015);
    }

    [Fact]
    public void Images_are_counted_that_one_alone_classifies_correctly()
    {
        Assert.Equal(new PairedDifference(2, 1, 6), PairedDifference.Compare([0, 1, 2, 3, 9, 9], [0, 9, 9, 3, 4, 8], [0, 1, 2, 3, 4, 5]));
        Assert.Throws<ArgumentException>(() => PairedDifference.Compare([], [], []));
        Assert.Throws<ArgumentException>(() => PairedDifference.Compare([1], [1, 2], [1]));
    }
}
