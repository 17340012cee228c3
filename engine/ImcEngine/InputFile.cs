using System.Text;

namespace ImcEngine;

/// <summary>
/// Opens files that a user names: regular files with content, up to a stated size.
/// A pipe could block for ever and a device need never end, so neither is opened:
/// both report a length of 0, as an empty file does, and no format that is read here has an empty file.
/// </summary>
internal static class InputFile
{
    /// <summary>Most bytes of a text: specification, study, table.</summary>
    public const long MostTextBytes = 64L << 20;

    /// <param name="path">Links are followed.</param>
    /// <param name="what">What the file is, e.g. <c>model</c>; the error names it.</param>
    /// <param name="mostBytes">A longer file is refused.</param>
    /// <exception cref="ImcException">There is no such file, it may not be read, it is empty or no regular file,
    /// or it is too long.</exception>
    public static FileStream OpenRead(string path, string what, long mostBytes = long.MaxValue)
    {
        RequirePath(path, what);
        return Attempt(path, what, () =>
        {
            long bytes = LengthOf(path, what);
            if (bytes > mostBytes) throw new ImcException($"The {what} '{path}' has {bytes} bytes; allowed are at most {mostBytes}.");
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        });
    }

    /// <summary>Opens the file and reads it; a fault of the disk while reading is an <see cref="ImcException"/> too.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static T Read<T>(string path, string what, Func<FileStream, T> read, long mostBytes = long.MaxValue)
    {
        using var stream = OpenRead(path, what, mostBytes);
        return Attempt(path, what, () => read(stream));
    }

    /// <inheritdoc cref="OpenRead"/>
    public static byte[] ReadAllBytes(string path, string what, long mostBytes) => Read(path, what, stream =>
    {
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }, Math.Min(mostBytes, Array.MaxLength));

    /// <summary>As UTF-8, with or without a byte order mark.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static string ReadAllText(string path, string what, long mostBytes = MostTextBytes) => Read(path, what, stream =>
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }, mostBytes);

    /// <summary>A path that can name something: not empty, without a NUL.</summary>
    /// <exception cref="ImcException">It cannot.</exception>
    public static void RequirePath(string path, string what)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new ImcException($"The path of the {what} is empty; name one.");
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new ImcException($"The path of the {what} holds a NUL character; name one without it.");
    }

    private static long LengthOf(string path, string what)
    {
        if (Directory.Exists(path)) throw new ImcException($"The {what} '{path}' is a folder; name a file.");
        if (!File.Exists(path)) throw new ImcException($"There is no {what} '{path}'; name a file that exists and may be read.");
        // The system's own message of links in a circle names another path.
        // Of a link, FileInfo.Length is the length of the link.
        if (new FileInfo(path).LinkTarget is not null) RealPath.Resolve(path);
        long bytes = (File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path)).Length;
        return bytes > 0 ? bytes
            : throw new ImcException($"The {what} '{path}' is empty or no regular file (a pipe or a device); "
                + "name a regular file with content.");
    }

    private static T Attempt<T>(string path, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ImcException($"The {what} '{path}' cannot be read: {e.Message}", e);
        }
    }
}
