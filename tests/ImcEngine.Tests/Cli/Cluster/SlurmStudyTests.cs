using System.Runtime.Versioning;
using ImcEngine.Tests.Cli.Studies;

namespace ImcEngine.Tests.Cli.Cluster;

/// <summary>A study on a real Slurm of this machine alone.</summary>
[SupportedOSPlatform("linux")]
public class SlurmStudyTests
{
    private const int Tasks = 3;

    /// <summary>Anything that a shell or Slurm's patterns could take for something else.</summary>
    private const string Odd = "out put's \"100%\" $HOME %A";

    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);

    [NeedsSlurmFact]
    public async Task Tasks_killed_and_requeued_give_the_bytes_of_one_run()
    {
        using var limit = new CancellationTokenSource(Most);
        using var study = new SmallStudy("""[{"macro.rows":[32,64,128]},{"macro.adc.bits":[3,4]},{"die":[0,1,2,3,4,5,6,7]}]""",
            """{"die":{"bitlineNoiseCounts":0.5,"columnOffsetCounts":0.5}}""");
        using var cluster = await SlurmCluster.StartAsync(limit.Token);
        string array = await Submit(cluster, study, limit.Token);

        await cluster.WaitAsync(() => Task.FromResult(study.Points(Odd).Length >= 2), "no task stored two points", limit.Token);
        foreach (int task in new[] { 1, 2 })
            if (await StateOf(cluster, $"{array}_{task}", limit.Token) == "RUNNING")
                await cluster.AskAsync("scontrol", ["requeue", $"{array}_{task}"], limit.Token);
        var before = study.Points(Odd).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        (await study.Run("whole")).Succeeds();
        await cluster.WaitAsync(async () => await cluster.AskAsync("squeue", ["--noheader"], limit.Token) == "", "the jobs did not end",
            limit.Token);

        string tasks = await cluster.AskAsync("scontrol", ["--oneliner", "show", "job", array], limit.Token), logs = LogsOf(study);
        Assert.True(tasks.Contains("Restarts=1", StringComparison.Ordinal), $"No task was requeued.\n{tasks}\n{logs}");
        Assert.True(before.Count < study.Points(Odd).Length, "The tasks were killed after the last point.");
        Assert.All(before, point => Assert.Equal(point.Value, File.GetLastWriteTimeUtc(point.Key)));
        Assert.True(File.Exists(study[$"{Odd}/results.csv"]), logs);
        study.AssertSameResults("whole", Odd);
    }

    private static async Task<string> Submit(SlurmCluster cluster, SmallStudy study, CancellationToken limit)
    {
        string[] words = [Path.Combine(AppContext.BaseDirectory, "imc.dll"), "study", study.File, "--out", study[Odd], "--slurm", "--tasks",
            $"{Tasks}", "--slurm-option", "--comment=it's mine"];
        var (code, output, error) = await cluster.RunAsync("dotnet", words, limit);
        Assert.True((code, error) == (0, ""), error);
        string last = output.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("Submitted to Slurm: array ", last, StringComparison.Ordinal);
        return last.Split(' ')[4];
    }

    private static async Task<string> StateOf(SlurmCluster cluster, string job, CancellationToken limit) =>
        (await cluster.RunAsync("squeue", ["--noheader", "--format=%T", $"--jobs={job}"], limit)).Output.Trim();

    private static string LogsOf(SmallStudy study) => string.Join('\n',
        Directory.GetFiles(study[$"{Odd}/slurm/logs"]).Order(StringComparer.Ordinal)
            .Select(file => $"== {file}\n{File.ReadAllText(file)}"));
}
