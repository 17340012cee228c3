using ImcEngine.Tests.Cli;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests;

public sealed class OutputPipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TimeSpan _patience = OutputPipe.Patience;

    public void Dispose()
    {
        OutputPipe.Patience = _patience;
        _folder.Dispose();
    }

    /// <summary>Before anything runs: the model is not looked for.</summary>
    [Fact]
    public async Task A_pipe_without_a_reader_is_refused_before_the_run()
    {
        if (!OperatingSystem.IsLinux()) return;
        _folder.MakePipe("pipe");
        OutputPipe.Patience = TimeSpan.FromSeconds(0.2);
        (await ImcRun.Of("compare", "--model", "absent.onnx", "--json", _folder["pipe"])).IsBadInput(
            $"'{_folder["pipe"]}' cannot be written: it is a pipe that no one reads", "Start its reader first");
        // Lets go of the thread that still waits.
        using var reader = new FileStream(_folder["pipe"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.Equal(0, reader.Read(new byte[1]));
    }
}
