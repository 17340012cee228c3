using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Evaluation.Studies;

/// <summary>Axes that undo what others set: a row would name settings that were not run.</summary>
public class StudyOverridesTests
{
    [Theory]
    [InlineData("grid[1] 'macro' replaces what grid[0] 'macro.rows' set (macro.rows: 64 becomes 256); put it first, or leave one out.",
        """[{"macro.rows":[64,128]},{"macro":["default"]}]""")]
    [InlineData("grid[2] 'macro' replaces what grid[0] 'macro.rows' set",
        """[{"macro.rows":[64,256]},{"macro.adc":[{"bits":3}]},{"macro":["default"]}]""")]
    [InlineData("grid[1] 'macro' replaces what grid[0] 'macro.rows' set", """[{"macro.rows":[64]},{"macro":[{"rows":128}]}]""")]
    [InlineData("grid[1] 'macro' replaces what grid[0] 'macro.adc.bits' set", """[{"macro.adc.bits":[3]},{"macro":[null]}]""")]
    [InlineData("grid[0] 'macro' replaces what grid[0] 'macro.rows' set", """[{"macro.rows":[64],"macro":["default"]}]""")]
    [InlineData("grid[1] 'macro.adc.levels' replaces what grid[0] 'macro.adc.bits' set (macro.adc.bits: 4 becomes nothing); "
        + "the two cannot both hold; leave one out.", """[{"macro.adc.bits":[4,5]},{"macro.adc.levels":[9,16]}]""")]
    [InlineData("grid[1] 'macro.adc' replaces what grid[0] 'macro.adc.bits' set",
        """[{"macro.adc.bits":[4]},{"macro.adc":[{"levels":9}]}]""")]
    [InlineData("grid[1] 'macro.adc.bits' replaces what grid[0] 'macro.adc' set (macro.adc.bits: 3 becomes 4)",
        """[{"macro.adc":[{"bits":3}]},{"macro.adc.bits":[4]}]""")]
    [InlineData("grid[1] 'macro.adc.levels' replaces what grid[0] 'macro.adc' set",
        """[{"macro.adc":[{"bits":3}]},{"macro.adc.levels":[9]}]""")]
    [InlineData("grid[1] 'macro.adc.lsbCounts' replaces what grid[0] 'macro.adc.range' set",
        """[{"macro.adc.range":["full"]},{"macro.adc.lsbCounts":[2]}]""")]
    [InlineData("grid[1] 'macro.adc.kind' replaces what grid[0] 'macro.adc.bits' set",
        """[{"macro.adc.bits":[4]},{"macro.adc.kind":["none"]}]""")]
    [InlineData("grid[1] 'macro.die.columnOffsetLsb' replaces what grid[0] 'macro.die.columnOffsetCounts' set",
        """[{"macro.die.columnOffsetCounts":[1]},{"macro.die.columnOffsetLsb":[0.5]}]""")]
    [InlineData("grid[1] 'calibration.statistic' replaces what grid[0] 'calibration.percentile' set",
        """[{"calibration.percentile":[99]},{"calibration.statistic":["minmax"]}]""")]
    [InlineData("grid[1] 'layers.layer4*.adc.bits' replaces what grid[0] 'layers' set (layers.layer4*: \"digital\" becomes ",
        """[{"layers":[{"layer4*":"digital"}]},{"layers.layer4*.adc.bits":[3,4]}]""")]
    [InlineData("grid[1] 'layers' replaces what grid[0] 'layers.layer4*.adc.bits' set",
        """[{"layers.layer4*.adc.bits":[3]},{"layers":[{"fc":"digital"}]}]""")]
    [InlineData("grid[1] 'layers.layer*.adc.bits' covers every layer that grid[0] 'layers.layer4*.adc.bits' names",
        """[{"layers.layer4*.adc.bits":[3]},{"layers.layer*.adc.bits":[5]}]""")]
    [InlineData("grid[0] 'layers.conv?.adc.bits' has no effect: the run's own pattern 'conv*' comes first",
        """[{"layers.conv?.adc.bits":[3]}]""", """{"layers":{"conv*":{"adc":{"bits":6} },"conv?":"digital"} }""")]
    public void An_axis_that_undoes_another_is_refused(string message, string grid, string run = "{}")
    {
        var error = Assert.ThrowsAny<ImcException>(() => Points(grid, run));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"macro":["default","xnor-256"]},{"macro.rows":[64,128]},{"macro.name":["mine"]}]""")]
    [InlineData("""[{"macro.adc":[{"bits":3}]},{"macro.adc.ties":["up"]}]""")]
    [InlineData("""[{"macro.adc":[{"bits":3}]},{"macro.adc.bits":[3]}]""")]
    [InlineData("""[{"macro.rows":[256]},{"macro":["default"]}]""")]
    [InlineData("""[{"macro.die":[null]},{"macro.die.columnOffsetCounts":[1]}]""")]
    [InlineData("""[{"macro.adc.levels":[null]},{"macro.adc.bits":[3]}]""")]
    [InlineData("""[{"macro.adc.bits":[3]},{"macro":[{"columns":8}]}]""")]
    [InlineData("""[{"macro.adc.kind":["list"]},{"macro.adc.edges":[[1,2]]},{"macro.adc.levels":[[0,1,2]]}]""")]
    [InlineData("""[{"layers":[{},null]},{"layers.fc.adc.bits":[3]}]""")]
    [InlineData("""[{"layers":[{"fc":{"weightBits":4} }]},{"layers.fc.adc.bits":[3]}]""")]
    [InlineData("""[{"layers.layer*.adc.bits":[3]},{"layers.layer4*.adc.bits":[5]},{"macro.adc.bits":[6]}]""")]
    public void What_stands_together_runs(string grid) => Assert.NotEmpty(Points(grid, "{}"));

    [Theory]
    [InlineData("grid[1].macro.rows", "grid[0] sets the same field", "grid", """[{"macro.rows":[64]},{"macro.rows":[128]}]""")]
    [InlineData("grid[1].seed", "grid[0] sets the same field", "grid", """[{"seed":[1],"die":[2]},{"seed":[3]}]""")]
    [InlineData("grid[2].die", "grid[0] sets the same field", "grid", """[{"die":[1]},{"macro.rows":[64]},{"die":[1]}]""")]
    [InlineData("grids[1][1].macro.rows", "grids[1][0] sets the same field", "grids",
        """[[{"macro.rows":[64]}],[{"macro.rows":[64]},{"macro.rows":[64]}]]""")]
    [InlineData("grid[1].macro.adc.bits ", "has spaces around it", "grid", """[{"macro.adc.bits":[4]},{"macro.adc.bits ":[5]}]""")]
    [InlineData("grid[0].\tdie", "has spaces around it", "grid", """[{"\tdie":[4]}]""")]
    public void The_same_field_twice_is_refused_where_the_study_is_read(string field, string why, string name, string grids)
    {
        var error = Assert.Throws<SpecException>(() => StudyJson.Read($$"""{"name":"s","model":"m","{{name}}":{{grids}}}"""));
        Assert.Equal(field, error.Field);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<StudyPoint> Points(string grid, string run) =>
        StudyJson.PointsOf(StudyJson.Read($$"""{"name":"s","model":"m","run":{{run}},"grid":{{grid}}}"""));
}
