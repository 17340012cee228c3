using System.Formats.Tar;

namespace ImcEngine;

/// <summary>Tells regular files from pipes, devices and sockets, without opening these: to open a pipe is to wait for its other end.</summary>
internal static class FileKind
{
    private const int TarTypeOffset = 156;

    /// <param name="realPath">An existing file, no link.</param>
    public static bool IsRegular(string realPath)
    {
        // Pipes and devices report a length of 0.
        if (OperatingSystem.IsWindows() || new FileInfo(realPath).Length > 0) return true;
        // Of all that .NET offers, only the header of a tar entry says what kind a file is. Of an empty file the header is all that is made.
        var header = new MemoryStream();
        try
        {
            using var tar = new TarWriter(header, TarEntryFormat.Gnu, leaveOpen: true);
            tar.WriteEntry(realPath, "-");
        }
        catch (IOException)
        {
            // A tar archive has no entry for a socket.
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // Only a regular file is opened for its entry.
            return true;
        }
        return header.GetBuffer()[TarTypeOffset] == (byte)TarEntryType.RegularFile;
    }
}
