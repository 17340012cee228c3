using ImcEngine.Evaluation.Studies;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Cli.Studies;

public class StudyRefusalTests
{
    [Theory]
    [InlineData("'study' takes either FILE", "study")]
    [InlineData("'study' takes either FILE", "study", "s.json", "--merge", "a", "--out", "b")]
    [InlineData("--merge needs --out DIR", "study", "--merge", "a")]
    [InlineData("--threads goes with FILE", "study", "--merge", "a", "--out", "b", "--threads", "1")]
    [InlineData("--shard is '3/2'; allowed is i/n", "study", "s.json", "--shard", "3/2")]
    [InlineData("--shard is '0/2'; allowed is i/n", "study", "s.json", "--shard", "0/2")]
    [InlineData("--shard is '1'; allowed is i/n", "study", "s.json", "--shard", "1")]
    [InlineData("--images is '0'; allowed is a whole number from 1 to 10000000", "study", "s.json", "--images", "0")]
    [InlineData("There is no study 'no.json'", "study", "no.json")]
    public async Task Options_that_do_not_go_together_are_bad_input(string message, params string[] args) =>
        (await ImcRun.Of(args)).IsBadInput(message);

    [Fact]
    public async Task A_text_that_is_no_JSON_is_named_by_its_file()
    {
        using var study = new SmallStudy("[");
        (await study.Run("a")).IsBadInput($"'{study.File}' is not JSON");
    }

    [Fact]
    public async Task A_bad_setting_is_found_before_the_first_point_runs()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64,0]}]""");
        (await study.Run("a")).IsBadInput("macro.rows: found 0; allowed is");
        Assert.False(Directory.Exists(study["a"]));
    }

    [Theory]
    [InlineData("""[{"macro.rows":[64,128]},{"macro":["default"]}]""", "grid[1] 'macro' replaces what grid[0] 'macro.rows' set")]
    [InlineData("""[{"macro.rows":[64]},{"macro.rows":[128]}]""", "grid[1].macro.rows: found [128]; grid[0] sets the same field")]
    public async Task Axes_that_undo_each_other_are_found_before_the_first_point_runs(string grid, string message)
    {
        using var study = new SmallStudy(grid);
        (await study.Run("a")).IsBadInput(message);
        Assert.False(Directory.Exists(study["a"]));
    }

    [Fact]
    public async Task A_macro_that_does_not_take_the_network_is_found_before_the_first_point_runs()
    {
        using var study = new SmallStudy("""[{"macro":["ideal","xnor-256"]}]""");
        var run = await study.Run("a");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("imc: Layer 'layer1.0.conv1' (unipolar:4 i", run.Error, StringComparison.Ordinal);
        Assert.Contains("macro 'xnor-256'", run.Error, StringComparison.Ordinal);
        Assert.Empty(study.Points("a"));
    }

    [Fact]
    public async Task More_images_than_there_are_is_bad_input()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        var run = await study.Run("a", "--images", "9");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("9 images were asked for", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_D21_preset_refuses_a_network_of_other_encodings_in_studies_and_in_compare()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""", "\"d21-cifar-2bit\"");
        string[] both = ["'d21-cifar-2bit'", "activations bipolar:2, weights bipolar:2",
            "activations unipolar:4, weights twos-complement:4"];
        var run = await study.Run("a");
        var compare = await ImcRun.Of("compare", "--model", study.Model, "--data", study.Images, "--macro", "d21-cifar-2bit", "--set",
            "calibration.count=2");
        Assert.Equal((2, 2), (run.ExitCode, compare.ExitCode));
        Assert.Empty(study.Points("a"));
        Assert.All(both, part => Assert.Contains(part, run.Error, StringComparison.Ordinal));
        Assert.All(both, part => Assert.Contains(part, compare.Error, StringComparison.Ordinal));
    }

    public static TheoryData<string> ShippedStudies =>
        [
            .. Repository.Files.Where(file => file.StartsWith("perf/studies/", StringComparison.Ordinal)
                && file.EndsWith(".json", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(ShippedStudies))]
    public void A_study_that_ships_can_be_read_says_what_it_is_for_and_finds_its_network(string file)
    {
        var study = StudyJson.Read(Repository.Read(file));
        Assert.Equal(Path.GetFileNameWithoutExtension(file), study.Name);
        Assert.NotNull(study.Note);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "perf/studies", study.Model)), study.Model);
        Assert.True(StudyJson.PointsOf(study).Count >= 24);
    }
}
