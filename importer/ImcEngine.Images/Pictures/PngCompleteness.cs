using System.Buffers.Binary;
using System.IO.Compression;

namespace ImcEngine.Images.Pictures;

/// <summary>
/// Looks whether a PNG file (ISO/IEC 15948) is there to its end:
/// <code>
/// signature[8]  IHDR  chunks ...  IDAT ...  chunks ...  IEND
/// chunk   length[4] type[4] data[length] crc[4]                 big-endian; ImageSharp checks the CRC
/// IHDR    width[4] height[4] bit depth, colour type, compression, filter, interlace
/// IDAT    all data together are one zlib stream, of (1 + bytes of a line) for each line of each pass
/// </code>
/// The stream must hold as many bytes as the header states. Interlaced pictures narrower than 5 pixels have a pass without columns, at
/// which ImageSharp 2.1.13 goes on with wrong lines or without end; they are refused.
/// </summary>
internal static class PngCompleteness
{
    private const int SignatureBytes = 8, ChunkBytes = 12, HeaderBytes = 13, NarrowestInterlaced = 5;
    private const uint Header = 0x49484452, Data = 0x49444154, End = 0x49454E44;

    /// <summary>First column and row of the seven passes of an interlaced picture, and their steps.</summary>
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <exception cref="InvalidDataException">The file ends early, or its compressed data hold too few bytes.</exception>
    public static void Require(ReadOnlySpan<byte> file)
    {
        var data = new MemoryStream();
        long stated = 0;
        uint type = 0;
        for (int at = SignatureBytes; type != End;)
        {
            if (at + ChunkBytes > file.Length) throw new InvalidDataException("the file is cut: it ends before its IEND chunk");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            type = BinaryPrimitives.ReadUInt32BigEndian(file[(at + sizeof(uint))..]);
            if (length > file.Length - at - ChunkBytes) throw new InvalidDataException("the file is cut: it ends within a chunk");
            var contents = file.Slice(at + (2 * sizeof(uint)), (int)length);
            if (type == Header) stated = StatedBytes(contents);
            if (type == Data) data.Write(contents);
            at += ChunkBytes + (int)length;
        }
        data.Position = 0;
        RequireBytes(data, stated);
    }

    private static void RequireBytes(Stream compressed, long stated)
    {
        using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        long bytes = 0;
        for (int read = -1; read != 0 && bytes < stated; bytes += read) read = inflated.Read(buffer);
        if (bytes < stated)
            throw new InvalidDataException($"its compressed data hold {bytes} bytes where its header states {stated}");
    }

    private static long StatedBytes(ReadOnlySpan<byte> header)
    {
        if (header.Length != HeaderBytes) throw new InvalidDataException($"its header has {header.Length} bytes instead of {HeaderBytes}");
        long width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        int bitsOfPixel = header[8] * (header[9] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 });
        if (header[12] == 0) return BytesOf(width, height, bitsOfPixel);
        if (width < NarrowestInterlaced)
            throw new InvalidDataException($"it is interlaced and {width} pixels wide, below {NarrowestInterlaced}; "
                + "save it without interlacing");
        return Passes.Sum(pass => BytesOf(Count(width, pass.X, pass.StepX), Count(height, pass.Y, pass.StepY), bitsOfPixel));
    }

    private static long Count(long pixels, int first, int step) => pixels <= first ? 0 : ((pixels - first - 1) / step) + 1;

    private static long BytesOf(long width, long height, int bitsOfPixel) =>
        width == 0 ? 0 : height * (1 + (((width * bitsOfPixel) + 7) / 8));
}
