using System.Diagnostics;

namespace ImcEngine.Tests.Data;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("imc-data-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    /// <summary>A pipe that nobody reads or writes; not on Windows.</summary>
    public void MakePipe(string file)
    {
        using var mkfifo = Process.Start("mkfifo", this[file]);
        mkfifo.WaitForExit();
        Assert.Equal(0, mkfifo.ExitCode);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
