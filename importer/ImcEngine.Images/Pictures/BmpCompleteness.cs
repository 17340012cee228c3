using System.Buffers.Binary;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Looks whether a BMP file is there to its end:
/// <code>
/// "BM" file size[4] 0[4] offset of pixels[4]
/// size of header[4] = 12:    width[2] height[2] planes[2] bits[2]                                      little-endian
///                   larger:  width[4] height[4] planes[2] bits[2] compression[4] bytes of pixels[4] ...
/// pixels of lines, each padded to 4 bytes; compressed ones (1: RLE8, 2: RLE4, 4: RLE24) have the stated number of bytes
/// </code>
/// Two bytes stand for at most 255 compressed pixels; files that leave pixels out to get below that are refused.
/// </summary>
internal static class BmpCompleteness
{
    private const int OldHeaderBytes = 12, MostPixelsOfByte = 128;

    /// <summary>Looks whether the pixels begin within the file, before ImageSharp allocates all that is in front of them.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    public static void RequireStart(ReadOnlySpan<byte> file)
    {
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        if (first > file.Length) throw new InvalidDataException($"the file is cut: its pixels begin at byte {first} of {file.Length}");
    }

    /// <exception cref="InvalidDataException">The file ends before the last pixel.</exception>
    public static void Require(ReadOnlySpan<byte> file)
    {
        long first = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]), bytes = BytesOfPixels(file);
        if (first + bytes > file.Length)
            throw new InvalidDataException($"the file is cut: its pixels end at byte {first + bytes} of {file.Length}");
    }

    private static long BytesOfPixels(ReadOnlySpan<byte> file)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) == OldHeaderBytes)
            return BytesOfLines(BinaryPrimitives.ReadUInt16LittleEndian(file[18..]), BinaryPrimitives.ReadUInt16LittleEndian(file[20..]),
                BinaryPrimitives.ReadUInt16LittleEndian(file[24..]));
        long width = BinaryPrimitives.ReadInt32LittleEndian(file[18..]), height = BinaryPrimitives.ReadInt32LittleEndian(file[22..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(file[30..]) is not (1 or 2 or 4))
            return BytesOfLines(width, height, BinaryPrimitives.ReadUInt16LittleEndian(file[28..]));
        long bytes = BinaryPrimitives.ReadUInt32LittleEndian(file[34..]);
        return width * Math.Abs(height) <= MostPixelsOfByte * bytes
            ? bytes
            : throw new InvalidDataException($"the file is cut: {bytes} bytes of compressed pixels are no {width} x {Math.Abs(height)}");
    }

    private static long BytesOfLines(long width, long height, int bits) => ((width * bits) + 31) / 32 * 4 * Math.Abs(height);
}
