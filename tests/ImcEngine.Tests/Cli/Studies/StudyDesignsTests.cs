using ImcEngine.Data;

namespace ImcEngine.Tests.Cli.Studies;

/// <summary>Designs of ADCs and digital corrections as axes of a study.</summary>
public sealed class StudyDesignsTests : IDisposable
{
    private readonly SmallStudy _study = new(
        """[{"macro.adc.bits":[2]},{"calibration.design":["mse","lloydMax"]},{"calibration.correct":["none","moments"]}]""");

    public void Dispose() => _study.Dispose();

    [Fact]
    public async Task Every_design_and_correction_is_a_point_of_its_own_that_resumes()
    {
        (await _study.Run("a")).Succeeds();
        var points = _study.Results("a")["points"]!.AsArray();
        Assert.Equal(4, points.Select(point => (string)point!["imcLogitsSha256"]!).Distinct().Count());
        Assert.Equal([null, "moments", null, "moments"], points.Select(point => (string?)point!["correction"]?["method"]));
        Assert.Contains("4 finished before, 0 to run", (await _study.Run("a")).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_images_calibrate_where_they_are_named_and_all_of_the_study_are_evaluated()
    {
        Directory.CreateDirectory(_study["train"]);
        CifarFormat.Write(Shapes10.Render(Split.Train, 4), Split.Test, _study["train"]);
        (await _study.Run("own")).Succeeds();
        (await _study.Run("other", "--calibration-data", _study["train"])).Succeeds();
        var (own, other) = (_study.Results("own")["points"]!.AsArray(), _study.Results("other")["points"]!.AsArray());
        Assert.Equal((6, 8), ((int)own[0]!["images"]!, (int)other[0]!["images"]!));
        Assert.Equal("train", (string)other[0]!["run"]!["calibration"]!["data"]!);
        Assert.Empty(own.Select(point => (string)point!["key"]!).Intersect(other.Select(point => (string)point!["key"]!)));
    }
}
