namespace ImcEngine.Tests.Cli.Studies;

/// <summary>A point whose measured table clamps says which share of conversions did;
/// a study without such points has no columns for it.</summary>
public class StudyClampTests
{
    [Fact]
    public async Task The_share_stands_in_point_and_csv()
    {
        using var study = new SmallStudy("""[{"macro.adc.beyondTable":["clamp"]}]""",
            """{"adc":{"kind":"table","table":"cut.csv","beyondTable":"clamp"}}""");
        File.WriteAllLines(study["cut.csv"], ["s,P(0),P(1),P(2)", "0,1,0,0", "1,0,1,0", "2,0,0,1"]);
        (await study.Run("a")).Succeeds();
        var clamped = study.Results("a")["points"]![0]!["clampedConversions"]!;
        Assert.InRange((double)clamped["fraction"]!, 0.01, 1);
        string[] csv = study.Csv("a"), titles = csv[0].Split(',');
        Assert.Equal(clamped["fraction"]!.ToJsonString(), csv[1].Split(',')[Array.IndexOf(titles, "clampedFraction")]);
    }
}
