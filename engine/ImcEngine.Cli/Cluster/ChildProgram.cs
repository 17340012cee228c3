using System.ComponentModel;
using System.Diagnostics;

namespace ImcEngine.Cli.Cluster;

/// <summary>What a program printed and how it ended.</summary>
internal readonly record struct ChildAnswer(int ExitCode, string Output, string Error);

/// <summary>Runs another program to its end.</summary>
internal static class ChildProgram
{
    /// <param name="program">A name, found in PATH.</param>
    /// <param name="arguments">A word each; no shell reads them.</param>
    /// <param name="advice">What to do if the program cannot be started.</param>
    /// <exception cref="ImcException">It cannot be started.</exception>
    public static ChildAnswer Run(string program, IEnumerable<string> arguments, string advice)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new(process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (Win32Exception e)
        {
            throw new ImcException($"'{program}' cannot be started: {e.Message}. {advice}", e);
        }
    }
}
