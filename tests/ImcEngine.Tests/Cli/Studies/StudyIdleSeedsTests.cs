namespace ImcEngine.Tests.Cli.Studies;

/// <summary>Dies and seeds of noise on which nothing of a study depends are named once, as 'compare' names them.</summary>
public class StudyIdleSeedsTests
{
    private const string Die = "die has no effect: no static error is on, so all dies are equal.",
        Seed = "seed has no effect: no temporal noise is on.";

    [Fact]
    public async Task Axes_that_cannot_act_are_named_once()
    {
        using var study = new SmallStudy("""[{"die":[0,1]},{"seed":[1,2]},{"macro.die.columnOffsetCounts":[0]}]""");
        var run = (await study.Run("a", "--images", "2")).Succeeds();
        Assert.Single(run.Lines, Die);
        Assert.Single(run.Lines, Seed);
    }

    [Fact]
    public async Task Axes_that_act_on_a_point_are_not_named()
    {
        using var study =
            new SmallStudy("""[{"die":[0,1],"seed":[1,2]},{"macro.die.columnOffsetCounts":[0,1],"macro.die.bitlineNoiseCounts":[0,1]}]""");
        var run = (await study.Run("a", "--images", "2")).Succeeds();
        Assert.DoesNotContain(run.Lines, line => line is Die or Seed);
    }

    [Fact]
    public async Task A_study_that_chooses_none_names_none()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        Assert.DoesNotContain((await study.Run("a", "--images", "2")).Succeeds().Lines, line => line is Die or Seed);
        File.WriteAllText(study.File, File.ReadAllText(study.File).Replace("\"grid\"", "\"die\":3,\"grid\"", StringComparison.Ordinal));
        Assert.Contains(Die, (await study.Run("a", "--images", "2")).Succeeds().Lines);
    }
}
