using System.Formats.Tar;

namespace ImcEngine;

/// <summary>Tells regular files from pipes, devices and sockets, without opening these:
/// to open a pipe is to wait for its other end.</summary>
internal static class FileKind
{
    private const int TarTypeOffset = 156;

    /// <param name="realPath">An existing file, no link.</param>
    // Pipes and devices report a length of 0.
    public static bool IsRegular(string realPath) =>
        OperatingSystem.IsWindows() || new FileInfo(realPath).Length > 0 || TarTypeOf(realPath) == TarEntryType.RegularFile;

    /// <param name="realPath">An existing file, no link.</param>
    public static bool IsPipe(string realPath) =>
        !OperatingSystem.IsWindows() && new FileInfo(realPath).Length == 0 && TarTypeOf(realPath) == TarEntryType.Fifo;

    /// <summary>Neither a file nor a pipe nor a device, as a socket.</summary>
    /// <param name="realPath">An existing file, no link.</param>
    public static bool IsUnknown(string realPath) =>
        !OperatingSystem.IsWindows() && new FileInfo(realPath).Length == 0 && TarTypeOf(realPath) is null;

    /// <summary>Null of what a tar archive has no entry for.</summary>
    private static TarEntryType? TarTypeOf(string realPath)
    {
        // Of all that .NET offers, only the header of a tar entry says what kind a file is.
        // Of an empty file the header is all that is made.
        var header = new MemoryStream();
        try
        {
            using var tar = new TarWriter(header, TarEntryFormat.Gnu, leaveOpen: true);
            tar.WriteEntry(realPath, "-");
        }
        catch (IOException)
        {
            // As of a socket.
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            // Only a regular file is opened for its entry.
            return TarEntryType.RegularFile;
        }
        return (TarEntryType)header.GetBuffer()[TarTypeOffset];
    }
}
