using ImcEngine.Cli.Cluster;
using ImcEngine.Tests.Cli.Studies;

namespace ImcEngine.Tests.Cli.Cluster;

/// <summary>What <c>imc study --slurm</c> would submit; no cluster is needed.</summary>
public class StudySlurmTests
{
    private const string SixPoints = """[{"macro.rows":[64,128,256]},{"macro.adc.bits":[3,4]}]""";

    [Fact]
    public async Task A_dry_run_prints_scripts_and_commands_and_writes_nothing()
    {
        using var study = new SmallStudy(SixPoints);
        string folder = study["it's here 100%"];
        var run = (await ImcRun.Of("study", study.File, "--out", folder, "--slurm", "--dry-run", "--tasks", "4", "--images", "3",
            "--slurm-option=--partition=short", "--slurm-option", "--comment=a b")).Succeeds();
        string quoted = folder.Replace("'", "'\\''", StringComparison.Ordinal);
        Assert.Equal(["#!/bin/bash", "set -euo pipefail"], run.Lines[1..3]);
        Assert.StartsWith("exec ", run.Lines[3], StringComparison.Ordinal);
        Assert.EndsWith($"study {study.File} --out '{quoted}' --images 3 --shard \"${{SLURM_ARRAY_TASK_ID}}/4\" "
            + "--threads \"${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-1}}\"", run.Lines[3], StringComparison.Ordinal);
        Assert.Contains($"study --merge '{quoted}' --out '{quoted}'", run.Output, StringComparison.Ordinal);
        string[] submits = [.. run.Lines.Where(line => line.StartsWith("sbatch ", StringComparison.Ordinal))];
        Assert.Equal(2, submits.Length);
        Assert.All(submits, line => Assert.Contains(
            $"'--output={quoted.Replace("%", "%%", StringComparison.Ordinal)}/slurm/logs/%x-", line, StringComparison.Ordinal));
        Assert.All(submits, line => Assert.Contains(" --partition=short '--comment=a b' --requeue ", line, StringComparison.Ordinal));
        Assert.Contains(" --array=1-4 --parsable ", submits[0], StringComparison.Ordinal);
        Assert.Contains(" --cpus-per-task=1 --dependency=afterany:ARRAY --parsable ", submits[1], StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("", "--array=1-6 ", "--threads \"${SLURM")]
    [InlineData("--tasks 50", "--array=1-6 ", "--threads \"${SLURM")]
    [InlineData("--threads 3", " --cpus-per-task=3 --requeue --array=1-6 ", "--threads 3\n")]
    public async Task There_are_no_more_tasks_than_points_and_threads_are_asked_for(string options, string array, string threads)
    {
        using var study = new SmallStudy(SixPoints);
        var run = (await study.Run("a", ["--slurm", "--dry-run", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Succeeds();
        Assert.Contains(array, run.Output, StringComparison.Ordinal);
        Assert.Contains(threads, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_study_submits_nothing_and_writes_its_tables()
    {
        using var study = new SmallStudy("""[{"macro.rows":[64]}]""");
        (await study.Run("a")).Succeeds();
        File.Delete(study["a/results.csv"]);
        var run = (await study.Run("a", "--slurm")).Succeeds();
        Assert.Equal("No point is left to run: nothing was submitted.", run.Lines[^1]);
        Assert.True(File.Exists(study["a/results.csv"]));
    }

    [Fact]
    public async Task What_a_task_could_not_run_is_refused_before_anything_is_submitted()
    {
        using var study = new SmallStudy("""[{"layers.layer1.*.weightBits":[2]}]""");
        var run = await study.Run("a", "--slurm", "--dry-run");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("is quantized already", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--slurm --shard 1/2", "--slurm makes its own shards; leave --shard out")]
    [InlineData("--tasks 2", "--tasks goes with --slurm.")]
    [InlineData("--dry-run", "--dry-run goes with --slurm.")]
    [InlineData("--slurm --slurm-option short", "--slurm-option is 'short'; allowed is one option of sbatch")]
    [InlineData("--slurm --tasks 0", "--tasks is '0'; allowed is a whole number from 1")]
    public async Task Options_that_do_not_go_together_are_refused(string options, string message) =>
        (await ImcRun.Of(["study", "no.json", .. options.Split(' ')])).IsBadInput(message);

    [Fact]
    public async Task Shards_are_merged_here_not_on_a_cluster() =>
        (await ImcRun.Of("study", "--merge", "a", "--out", "b", "--slurm")).IsBadInput("--slurm goes with FILE, not with --merge.");

    [Fact]
    public void A_program_that_is_not_there_is_named_with_what_to_do()
    {
        string message = Assert.Throws<ImcException>(
            () => ChildProgram.Run("sbatch-that-nobody-has", ["--parsable"], "Install it.")).Message;
        Assert.StartsWith("'sbatch-that-nobody-has' cannot be started: ", message, StringComparison.Ordinal);
        Assert.EndsWith(" Install it.", message, StringComparison.Ordinal);
    }
}
