using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.Optimization;

namespace ImcEngine.Tests.Evaluation.Optimization;

/// <summary>What the procedure claims: the probability that it confirms any setting which truly loses more than it may is at most
/// 5 %.</summary>
public class ConfirmationTests
{
    private const int Simulations = 1000;

    /// <summary>All settings truly lose a little more than the goal allows, so every confirmation is wrong. Numbers of finalists, and dies
    /// that share their images' losses or not.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 6)]
    public async Task A_setting_that_loses_a_little_more_is_confirmed_at_most_as_often_as_claimed(int finalists, int dies)
    {
        const double mostLoss = 0.01, aLittle = 0.0005;
        var simulated = new SimulatedCandidates();
        Candidate[] candidates = [.. Enumerable.Range(0, 5).Select(i =>
            simulated.Add(cost: i, [.. Enumerable.Repeat(mostLoss + aLittle, dies)], won: 0.005 * i))];
        var wrong = new Proportion(await CountConfirmed(simulated, candidates, mostLoss, finalists), Simulations);
        Assert.True(wrong.Interval95.Low <= Goal.Alpha,
            $"{wrong.Count} of {Simulations} simulations confirmed a setting that loses too much.");
    }

    /// <summary>The negative control: the same count is far above 5 % if estimates on the choosing images were taken for
    /// confirmations.</summary>
    [Fact]
    public async Task Estimates_on_the_choosing_images_would_be_wrong_far_more_often()
    {
        const double mostLoss = 0.01;
        var simulated = new SimulatedCandidates();
        Candidate[] candidates = [.. Enumerable.Range(0, 5).Select(i => simulated.Add(i, [mostLoss + 0.0005], 0.005 * i))];
        int wrong = 0;
        for (uint seed = 0; seed < Simulations; seed++)
        {
            simulated.Draw(seed, 1000, 1500);
            if ((await simulated.OptimizeAsync(new(mostLoss), candidates)).Finalists.Count > 0) wrong++;
        }
        Assert.True(new Proportion(wrong, Simulations).Interval95.Low > 0.3, $"{wrong} of {Simulations}");
    }

    /// <summary>A setting that is good enough, among cheaper ones that are not.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task A_planted_better_setting_is_found_and_confirmed(int dies)
    {
        var simulated = new SimulatedCandidates();
        double[] Losing(double loss) => [.. Enumerable.Repeat(loss, dies)];
        Candidate[] candidates =
        [
            simulated.Add(1, Losing(0.30)), simulated.Add(2, Losing(0.08)), simulated.Add(3, Losing(0.03)),
            simulated.Add(4, Losing(0.001), won: 0.002), simulated.Add(5, Losing(0.04)), simulated.Add(6, Losing(0.0)),
        ];
        simulated.Draw(7, 2000, 3000);
        var choice = await simulated.OptimizeAsync(new(0.01), candidates);
        Assert.Equal((candidates[3], Verdict.Confirmed), (choice.Best!.Candidate, choice.Best.Verdict));
        Assert.Null(choice.Best.ImagesNeeded);
    }

    [Fact]
    public async Task Nothing_qualifies_where_all_lose_too_much()
    {
        var simulated = new SimulatedCandidates();
        Candidate[] candidates = [simulated.Add(1, [0.30]), simulated.Add(2, [0.05])];
        simulated.Draw(1, 1000, 1500);
        Assert.Null((await simulated.OptimizeAsync(new(0.01), candidates)).Best);
    }

    /// <summary>With few images the estimate is good and the bound is not; the number of images that it asks for suffices.</summary>
    [Fact]
    public void An_estimate_that_is_not_confirmed_says_how_many_images_would_be_needed()
    {
        var loss = Loss(images: 400, lost: 2, won: 1);
        var confirmation = Confirmation.Of(new(0, 1, 0), loss, new(0.01), 3);
        Assert.Equal(Verdict.Estimate, confirmation.Verdict);
        double times = confirmation.ImagesNeeded!.Value / 400.0;
        Assert.InRange(times, 1.5, 50);
        var enough = Loss((int)Math.Ceiling(400 * times), (int)Math.Round(2 * times), (int)Math.Round(times));
        Assert.Equal(Verdict.Confirmed, Confirmation.Of(new(0, 1, 0), enough, new(0.01), 3).Verdict);
        Assert.Null(Loss(400, 9, 1).ImagesFor(0.01, 0.05));
    }

    /// <summary>Z needs 3.84 Z / (1 - Z) dies: 35 for 90 %, 73 for 95 %.</summary>
    [Theory]
    [InlineData(0.90, 35)]
    [InlineData(0.95, 73)]
    public void A_yield_is_confirmed_only_from_enough_dies(double yield, int dies)
    {
        Assert.Equal(dies, Confirmation.DiesFor(yield));
        Assert.Equal(Verdict.Confirmed, WithGoodDies(dies).Verdict);
        Assert.Equal(Verdict.Estimate, WithGoodDies(dies - 1).Verdict);

        Confirmation WithGoodDies(int count)
        {
            bool[] right = [.. Enumerable.Repeat(true, 1000)];
            return Confirmation.Of(new(0, 1, 0), new(right, [.. Enumerable.Repeat(right, count)]), new(0.01, Yield: yield), 1);
        }
    }

    /// <summary>An accuracy of at least Y is a loss of at most 1 - Y against labels, so the bound is Wilson's at the same level.</summary>
    [Fact]
    public void A_goal_of_accuracy_is_tested_by_the_score_bound_of_one_proportion()
    {
        bool[] correct = [.. Enumerable.Range(0, 2000).Select(image => image % 20 != 0)];
        var goal = new Goal(0.07, IsAccuracy: true);
        var loss = new LossSample(goal.ReferenceOf(new bool[2000]), [correct]);
        Assert.Equal(1 - new Proportion(1900, 2000).Interval95.Low, loss.UpperBound(0.025), 9);
        Assert.Equal(Verdict.Confirmed, Confirmation.Of(new(0, 1, 0), loss, goal, 3).Verdict);
        Assert.Equal(Verdict.Missed, Confirmation.Of(new(0, 1, 0), loss, new(0.04, IsAccuracy: true), 3).Verdict);
    }

    private static LossSample Loss(int images, int lost, int won)
    {
        bool[] digital = [.. Enumerable.Range(0, images).Select(image => image >= won)];
        bool[] correct = [.. Enumerable.Range(0, images).Select(image => image < won || image >= won + lost)];
        return new(digital, [correct]);
    }

    private static async Task<int> CountConfirmed(SimulatedCandidates simulated, Candidate[] candidates, double mostLoss, int finalists)
    {
        int confirmed = 0;
        for (uint seed = 0; seed < Simulations; seed++)
        {
            simulated.Draw(seed, 1000, 1500);
            if ((await simulated.OptimizeAsync(new(mostLoss), candidates, finalists)).Best?.Verdict == Verdict.Confirmed) confirmed++;
        }
        return confirmed;
    }
}
