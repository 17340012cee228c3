using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Evaluation.Caching;

namespace ImcEngine.Perf.Answers;

/// <summary>A build of <c>imc</c>, run in processes of its own.</summary>
internal sealed class ImcBuild
{
    private readonly string _program;

    /// <param name="folder">The folder that holds <c>imc.dll</c>.</param>
    /// <exception cref="ImcException">It is not there.</exception>
    public ImcBuild(string folder)
    {
        _program = Path.GetFullPath(Path.Combine(folder, "imc.dll"));
        if (!File.Exists(_program))
            throw new ImcException($"answers: '{folder}' holds no imc.dll; give the output folder of a build of imc.");
    }

    /// <summary>The version, with the commit where the build knew it.</summary>
    public string Version => FileVersionInfo.GetVersionInfo(_program).ProductVersion ?? "";

    /// <summary>Runs a command.</summary>
    /// <param name="cache">The folder of the cache.</param>
    /// <returns>Wall time in seconds, from the start of the process to its end.</returns>
    /// <exception cref="ImcException">It failed.</exception>
    public double Run(string[] arguments, string cache)
    {
        var start = new ProcessStartInfo("dotnet", [_program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[DataCache.Variable] = cache;
        start.Environment.Remove(ResultCache.LimitVariable);
        long began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.BaseStream.CopyTo(Stream.Null);
        process.WaitForExit();
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return process.ExitCode == 0 ? seconds
            : throw new ImcException($"answers: 'imc {string.Join(' ', arguments)}' ended with exit code {process.ExitCode}: "
                + error.GetAwaiter().GetResult().Trim());
    }
}
