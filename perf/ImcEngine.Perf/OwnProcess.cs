using System.Diagnostics;

namespace ImcEngine.Perf;

/// <summary>Runs this program again, as a process of its own.</summary>
internal static class OwnProcess
{
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="ImcException">It failed.</exception>
    public static string Output(params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output
            : throw new ImcException($"The process that measures memory ended with exit code {process.ExitCode}.");
    }
}
