using System.Buffers.Binary;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Looks whether a WebP file is there to its end:
/// <code>
/// "RIFF" size[4] "WEBP" chunks ...          little-endian; size counts from "WEBP" on
/// chunk   type[4] size[4] data[size], padded to an even number of bytes
/// </code>
/// One chunk <c>VP8 </c> or <c>VP8L</c> must hold the picture; animations have none.
/// </summary>
internal static class WebpCompleteness
{
    private const int PrefixBytes = 8, FirstChunk = 12;

    /// <exception cref="InvalidDataException">The file ends early, or is an animation.</exception>
    public static void Require(ReadOnlySpan<byte> file)
    {
        long end = PrefixBytes + (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (end > file.Length) throw new InvalidDataException($"the file is cut: it has {file.Length} of {end} bytes");
        for (long at = FirstChunk; at + PrefixBytes <= end;)
        {
            var chunk = file[(int)at..];
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (at + PrefixBytes + size > end) throw new InvalidDataException("a chunk is longer than the file");
            if (chunk.StartsWith("VP8 "u8) || chunk.StartsWith("VP8L"u8)) return;
            at += PrefixBytes + size + (size & 1);
        }
        throw new InvalidDataException("it holds no still picture; animations are not read");
    }
}
