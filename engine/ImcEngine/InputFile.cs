using System.Buffers;
using System.Text;

namespace ImcEngine;

/// <summary>
/// Opens files that a user names: regular, non-empty files up to a stated size. Pipes and devices are refused, because a pipe could block
/// for ever and a device may never end. Both report a length of 0; so every file of length 0 is refused, and no format read here allows an
/// empty file.
/// </summary>
internal static class InputFile
{
    /// <summary>The maximum size of a text file (specification, study, table), in bytes.</summary>
    public const long MostTextBytes = 64L << 20;

    /// <param name="path">The file; links are followed.</param>
    /// <param name="what">What the file is, e.g. <c>model</c>; the error names it.</param>
    /// <param name="mostBytes">The maximum size; a longer file is refused.</param>
    /// <exception cref="ImcException">The file does not exist, may not be read, is empty, is not a regular file, or is too
    /// long.</exception>
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

    /// <summary>Opens the file and reads it; an I/O error while reading is an <see cref="ImcException"/> too.</summary>
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

    /// <summary>Reads UTF-8 text, with or without a byte order mark. The mark of UTF-16 or UTF-32 is followed.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static string ReadAllText(string path, string what, long mostBytes = MostTextBytes)
    {
        byte[] bytes = ReadAllBytes(path, what, mostBytes);
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
        string text = reader.ReadToEnd();
        // Bytes that are no UTF-8 become replacement characters, which a text may also hold itself.
        return Equals(reader.CurrentEncoding, Encoding.UTF8) && text.Contains('\uFFFD', StringComparison.Ordinal)
            && FirstInvalid(bytes) is { } offset
            ? throw new ImcException($"The {what} '{path}' is not UTF-8: byte {offset}, in line "
                + $"{bytes.AsSpan(0, offset).Count((byte)'\n') + 1}, is 0x{bytes[offset]:X2}. Save it as UTF-8.")
            : text;
    }

    private static int? FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) != OperationStatus.Done) return at;
            at += length;
        }
        return null;
    }

    /// <summary>Checks that a path is not blank and has no NUL character.</summary>
    /// <exception cref="ImcException">The path is blank or has a NUL character.</exception>
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
        // Resolve reports a circle of links with this path; the system's message names another one.
        // FileInfo.Length of a link is the length of the link itself.
        if (new FileInfo(path).LinkTarget is not null) RealPath.Resolve(path);
        var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        // The link of a pipe that is open, as of /dev/stdin, leads to no file.
        long bytes = file.Exists ? file.Length : 0;
        return bytes > 0 ? bytes
            : throw new ImcException($"The {what} '{path}' is empty or not a regular file (a pipe or a device); "
                + "name a regular file with content.");
    }

    /// <summary>Reads a file that is open; an I/O error is an <see cref="ImcException"/> that names it.</summary>
    /// <exception cref="ImcException">The file cannot be read.</exception>
    public static T Attempt<T>(string path, string what, Func<T> read)
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
