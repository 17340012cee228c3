using System.Diagnostics;
using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Caching;
using ImcEngine.Tests.Data;

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

    [Fact]
    public async Task A_cache_that_is_a_file_is_refused_before_anything_is_sent()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        var (code, output, error) = await RunAsync([(DataCache.Variable, folder["file"])], "data", "cifar10");
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"imc: The folder for downloads '{folder["file"]}' cannot be used", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("macros")]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("spec --schema")]
    public async Task Standard_output_on_a_full_disk_is_told_in_one_line(string args)
    {
        if (!OperatingSystem.IsLinux()) return;
        var (code, error) = await ShellAsync($"$IMC {args} > /dev/full");
        Assert.Equal(2, code);
        Assert.StartsWith("imc: Standard output cannot be written: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Equal((2, ""), await ShellAsync($"$IMC {args} > /dev/full 2>&1"));
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_program_quietly()
    {
        if (!OperatingSystem.IsLinux()) return;
        Assert.Equal((0, ""), await ShellAsync("$IMC spec --schema | true"));
    }

    [Fact]
    public async Task Documents_go_to_standard_output_wherever_it_leads()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var files = new TinyFiles();
        string inspect = $"$IMC inspect {files.Model(4)}";
        Assert.Equal(0, (await ShellAsync($"{inspect} --json - > {files["dash.json"]} 2> {files["report"]}")).Code);
        Assert.Equal(256, (int)JsonNode.Parse(File.ReadAllText(files["dash.json"]))!["run"]!["macro"]!["rows"]!);
        Assert.StartsWith("Network '4' on macro", File.ReadAllText(files["report"]), StringComparison.Ordinal);
        Assert.Equal((0, ""), await ShellAsync($"{inspect} > {files["report2"]}"));
        Assert.Equal(File.ReadAllText(files["report2"]), File.ReadAllText(files["report"]));

        // What stands in the file stays, and what others write there afterwards does not cover it.
        Assert.Equal((0, ""), await ShellAsync($"{{ echo first; {inspect} --json /dev/stdout; echo last; }} > {files["all"]}"));
        string both = File.ReadAllText(files["dash.json"]) + File.ReadAllText(files["report2"]);
        Assert.Equal($"first\n{both}last\n", File.ReadAllText(files["all"]));
        Assert.Equal((0, ""), await ShellAsync($"{{ {inspect} --json /dev/fd/7 > /dev/null; echo last >&7; }} 7> {files["seven"]}"));
        Assert.Equal($"{File.ReadAllText(files["dash.json"])}last\n", File.ReadAllText(files["seven"]));
        Assert.Equal((0, ""), await ShellAsync($"{inspect} --json /dev/stdout | cat > {files["piped"]}"));
        Assert.Equal(both, File.ReadAllText(files["piped"]));
    }

    /// <summary>Commands take what each other kept, and say so.</summary>
    [Fact]
    public async Task Results_are_kept_for_later_runs_unless_the_user_wants_none()
    {
        using var files = new TinyFiles();
        string[] compare = ["compare", "--model", files.Model(4), "--data", files.Data, "--calibration", "2", "--images", "4", "--set",
            "macro.rows=64"];
        (string, string)[] cached = [(DataCache.Variable, files["user"]), (ResultCache.LimitVariable, "100")];
        const string taken = "From earlier runs of the same files: ";
        await RunAsync(cached, "calibrate", files.Model(4), "--data", files.Data, "--calibration", "2", "--set", "macro.rows=64", "--out",
            files["ranges.json"]);
        Assert.Contains($"{taken}calibration (", (await RunAsync(cached, compare)).Output, StringComparison.Ordinal);
        Assert.Contains($"{taken}calibration, float results, float speed, digital results, digital speed (",
            (await RunAsync(cached, compare)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(taken, (await RunAsync(cached, [.. compare, "--no-cache"])).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(taken, (await RunAsync([cached[0], (ResultCache.LimitVariable, "0")], compare)).Output,
            StringComparison.Ordinal);
        var (code, _, error) = await RunAsync([(ResultCache.LimitVariable, "much")], compare);
        Assert.Equal(2, code);
        Assert.Contains("IMC_CACHE_LIMIT is 'much'; allowed is a number of megabytes", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Error)> ShellAsync(string script)
    {
        var start = new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardError = true };
        start.Environment["IMC"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "imc.dll")}";
        using var process = Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync((string Name, string Value)[] variables,
        params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "imc.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
