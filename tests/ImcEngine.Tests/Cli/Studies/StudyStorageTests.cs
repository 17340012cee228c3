namespace ImcEngine.Tests.Cli.Studies;

/// <summary>Something that keeps no results, where a study must store one: refused before the first point runs.</summary>
public class StudyStorageTests(FinishedStudy finished) : IClassFixture<FinishedStudy>
{
    [Theory]
    [InlineData("points", "folder", "it is a folder")]
    [InlineData("timings", "folder", "it is a folder")]
    [InlineData("baselines", "folder", "it is a folder")]
    [InlineData("points", "link", "there is no folder")]
    [InlineData("timings", "link", "there is no folder")]
    [InlineData("points", "pipe", "it is a pipe or a device")]
    [InlineData("baselines", "pipe", "it is a pipe or a device")]
    public async Task A_stored_file_that_is_none_is_refused(string part, string kind, string why)
    {
        if (OperatingSystem.IsWindows() && kind != "folder") return;
        string folder = finished.Copy(), file = Directory.GetFiles(finished.Study[$"{folder}/{part}"])[0];
        foreach (string point in finished.Study.Points(folder)) File.Delete(point);
        File.Delete(file);
        Make(kind, file);
        (await finished.Study.Run(folder)).IsBadInput($"'{file}' cannot be written: {why}", "remove what is there", "--out");
        Assert.All(finished.Study.Points(folder), point => Assert.Equal(file, point));
    }

    [Theory]
    [InlineData("results.csv", "folder", "it is a folder")]
    [InlineData("plan.json", "folder", "it is a folder")]
    [InlineData("results.json", "pipe", "it is a pipe or a device")]
    [InlineData("timings.json", "link", "there is no folder")]
    public async Task So_is_a_file_of_results(string name, string kind, string why)
    {
        if (OperatingSystem.IsWindows() && kind != "folder") return;
        string folder = finished.Copy(), file = finished.Study[$"{folder}/{name}"];
        foreach (string point in finished.Study.Points(folder)) File.Delete(point);
        File.Delete(file);
        Make(kind, file);
        (await finished.Study.Run(folder)).IsBadInput($"'{file}' cannot be written: {why}", "remove what is there");
        Assert.Empty(finished.Study.Points(folder));
    }

    [Fact]
    public async Task A_merge_does_not_write_into_a_pipe()
    {
        if (OperatingSystem.IsWindows()) return;
        string from = finished.Copy(), to = finished.Copy(), file = finished.Study[$"{to}/results.csv"];
        File.Delete(file);
        Make("pipe", file);
        (await finished.Study.Merge([from], to)).IsBadInput($"'{file}' cannot be written: it is a pipe or a device");
    }

    [Fact]
    public async Task A_link_to_a_file_is_followed_and_stays()
    {
        if (OperatingSystem.IsWindows()) return;
        string folder = finished.Copy(), file = finished.Study.Points(folder)[0], target = finished.Study[$"{folder}/elsewhere.json"],
            whole = File.ReadAllText(file);
        File.Delete(file);
        File.CreateSymbolicLink(file, target);
        Assert.Contains("1 finished before, 1 to run", (await finished.Study.Run(folder)).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.Equal((target, whole), (new FileInfo(file).LinkTarget, File.ReadAllText(target)));
    }

    private void Make(string kind, string file)
    {
        if (kind == "folder") Directory.CreateDirectory(file);
        else if (kind == "link") File.CreateSymbolicLink(file, finished.Study["nowhere/file"]);
        else finished.Study.MakePipe(file);
    }
}
