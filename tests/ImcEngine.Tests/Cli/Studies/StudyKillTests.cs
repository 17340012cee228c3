using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli.Studies;

/// <summary>The built program, ended by the system without a chance to tidy up.</summary>
public class StudyKillTests
{
    private const int Kills = 5, Points = 36;

    [Fact]
    public async Task Killed_at_five_random_moments_nothing_finished_is_lost_or_computed_again()
    {
        using var study = new SmallStudy(
            """[{"macro.rows":[32,64,128]},{"macro.adc.bits":[2,3,4,5]},{"calibration.statistic":["mse","minmax","percentile"]}]""");
        var random = new Random(5);
        var finished = new Dictionary<string, (DateTime, string)>();
        for (int kill = 0; kill < Kills; kill++)
        {
            await RunAndKill(study, finished.Count + random.Next(1, 4), random.Next(0, 30));
            var after = study.Points("killed").ToDictionary(file => file, file => (File.GetLastWriteTimeUtc(file), File.ReadAllText(file)));
            Assert.All(finished, point => Assert.Equal(point.Value, after[point.Key]));
            Assert.All(after,
                point => Assert.Equal(Path.GetFileNameWithoutExtension(point.Key), (string)JsonNode.Parse(point.Value.Item2)!["key"]!));
            Assert.True(after.Count > finished.Count, "The killed run finished no point.");
            finished = after;
        }

        Assert.True(finished.Count < Points, "The last kill came after the last point.");
        Assert.Contains($"{finished.Count} finished before, {Points - finished.Count} to run",
            (await study.Run("killed")).Succeeds().Lines[0], StringComparison.Ordinal);
        Assert.All(finished, point => Assert.Equal(point.Value, (File.GetLastWriteTimeUtc(point.Key), File.ReadAllText(point.Key))));
        (await study.Run("whole")).Succeeds();
        study.AssertSameResults("whole", "killed");
    }

    /// <summary>Kills the program some milliseconds after so many points are finished.</summary>
    private static async Task RunAndKill(SmallStudy study, int points, int milliseconds)
    {
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "imc.dll"), "study", study.File, "--out", study["killed"], "--threads", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        while (!process.HasExited && study.Points("killed").Length < points) await Task.Delay(1);
        await Task.Delay(milliseconds);
        process.Kill();
        await process.WaitForExitAsync();
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
    }
}
