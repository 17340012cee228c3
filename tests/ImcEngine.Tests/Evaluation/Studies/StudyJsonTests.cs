using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Evaluation.Studies;

public class StudyJsonTests
{
    [Fact]
    public void Points_are_the_product_of_the_axes_the_last_one_fastest()
    {
        var points = Points("""{"name":"s","model":"m","grid":[{"macro.rows":[64,128]},{"macro.adc.bits":[3,4]}]}""");
        Assert.Equal([(64, 3), (64, 4), (128, 3), (128, 4)],
            points.Select(point => (point.Run.Macro.Rows, point.Run.Macro.Adc.Bits!.Value)));
    }

    [Fact]
    public void An_axis_of_several_fields_sets_them_together()
    {
        var points = Points("""{"name":"s","model":"m","grid":[{"macro.rows":[64,128],"macro.adc.range":["full",[0,30]]}]}""");
        Assert.Equal([(64, RangeKind.Full), (128, RangeKind.Fixed)],
            points.Select(point => (point.Run.Macro.Rows, point.Run.Macro.Adc.Range.Kind)));
        Assert.Equal(["macro.rows=128", "macro.adc.range=[0,30]"], points[1].Assignments.Select(each => each.ToString()));
    }

    [Fact]
    public void Grids_follow_one_another_and_start_from_the_same_run()
    {
        var points =
            Points(
                """{"name":"s","model":"m","run":{"macro":"ideal"},"grids":[[{"macro.rows":[64]}],"""
                + """[{"macro":["xnor-256"]},{"macro.adc.bits":[7]}]]}""");
        Assert.Equal([(1, "ideal", 64), (2, "xnor-256", 256)],
            points.Select(point => (point.Grid, point.Run.Macro.Name, point.Run.Macro.Rows)));
        Assert.Equal(7, points[1].Run.Macro.Adc.Bits);
    }

    [Fact]
    public void Dies_and_noise_are_axes_too_and_leave_the_run_as_it_is()
    {
        var points =
            Points("""{"name":"s","model":"m","die":9,"seed":8,"grids":[[{"macro.rows":[64,128]},{"die":[0,1]}],[{"seed":[5]}]]}""");
        Assert.Equal([(64, 0, 8), (64, 1, 8), (128, 0, 8), (128, 1, 8), (256, 9, 5)],
            points.Select(point => (point.Run.Macro.Rows, (int)point.Die, (int)point.Seed)));
        Assert.Equal(RunSpecJson.Write(points[0].Run), RunSpecJson.Write(points[1].Run));
    }

    [Theory]
    [InlineData("""{"name":"s","model":"m","grid":[{"die":[0,-1]}]}""", "die")]
    [InlineData("""{"name":"s","model":"m","grid":[{"die":[0,null]}]}""", "die")]
    [InlineData("""{"name":"s","model":"m","grid":[{"seed":["NaN"]}]}""", "seed")]
    [InlineData("""{"name":"s","model":"m","die":-1,"grid":[{"macro.rows":[1]}]}""", "die")]
    [InlineData("""{"name":"s","model":"m","grid":[{"macro.rows":[1]}],"treads":4}""", "treads")]
    [InlineData("""{"name":"s","model":"m","grid":[{"macro.rows":[1]}],"images":0}""", "images")]
    [InlineData("""{"name":"../s","model":"m","grid":[{"macro.rows":[1]}]}""", "name")]
    [InlineData("""{"model":"m","grid":[{"macro.rows":[1]}]}""", "name")]
    [InlineData("""{"name":"s","grid":[{"macro.rows":[1]}]}""", "model")]
    [InlineData("""{"name":"s","model":"m"}""", "grid")]
    [InlineData("""{"name":"s","model":"m","grid":[{"macro.rows":[1]}],"grids":[]}""", "grid")]
    [InlineData("""{"name":"s","model":"m","grids":[[{"macro.rows":[1]}],[]]}""", "grids[1]")]
    [InlineData("""{"name":"s","model":"m","grid":[{"macro.rows":64}]}""", "grid[0].macro.rows")]
    [InlineData("""{"name":"s","model":"m","grid":[{"macro.rows":[1,2]},{"macro.adc.bits":[]}]}""", "grid[1].macro.adc.bits")]
    [InlineData("""{"name":"s","model":"m","grid":[{"macro.rows":[1,2],"macro.adc.bits":[3]}]}""", "grid[0].macro.adc.bits")]
    [InlineData("""{"name":"s","model":"m","run":{"macro":{"rowz":4}},"grid":[{"macro.rows":[1]}]}""", "macro.rowz")]
    [InlineData("""{"name":"s","model":"m","grid":[{"macro.rows":[64,0]}]}""", "macro.rows")]
    [InlineData("""{"name":"s","model":"m","grid":[{"macro.rowz":[64]}]}""", "macro.rowz")]
    public void A_bad_field_is_named_by_its_path(string json, string field) =>
        Assert.Equal(field, Assert.Throws<SpecException>(() => Points(json)).Field);

    [Fact]
    public void More_points_than_anyone_runs_are_refused_before_they_are_made()
    {
        string steps = $"[{string.Join(',', Enumerable.Range(1, 1000))}]";
        Assert.Equal("grid",
            Assert.Throws<SpecException>(() => StudyJson.Read(
                $$"""{"name":"s","model":"m","grid":[{"macro.rows":{{steps}} },{"macro.columns":{{steps}} }]}""")).Field);
    }

    private static IReadOnlyList<StudyPoint> Points(string json) => StudyJson.PointsOf(StudyJson.Read(json));
}
