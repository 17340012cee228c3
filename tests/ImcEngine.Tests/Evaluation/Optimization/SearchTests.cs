using ImcEngine.Evaluation.Optimization;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Evaluation.Optimization;

public class SearchTests
{
    /// <summary>The least cost within a bound is that of trying every assignment.</summary>
    [Theory]
    [InlineData(1u, 0.2)]
    [InlineData(2u, 0.5)]
    [InlineData(3u, 1.1)]
    [InlineData(4u, 3.0)]
    public void The_knapsack_finds_what_exhaustive_search_finds(uint seed, double bound)
    {
        var words = new uint[64];
        Philox.Fill(new(seed, 1), default, new(1, 0, 0, 0), words);
        LayerChoice[][] layers = [.. Enumerable.Range(0, 5).Select(layer => Enumerable.Range(0, 4).Select(choice =>
            // Errors of whole steps of the bound, so that rounding up changes none.
            new LayerChoice(3 + choice, 1 + choice + (words[layer * 8 + choice] % 100) / 50.0,
                bound / 4096 * (words[layer * 8 + 4 + choice] % 3000) / (1 << choice))).ToArray())];
        layers = [.. layers.Select(choices => choices.Select(choice =>
            choice with { LogitError = Math.Floor(choice.LogitError / bound * 4096) * bound / 4096 }).ToArray())];
        double least = Assignments(layers).Where(each => each.Error <= bound * (1 + 1e-12)).Select(each => each.Cost)
            .DefaultIfEmpty(double.PositiveInfinity).Min();
        var found = LayerAssignment.Cheapest(layers, bound);
        Assert.Equal(double.IsFinite(least), found is not null);
        if (found is null) return;
        Assert.Equal(least, found.Select((choice, layer) => layers[layer][choice].Cost).Sum(), 9);
        Assert.True(found.Select((choice, layer) => layers[layer][choice].LogitError).Sum() <= bound * (1 + 1e-12));
    }

    [Fact]
    public void A_bound_that_no_assignment_meets_has_none() =>
        Assert.Null(LayerAssignment.Cheapest([[new(3, 1, 2.0)], [new(3, 1, 0.1)]], 1.5));

    [Fact]
    public void A_repair_takes_the_layer_that_gains_most_for_its_cost()
    {
        LayerChoice[][] layers = [[new(3, 1, 1.0), new(4, 2, 0.5)], [new(3, 1, 4.0), new(4, 3, 1.0)], [new(3, 1, 1.0)]];
        Assert.Equal([0, 1, 0], LayerAssignment.Repaired(layers, [0, 0, 0])!);
        Assert.Equal([1, 1, 0], LayerAssignment.Repaired(layers, [0, 1, 0])!);
        Assert.Null(LayerAssignment.Repaired(layers, [1, 1, 0]));
    }

    [Fact]
    public void The_screen_leaves_out_what_is_clearly_beaten()
    {
        Candidate cheap = new(0, 1, 1.0), beaten = new(1, 2, 1.4), close = new(2, 2, 1.2), better = new(3, 3, 0.2), equal = new(4, 3, 0.2);
        Assert.Equal([cheap, close, better, equal], Screen.Keep([equal, better, beaten, close, cheap]));
    }

    /// <summary>The two sets have no image in common and together have all; the order depends on the images' indices alone.</summary>
    [Fact]
    public void Images_are_divided_once_by_their_index()
    {
        int[] indices = [.. Enumerable.Range(0, 1000)];
        var split = ImageSplit.Of(indices, 0.4);
        Assert.Equal((400, 600), (split.Choosing.Length, split.Confirming.Length));
        Assert.Equal(indices, split.Choosing.Concat(split.Confirming).Order());
        int[] reversed = [.. indices.Reverse()];
        Assert.Equal(split.Choosing, ImageSplit.Of(reversed, 0.4).Choosing.Select(position => reversed[position]));
        Assert.InRange(split.Choosing.Average(), 450, 550);
        Assert.InRange(split.Choosing[..64].Average(), 350, 650);
    }

    [Theory]
    [InlineData("nanojoules", 6)]
    [InlineData("nanojoules * arrays", 12)]
    [InlineData("nanojoules + 1e1*arrays - 2", 24)]
    [InlineData("(nanojoules + arrays) / -4", -2)]
    [InlineData("nanojoules - arrays - 1", 3)]
    public void Formulas_are_computed(string text, double expected) =>
        Assert.Equal(expected, new CostFormula(text, ["nanojoules", "arrays"]).Of(
            new Dictionary<string, double> { ["nanojoules"] = 6, ["arrays"] = 2 }));

    [Theory]
    [InlineData("")]
    [InlineData("joules")]
    [InlineData("2 nanojoules")]
    [InlineData("(nanojoules")]
    [InlineData("nanojoules +")]
    [InlineData("nanojoules $ 2")]
    [InlineData(")")]
    public void What_is_no_formula_is_refused(string text) => Assert.Throws<FormatException>(() => new CostFormula(text, ["nanojoules"]));

    private static IEnumerable<(double Cost, double Error)> Assignments(LayerChoice[][] layers) =>
        layers.Aggregate<LayerChoice[], IEnumerable<(double Cost, double Error)>>([(0, 0)], (sums, choices) => sums.SelectMany(
            sum => choices.Select(choice => (sum.Cost + choice.Cost, sum.Error + choice.LogitError))));
}
