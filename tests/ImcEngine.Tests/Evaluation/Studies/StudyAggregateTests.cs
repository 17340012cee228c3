using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Evaluation.Studies;

public class StudyAggregateTests
{
    [Fact]
    public void Dies_and_seeds_are_summarized_where_axes_have_them()
    {
        var study = Study("""["die","seed"]""", """[{"macro.rows":[64,128]},{"die":[0,1]},{"seed":[1,2,3]}]""", """, "yieldAbove": 0.9""");
        Assert.Equal(["die", "seed"], study.Aggregate);
        Assert.Equal(0.9, study.YieldAbove);
        Assert.Equal(["die", "seed"], Study("""["die","seed"]""", """[{"die":[0,1,0,1],"seed":[1,2,3,4]}]""").Aggregate);
        Assert.Empty(StudyJson.Read("""{"name":"s","model":"m","grid":[{"die":[0,1]}]}""").Aggregate);
    }

    [Theory]
    [InlineData("\"die\"", """[{"die":[0,1]}]""", "aggregate: found \"die\"; allowed is a list of \"die\" and \"seed\"")]
    [InlineData("[]", """[{"die":[0,1]}]""", "allowed is a list of")]
    [InlineData("""["die","die"]""", """[{"die":[0,1]}]""", "name each axis once")]
    [InlineData("""["macro.rows"]""", """[{"macro.rows":[64]}]""", "aggregate[0]: found \"macro.rows\"; allowed are \"die\" and \"seed\"")]
    [InlineData("""["die"]""", """[{"macro.rows":[64]}]""", "aggregate: found \"die\"; no axis of the study sets it")]
    [InlineData("""["die","seed"]""", """[{"die":[0,1]}]""", "aggregate: found \"seed\"; no axis of the study sets it")]
    [InlineData("""["die"]""", """[{"die":[0,1],"macro.rows":[64,128]}]""", "grid[0]: found an axis of die, macro.rows;")]
    [InlineData("""["die"]""", """[{"macro.rows":[64]},{"die":[0,1],"seed":[1,2]}]""", "grid[1]: found an axis of die, seed;")]
    [InlineData("""["die"]""", """[{"die":[0,1,0]}]""", "grid[0]: found die=0 twice;")]
    [InlineData("""["die","seed"]""", """[{"die":[0,0,1],"seed":[1,2,1]}]""", "found 2 runs of die 0 and 1 of die 1;")]
    public void What_has_no_plain_mean_is_refused(string aggregate, string grid, string message) =>
        Assert.Contains(message, Assert.Throws<SpecException>(() => Study(aggregate, grid)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""["seed"]""", "0.9", "a yield counts dies, which are not summarized")]
    [InlineData("""["die"]""", "90", "yieldAbove")]
    public void A_yield_needs_dies_and_a_share(string aggregate, string above, string message) =>
        Assert.Contains(message, Assert.Throws<SpecException>(() => Study(aggregate, """[{"die":[0,1]},{"seed":[1,2]}]""",
            $", \"yieldAbove\": {above}")).Message, StringComparison.Ordinal);

    private static StudySpec Study(string aggregate, string grid, string more = "") =>
        StudyJson.Read($$"""{"name":"s","model":"m","aggregate":{{aggregate}},"grid":{{grid}}{{more}}}""");
}
