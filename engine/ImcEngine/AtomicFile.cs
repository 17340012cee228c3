using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImcEngine;

/// <summary>
/// Writes a file under a temporary name in the same folder and renames it. A reader sees the whole file or nothing, even if the writer
/// dies. Symbolic links are followed, and a file that is replaced keeps its mode. A target that is not a regular file (a pipe, a device, an
/// open file under <c>/dev/fd</c>) is never replaced; it is written to directly.
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

    /// <summary>Writes <paramref name="text"/> as UTF-8 without a byte order mark.</summary>
    /// <exception cref="ImcException">The file cannot be written.</exception>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Checks before long work that <see cref="Write(string, Action{Stream})"/> can write the file afterwards. It leaves no file
    /// behind and opens no device. It opens a named pipe, which needs a reader, and holds it until it is written (<see
    /// cref="OutputPipe"/>).</summary>
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

    /// <summary>Checks a file that will be read again: it also refuses a pipe or a device, which
    /// <see cref="Write(string, Action{Stream})"/> would write to. It does not try to write.</summary>
    /// <exception cref="ImcException">The folder does not exist, or the target is a pipe or a device.</exception>
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

    /// <summary>Like <see cref="File.Exists"/>, but a name that is too long is an error rather than a missing file.</summary>
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
            // Moves the descriptor's own position past the written bytes, so that the next writer continues from there.
            if (open.CanSeek) _ = open.SafeFileHandle;
            return;
        }
        using var stream = !RealPath.NamesOpenFile(target) && FileKind.IsPipe(target) ? OutputPipe.Take(target)
            : new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, BufferBytes);
        if (stream.CanSeek) stream.Seek(0, SeekOrigin.End);
        write(stream);
    }

    /// <summary>Returns N for <c>/proc/PID/fd/N</c> of this process, else null. The open descriptor shares its position with the shell's
    /// other writers; a file opened again by that path would not.</summary>
    private static int? OwnDescriptor(string target) =>
        RealPath.NamesOpenFile(target) && target.StartsWith($"/proc/{Environment.ProcessId}/", StringComparison.Ordinal)
        && int.TryParse(Path.GetFileName(target), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor) ? descriptor : null;

    /// <summary>Checks that a target that is not replaced can be written to.</summary>
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
            // The umask has cleared bits of the mode that the file was created with.
            if (!OperatingSystem.IsWindows() && mode is { } kept) File.SetUnixFileMode(part, kept);
            File.Move(part, target, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Returns a short temporary name: the target's own name may already be as long as the file system allows.</summary>
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
