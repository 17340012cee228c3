using ImcEngine.Evaluation.Verification;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Cli;

public class VerifyCommandTests
{
    [Fact]
    public async Task A_right_case_passes_and_a_wrong_one_is_named_with_its_first_bad_index()
    {
        using var folder = new TemporaryFolder();
        WriteCase(folder["right"], result: 1.5f);
        Assert.Equal("1 passed, 0 failed", (await ImcRun.Of("verify", folder.Path)).Succeeds().Lines[^1]);

        WriteCase(folder["wrong"], result: 1.25f);
        var run = await ImcRun.Of("verify", folder.Path);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal("1 passed, 1 failed", run.Lines[^1]);
        Assert.Equal("wrong: reference, rows 4, columns 1: [0, 0, 0]: expected 1.25, got 1.5", run.Lines[^2]);
    }

    [Fact]
    public async Task A_folder_that_is_absent_is_bad_input() =>
        (await ImcRun.Of("verify", "no-such-folder")).IsBadInput("'no-such-folder'");

    [Fact]
    public async Task A_folder_without_cases_is_bad_input()
    {
        using var folder = new TemporaryFolder();
        (await ImcRun.Of("verify", folder.Path)).IsBadInput("no conformance case");
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("verify", "folder", "--self")]
    public async Task Either_a_folder_or_self_is_needed(params string[] args) => (await ImcRun.Of(args)).IsBadInput("either DIR", "--self");

    [Fact]
    public async Task Self_says_how_often_each_kernel_ran()
    {
        // A second is many cases; were it ever too short for some kernel to run, the command must say so and fail.
        var run = await ImcRun.Of("verify", "--self", "--seconds", "2", "--seed", "5");
        foreach (var kernel in EngineKernels.All.AtLeastOne())
            Assert.Contains(run.Lines,
                line => line.StartsWith(kernel.Name, StringComparison.Ordinal) && line.Contains(kernel.Lanes, StringComparison.Ordinal));
        Assert.Equal(run.ExitCode == 0, run.Lines[^1].EndsWith(" passed, 0 failed", StringComparison.Ordinal));
        Assert.Equal(run.ExitCode == 0, !run.Output.Contains("never ran", StringComparison.Ordinal));
        Assert.DoesNotContain("expected", run.Output, StringComparison.Ordinal);
    }

    /// <summary>One linear output of two 1-bit bipolar products:
    /// x = +1 -1, w = +1 +1, so s = 0, which the ADC's edge 0.5 calls level 1.5.</summary>
    private static void WriteCase(string folder, float result)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "case.json"), """
            {"operator":"linear","input":{"bits":1,"encoding":"bipolar","scale":1},"weight":{"bits":1,"encoding":"bipolar","scale":1},
             "rows":4,"mapping":"dense","adc":{"thresholds":[1],"levels":[1.5,3]}}
            """);
        File.WriteAllBytes(Path.Combine(folder, "input.npy"), NpzWriter.Npy("|i1", [1, 0], 1, 2));
        File.WriteAllBytes(Path.Combine(folder, "weight.npy"), NpzWriter.Npy("|i1", [1, 1], 1, 2));
        File.WriteAllBytes(Path.Combine(folder, "result.npy"), NpzWriter.Npy("<f4", BitConverter.GetBytes(result), 1, 1));
    }
}
