using ImcEngine.Cli;

namespace ImcEngine.Tests.Cli;

/// <summary>One call of the program in this process: what it printed and how it ended.</summary>
internal sealed record ImcRun(int ExitCode, string Output, string Error)
{
    public static async Task<ImcRun> Of(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await ImcProgram.RunAsync(args, output, error);
        return new(code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    public string[] Lines => Output.TrimEnd('\n').Split('\n');

    /// <summary>Exit code 0 and nothing on stderr.</summary>
    public ImcRun Succeeds()
    {
        Assert.Equal((0, ""), (ExitCode, Error));
        return this;
    }

    /// <summary>Exit code 2, nothing on stdout, and a message that names all of <paramref name="parts"/>.</summary>
    public ImcRun IsBadInput(params string[] parts)
    {
        Assert.Equal((2, ""), (ExitCode, Output));
        Assert.StartsWith("imc: ", Error, StringComparison.Ordinal);
        foreach (string part in parts) Assert.Contains(part, Error, StringComparison.Ordinal);
        return this;
    }
}
