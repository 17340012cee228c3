using System.Diagnostics;
using System.Net.Sockets;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_writer_that_fails_leaves_the_old_file_and_nothing_else()
    {
        AtomicFile.Write(_folder["a"], "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(_folder["a"], stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(_folder["a"]));
        Assert.Equal([_folder["a"]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Text_is_written_without_a_byte_order_mark_over_what_was_there()
    {
        AtomicFile.Write(_folder["a"], "a longer old text");
        AtomicFile.Write(_folder["a"], "é");
        Assert.Equal([0xC3, 0xA9], File.ReadAllBytes(_folder["a"]));
    }

    [Theory]
    [InlineData("no/a", "there is no folder")]
    [InlineData("file/a", "there is no folder")]
    [InlineData("folder", "it is a folder")]
    [InlineData("new/", "it is a folder")]
    [InlineData("loop", "its symbolic links lead in a circle")]
    public void A_place_that_cannot_be_written_is_named_before_and_when_it_is_written(string name, string why)
    {
        Directory.CreateDirectory(_folder["folder"]);
        File.WriteAllText(_folder["file"], "kept");
        File.CreateSymbolicLink(_folder["loop"], "loop2");
        File.CreateSymbolicLink(_folder["loop2"], "loop");
        IsRefused(_folder[name], $"'{_folder[name]}' cannot be written: {why}");
        Assert.Equal("kept", File.ReadAllText(_folder["file"]));
        Assert.Equal(4, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    public void A_path_that_can_name_nothing_is_refused(string path) => IsRefused(path, "The path of the output");

    [Fact]
    public void What_takes_no_results_is_refused_before_work_begins()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        IsRefused(_folder["socket"], $"'{_folder["socket"]}' cannot be written: it is a socket");
        File.WriteAllText(_folder["read"], "kept");
        using var reader = File.OpenRead(_folder["read"]);
        int descriptor = (int)reader.SafeFileHandle.DangerousGetHandle();
        IsRefused($"/proc/self/fd/{descriptor}",
            $"'/proc/self/fd/{descriptor}' cannot be written: descriptor {descriptor} is open for reading only");
        IsRefused("/proc/self/fd/987", "'/proc/self/fd/987' cannot be written: no file is open as descriptor 987");
        Assert.Equal("kept", File.ReadAllText(_folder["read"]));
    }

    [Fact]
    public void A_folder_where_no_file_may_be_made_is_refused()
    {
        if (!OperatingSystem.IsLinux()) return;
        IsRefused("/proc/imc-results.json", "'/proc/imc-results.json' cannot be written: ");
    }

    [Fact]
    public void A_name_may_be_as_long_as_the_file_system_takes()
    {
        string longest = new('x', 255);
        AtomicFile.RequireWritable(_folder[longest]);
        AtomicFile.Write(_folder[longest], "a");
        AtomicFile.Write(_folder[longest], "b");
        Assert.Equal("b", File.ReadAllText(_folder[longest]));
        IsRefused(_folder[longest + "x"], $"'{_folder.Path}/x");
        Assert.Equal([_folder[longest]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_new_file_has_the_usual_mode_and_a_replaced_one_keeps_its_own()
    {
        if (OperatingSystem.IsWindows()) return;
        File.WriteAllText(_folder["usual"], "");
        AtomicFile.Write(_folder["new"], "a");
        Assert.Equal(File.GetUnixFileMode(_folder["usual"]), File.GetUnixFileMode(_folder["new"]));

        foreach (var mode in new[] { UnixFileMode.UserRead | UnixFileMode.UserWrite, (UnixFileMode)511, UnixFileMode.UserRead })
        {
            File.SetUnixFileMode(_folder["new"], mode);
            AtomicFile.Write(_folder["new"], "b");
            Assert.Equal(mode, File.GetUnixFileMode(_folder["new"]));
        }
    }

    [Fact]
    public void Links_are_followed_to_the_file_and_stay_links()
    {
        Directory.CreateDirectory(_folder["x/y"]);
        File.WriteAllText(_folder["x/target"], "old");
        // Through the folder's link, '..' is x and not the folder where the link lies.
        Directory.CreateSymbolicLink(_folder["folder"], _folder["x/y"]);
        File.CreateSymbolicLink(_folder["x/y/second"], "../target");
        File.CreateSymbolicLink(_folder["first"], "folder/second");
        AtomicFile.RequireWritable(_folder["first"]);
        AtomicFile.Write(_folder["first"], "new");
        Assert.Equal("new", File.ReadAllText(_folder["x/target"]));
        Assert.Equal("folder/second", new FileInfo(_folder["first"]).LinkTarget);
        Assert.False(File.Exists(_folder["target"]));
    }

    [Fact]
    public void The_target_of_a_dangling_link_is_made()
    {
        File.CreateSymbolicLink(_folder["link"], "target");
        AtomicFile.Write(_folder["link"], "new");
        Assert.Equal("new", File.ReadAllText(_folder["target"]));
        Assert.Equal("target", new FileInfo(_folder["link"]).LinkTarget);
    }

    [Fact]
    public async Task A_pipe_is_written_to_and_stays_a_pipe()
    {
        if (!OperatingSystem.IsLinux()) return;
        _folder.MakePipe("pipe");
        File.CreateSymbolicLink(_folder["link"], "pipe");
        var reading = Task.Run(() => File.ReadAllText(_folder["pipe"]));
        // Opened here, before any work, and held until it is written: its reader sees no end in between.
        AtomicFile.RequireWritable(_folder["link"]);
        Assert.False(reading.IsCompleted);
        AtomicFile.Write(_folder["link"], "text");
        Assert.Equal("text", await reading);
        Assert.False(FileKind.IsRegular(_folder["pipe"]));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Devices_are_written_to_and_stay_devices()
    {
        // Device nodes of the test's own; who may not make them, or may not use them where they are made, tests with links to the system's.
        if (!OperatingSystem.IsLinux()) return;
        if (!MakesDevice("null", "3") || !MakesDevice("full", "7"))
        {
            // Only whoever may not replace the system's devices runs this.
            if (Environment.IsPrivilegedProcess) return;
            File.CreateSymbolicLink(_folder["null"], "/dev/null");
            File.CreateSymbolicLink(_folder["full"], "/dev/full");
        }
        AtomicFile.RequireWritable(_folder["null"]);
        AtomicFile.Write(_folder["null"], "text");
        AtomicFile.RequireWritable(_folder["full"]);
        var e = Assert.Throws<ImcException>(() => AtomicFile.Write(_folder["full"], "text"));
        Assert.StartsWith($"'{_folder["full"]}' cannot be written: ", e.Message, StringComparison.Ordinal);
        Assert.False(FileKind.IsRegular(RealPath.Resolve(_folder["null"])));
        Assert.False(FileKind.IsRegular(RealPath.Resolve(_folder["full"])));
    }

    [Fact]
    public void An_open_file_is_written_to_where_it_stands()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var open = new FileStream(_folder["a"], FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        open.Write("before "u8);
        _ = open.SafeFileHandle;
        string descriptor = $"/dev/fd/{open.SafeFileHandle.DangerousGetHandle()}";
        AtomicFile.RequireWritable(descriptor);
        AtomicFile.Write(descriptor, "one ");
        AtomicFile.Write(descriptor, "two");
        Assert.Equal("before one two", File.ReadAllText(_folder["a"]));
    }

    [Fact]
    public void A_descriptor_that_is_not_open_is_refused()
    {
        if (!OperatingSystem.IsLinux()) return;
        var e = Assert.Throws<ImcException>(() => AtomicFile.Write("/proc/self/fd/99999", "a"));
        Assert.Contains("no file is open as descriptor 99999", e.Message, StringComparison.Ordinal);
    }

    private static void IsRefused(string path, string message)
    {
        Assert.StartsWith(message, Assert.Throws<ImcException>(() => AtomicFile.RequireWritable(path)).Message, StringComparison.Ordinal);
        Assert.StartsWith(message, Assert.Throws<ImcException>(() => AtomicFile.Write(path, "")).Message, StringComparison.Ordinal);
    }

    private bool MakesDevice(string name, string minor)
    {
        if (!Environment.IsPrivilegedProcess || Run("mknod", "-m", "666", _folder[name], "c", "1", minor) != 0) return false;
        try
        {
            using var device = new FileStream(_folder[name], FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
