using System.Buffers.Binary;

namespace ImcEngine.Images.Pictures.Webp;

/// <summary>
/// The file around a WebP picture:
/// <code>
/// "RIFF" size[4] "WEBP" chunks ...          little-endian; size counts from "WEBP" on
/// chunk   type[4] size[4] data[size], padded to an even number of bytes
/// </code>
/// One chunk <c>VP8 </c> (lossy) or <c>VP8L</c> (lossless) must hold the picture; animations have none. Others, such as transparency, are
/// left aside.
/// </summary>
internal static class WebpFile
{
    private const int PrefixBytes = 8, FirstChunk = 12;

    /// <summary>Returns the chunk of the picture, with its type and size in front.</summary>
    /// <exception cref="InvalidDataException">The file ends early, or is an animation.</exception>
    public static ReadOnlySpan<byte> Picture(ReadOnlySpan<byte> file)
    {
        long end = PrefixBytes + (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (end > file.Length) throw new InvalidDataException($"the file is cut: it has {file.Length} of {end} bytes");
        for (long at = FirstChunk; at + PrefixBytes <= end;)
        {
            var chunk = file[(int)at..];
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (at + PrefixBytes + size > end) throw new InvalidDataException("a chunk is longer than the file");
            if (chunk.StartsWith("VP8 "u8) || chunk.StartsWith("VP8L"u8)) return chunk[..(int)(PrefixBytes + size)];
            at += PrefixBytes + size + (size & 1);
        }
        throw new InvalidDataException("it holds no still picture; animations are not read");
    }

    /// <summary>Whether a chunk is of a lossless picture.</summary>
    public static bool IsLossless(ReadOnlySpan<byte> chunk) => chunk[3] == (byte)'L';

    /// <summary>Returns the contents of a chunk.</summary>
    public static ReadOnlySpan<byte> Contents(ReadOnlySpan<byte> chunk) => chunk[PrefixBytes..];

    /// <summary>Returns a file of this chunk alone.</summary>
    public static byte[] Of(ReadOnlySpan<byte> chunk)
    {
        int padded = chunk.Length + (chunk.Length & 1);
        var file = new byte[FirstChunk + padded];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - PrefixBytes);
        "WEBP"u8.CopyTo(file.AsSpan(PrefixBytes));
        chunk.CopyTo(file.AsSpan(FirstChunk));
        return file;
    }
}
