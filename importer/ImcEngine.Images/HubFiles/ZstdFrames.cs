using System.Buffers.Binary;

namespace ImcEngine.Images.HubFiles;

/// <summary>
/// The size that Zstandard frames (RFC 8878) unpack to at most, from their headers alone:
/// <code>
/// frame: FD2FB528  descriptor  [window]  [dictionary]  [content size]  blocks  [checksum]
/// block: 3 bytes, little-endian: last 1 | type 2 (raw, run, compressed) | size 21, then the content (of a run: 1 byte)
/// </code>
/// </summary>
internal static class ZstdFrames
{
    private const uint Magic = 0xFD2FB528;
    private const int MostBlockBytes = 1 << 17, Run = 1;

    /// <exception cref="InvalidDataException">The bytes are not whole frames.</exception>
    public static long MostUnpacked(ReadOnlySpan<byte> bytes)
    {
        long all = 0;
        while (bytes.Length > 0)
        {
            if (Take(ref bytes, 4) is var magic && BinaryPrimitives.ReadUInt32LittleEndian(magic) != Magic)
                throw new InvalidDataException("a page is not in Zstandard's format");
            byte descriptor = Take(ref bytes, 1)[0];
            bool isSingleSegment = (descriptor & 0x20) != 0;
            Take(ref bytes, isSingleSegment ? 0 : 1);
            Take(ref bytes, (descriptor & 3) switch { 3 => 4, var flag => flag });
            int sizeBytes = (descriptor >> 6) switch { 0 => isSingleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
            long? stated = sizeBytes == 0 ? null : SizeOf(Take(ref bytes, sizeBytes));
            long blocks = CountBlocks(ref bytes);
            if ((descriptor & 4) != 0) Take(ref bytes, 4);
            all = checked(all + (stated ?? blocks * MostBlockBytes));
        }
        return all;
    }

    private static long SizeOf(ReadOnlySpan<byte> field)
    {
        Span<byte> wide = stackalloc byte[sizeof(long)];
        wide.Clear();
        field.CopyTo(wide);
        long size = BinaryPrimitives.ReadInt64LittleEndian(wide);
        // A field of two bytes begins at 256.
        return size < 0 ? throw new InvalidDataException("a page states a size beyond any") : size + (field.Length == 2 ? 256 : 0);
    }

    private static long CountBlocks(ref ReadOnlySpan<byte> bytes)
    {
        for (long count = 1; ; count++)
        {
            var header = Take(ref bytes, 3);
            int block = header[0] | header[1] << 8 | header[2] << 16, type = block >> 1 & 3;
            Take(ref bytes, type == Run ? 1 : block >> 3);
            if ((block & 1) != 0) return count;
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count > bytes.Length) throw new InvalidDataException("a page ends within a frame of Zstandard");
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
