using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImcEngine;

/// <summary>
/// Writes a file beside its place and renames it, so that a reader sees all of it or nothing, whenever the writer dies. Symbolic links are
/// followed, and the mode of a file that is replaced is kept.
/// What is no regular file (a pipe, a device, an open file under <c>/dev/fd</c>) is never replaced: it is written to.
/// </summary>
internal static class AtomicFile
{
    private const int BufferBytes = 1 << 16;

    /// <exception cref="ImcException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write) => Attempt(path, target =>
    {
        if (IsWrittenThrough(target)) WriteThrough(target, write);
        else Replace(target, write);
    });

    /// <summary>As UTF-8 without a byte order mark.</summary>
    /// <exception cref="ImcException">The file cannot be written.</exception>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Refuses before long work what <see cref="Write(string, Action{Stream})"/> would refuse after it. Leaves nothing behind and
    /// opens no device; a named pipe is opened, for which its reader must be there,
    /// and held until it is written (<see cref="OutputPipe"/>).</summary>
    /// <exception cref="ImcException">The file cannot be written.</exception>
    public static void RequireWritable(string path) => Attempt(path, target =>
    {
        if (IsWrittenThrough(target))
        {
            RequireTaker(target);
            if (!RealPath.NamesOpenFile(target) && FileKind.IsPipe(target)) OutputPipe.Hold(target);
            return;
        }
        string part = PartBeside(target);
        using var probe = CreatePart(part, null);
        File.Delete(part);
    });

    /// <summary>For a file that is read again: refuses a pipe or a device too, which <see cref="Write(string, Action{Stream})"/> would
    /// write through. Tries no writing.</summary>
    /// <exception cref="ImcException">There is no folder for it, or what stands there keeps nothing.</exception>
    public static void RequireKept(string path) => Attempt(path, target =>
    {
        if (IsWrittenThrough(target)) throw new IOException("it is a pipe or a device, which keeps nothing");
    });

    private static void Attempt(string path, Action<string> act)
    {
        InputFile.RequirePath(path, "output");
        try
        {
            string target = RealPath.Resolve(path);
            if (Path.EndsInDirectorySeparator(path) || Exists(target) && Directory.Exists(target))
                throw new IOException("it is a folder; name a file");
            string folder = Path.GetDirectoryName(target)!;
            if (!Directory.Exists(folder)) throw new IOException($"there is no folder '{folder}'; make it first");
            act(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"'{path}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Unlike <see cref="File.Exists"/> it does not take a name that is too long for one that is free.</summary>
    private static bool Exists(string target)
    {
        try
        {
            File.GetAttributes(target);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static bool IsWrittenThrough(string target) => RealPath.NamesOpenFile(target) || Exists(target) && !FileKind.IsRegular(target);

    private static void WriteThrough(string target, Action<Stream> write)
    {
        RequireTaker(target);
        if (OwnDescriptor(target) is { } descriptor)
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
            using var open = new FileStream(handle, FileAccess.Write, BufferBytes);
            write(open);
            open.Flush();
            // Moves the descriptor's own position behind what was written, so that whoever writes there next goes on from it.
            if (open.CanSeek) _ = open.SafeFileHandle;
            return;
        }
        using var stream = !RealPath.NamesOpenFile(target) && FileKind.IsPipe(target) ? OutputPipe.Take(target)
            : new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, BufferBytes);
        if (stream.CanSeek) stream.Seek(0, SeekOrigin.End);
        write(stream);
    }

    /// <summary>N of this process's own <c>/proc/PID/fd/N</c>. A shell's redirection shares its position with other writers;
    /// a file opened by that path would not.</summary>
    private static int? OwnDescriptor(string target) =>
        RealPath.NamesOpenFile(target) && target.StartsWith($"/proc/{Environment.ProcessId}/", StringComparison.Ordinal)
        && int.TryParse(Path.GetFileName(target), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor) ? descriptor : null;

    /// <summary>What is written through takes what is written.</summary>
    private static void RequireTaker(string target)
    {
        const int AccessMode = 3;
        if (!RealPath.NamesOpenFile(target) && FileKind.IsUnknown(target))
            throw new IOException("it is a socket or the like; name a file, a pipe or a device");
        if (OwnDescriptor(target) is not { } descriptor) return;
        if (new FileInfo(target).LinkTarget is null) throw new IOException($"no file is open as descriptor {descriptor}");
        string flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
        if ((Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & AccessMode) == 0)
            throw new IOException($"descriptor {descriptor} is open for reading only");
    }

    private static void Replace(string target, Action<Stream> write)
    {
        UnixFileMode? mode = !OperatingSystem.IsWindows() && Exists(target) ? File.GetUnixFileMode(target) : null;
        string part = PartBeside(target);
        try
        {
            using (var stream = CreatePart(part, mode)) write(stream);
            // The mode at creation lacks what the umask takes away.
            if (!OperatingSystem.IsWindows() && mode is { } kept) File.SetUnixFileMode(part, kept);
            File.Move(part, target, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Short: beside a name as long as the file system takes, a longer one could not be made.</summary>
    private static string PartBeside(string target) => Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetRandomFileName()}.part");

    private static FileStream CreatePart(string part, UnixFileMode? mode)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = BufferBytes,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        try
        {
            return new FileStream(part, options);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"no file may be made in '{Path.GetDirectoryName(part)}'", e);
        }
    }
}
