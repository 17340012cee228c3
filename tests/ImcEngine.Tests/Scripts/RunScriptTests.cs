using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Scripts;

[CollectionDefinition(nameof(RunScriptCollection), DisableParallelization = true)]
public sealed class RunScriptCollection;

/// <summary>run.ps1 in a hosted PowerShell whose <c>dotnet</c> is a function that records its arguments and exits with a code. Not
/// parallel: one test captures the process's standard error.</summary>
[Collection(nameof(RunScriptCollection))]
public class RunScriptTests
{
    private static readonly string Script = Path.Combine(Repository.Root, "run.ps1");

    [Fact]
    public void The_script_parses()
    {
        Parser.ParseFile(Script, out _, out var errors);
        Assert.Empty(errors.Select(error => $"{error.Extent.StartLineNumber}: {error.Message}"));
    }

    [Theory]
    [InlineData("", "run -c Release --project {root}/engine/ImcEngine.Cli -- compare")]
    [InlineData("compare", "run -c Release --project {root}/engine/ImcEngine.Cli -- compare")]
    [InlineData("test", "test -c Release {root}/ImcEngine.sln")]
    [InlineData("bench", "run -c Release --project {root}/perf/ImcEngine.Perf -- --filter *")]
    [InlineData("pack", "pack -c Release {root}/ImcEngine.sln")]
    public void A_name_runs_its_command_line(string arguments, string expected)
    {
        Assert.Equal(expected.Replace("{root}", Repository.Root), Assert.Single(Run(arguments).Lines));
    }

    [Fact]
    public void Publish_makes_a_program_for_each_system()
    {
        string publish = $"publish -c Release {Repository.Root}/engine/ImcEngine.Cli -r";
        var outcome = Run("publish --nologo", exitCode: 0);
        Assert.Equal([$"{publish} linux-x64 --nologo", $"{publish} win-x64 --nologo"], outcome.Lines);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public void Publish_stops_at_the_first_command_that_fails()
    {
        var outcome = Run("publish");
        Assert.EndsWith(" -r linux-x64", Assert.Single(outcome.Lines), StringComparison.Ordinal);
        Assert.Equal(7, outcome.ExitCode);
    }

    [Theory]
    [InlineData("compare --images 100 --set macro.rows=128", "compare --images 100 --set macro.rows=128")]
    [InlineData("--images 100", "compare --images 100")]
    [InlineData("--set macro.adc.range=[-60,60]", "compare --set macro.adc.range=[-60,60]")]
    [InlineData("test --filter FullyQualifiedName~Macro", "{root}/ImcEngine.sln --filter FullyQualifiedName~Macro")]
    [InlineData("bench --list flat", "-- --list flat")]
    [InlineData("pack -p:Version=0.2.0 -v quiet", "{root}/ImcEngine.sln -p:Version=0.2.0 -v quiet")]
    [InlineData("publish -o 'a folder'", "{root}/engine/ImcEngine.Cli -r linux-x64 -o a folder")]
    public void Further_arguments_are_passed_on(string arguments, string expectedEnd)
    {
        Assert.EndsWith(expectedEnd.Replace("{root}", Repository.Root), Assert.Single(Run(arguments).Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("publish -o 'a folder'", "a folder")]
    [InlineData("publish -p:DebugType=none", "-p:DebugType=none")]
    public void One_argument_stays_one(string arguments, string expectedLast)
    {
        Assert.Equal(expectedLast, Run(arguments).LastArgument);
    }

    [Fact]
    public void The_exit_code_is_that_of_dotnet()
    {
        Assert.Equal(7, Run("test").ExitCode);
    }

    [Fact]
    public void An_unknown_name_is_an_error_that_lists_the_names()
    {
        var standardError = Console.Error;
        using var captured = new StringWriter();
        Console.SetError(captured);
        try
        {
            var outcome = Run("benhc");
            Assert.Equal(2, outcome.ExitCode);
            Assert.Empty(outcome.Lines);
        }
        finally
        {
            Console.SetError(standardError);
        }
        Assert.Contains("Unknown name 'benhc'. Use one of: compare, test, bench, pack, publish.", captured.ToString(),
            StringComparison.Ordinal);
    }

    private sealed record Outcome(int ExitCode, string[] Lines, string? LastArgument);

    private static Outcome Run(string arguments, int exitCode = 7)
    {
        // The default session state only: the script must need no module, for a hosted PowerShell has none.
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddScript($$"""
            $recorded = [System.Collections.Generic.List[string]]::new()
            $last = [System.Collections.Generic.List[string]]::new()
            function dotnet { $recorded.Add($args -join ' '); $last.Add($args[-1]); $global:LASTEXITCODE = {{exitCode}} }
            & '{{Script.Replace("'", "''")}}' {{arguments}}
            """).Invoke();
        Assert.Empty(shell.Streams.Error.Select(error => error.ToString()));
        return new(
            (int)runspace.SessionStateProxy.GetVariable("LASTEXITCODE"),
            [.. (IEnumerable<string>)runspace.SessionStateProxy.GetVariable("recorded")],
            ((IEnumerable<string>)runspace.SessionStateProxy.GetVariable("last")).LastOrDefault());
    }
}
