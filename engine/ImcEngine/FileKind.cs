using System.Formats.Tar;

namespace ImcEngine;

/// <summary>Tells regular files from pipes, devices and sockets without opening the latter: opening a pipe blocks until its other end is
/// opened.</summary>
internal static class FileKind
{
    private const int TarTypeOffset = 156;

    /// <param name="realPath">An existing file, not a link.</param>
    // Pipes and devices report a length of 0.
    public static bool IsRegular(string realPath) =>
        OperatingSystem.IsWindows() || new FileInfo(realPath).Length > 0 || TarTypeOf(realPath) == TarEntryType.RegularFile;

    /// <param name="realPath">An existing file, not a link.</param>
    public static bool IsPipe(string realPath) =>
        !OperatingSystem.IsWindows() && new FileInfo(realPath).Length == 0 && TarTypeOf(realPath) == TarEntryType.Fifo;

    /// <summary>Whether it is neither a regular file nor a pipe nor a device; a socket, for example.</summary>
    /// <param name="realPath">An existing file, not a link.</param>
    public static bool IsUnknown(string realPath) =>
        !OperatingSystem.IsWindows() && new FileInfo(realPath).Length == 0 && TarTypeOf(realPath) is null;

    /// <summary>Returns the kind, or null for a kind that a tar archive cannot hold.</summary>
    private static TarEntryType? TarTypeOf(string realPath)
    {
        // In .NET only the header of a tar entry tells the kind of a file.
        // For an empty file nothing but the header is written.
        var header = new MemoryStream();
        try
        {
            using var tar = new TarWriter(header, TarEntryFormat.Gnu, leaveOpen: true);
            tar.WriteEntry(realPath, "-");
        }
        catch (IOException)
        {
            // A socket, for example.
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            // The writer opens only regular files, so this is one.
            return TarEntryType.RegularFile;
        }
        return (TarEntryType)header.GetBuffer()[TarTypeOffset];
    }
}
