using System.Diagnostics;
using ImcEngine.Evaluation.Data;
using ImcEngine.Tests.Evaluation.Data;

namespace ImcEngine.Tests.Cli;

/// <summary>The built program in a process of its own: what a shell sees.</summary>
public class ImcProcessTests
{
    [Fact]
    public async Task A_shell_sees_the_exit_code_and_the_message_on_stderr()
    {
        var (code, output, error) = await RunAsync([], "spec", "--set", "macro.rows=0");
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("imc: macro.rows: found 0; allowed is", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_is_in_the_cache_is_not_downloaded_again()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[CifarDownload.ArchiveName], "");
        var (code, output, error) = await RunAsync([(DataCache.Variable, folder.Path)], "data", "cifar10");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(folder[CifarDownload.ArchiveName], output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync((string Name, string Value)[] variables, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "imc.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
