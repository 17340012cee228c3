using System.Buffers.Binary;
using System.IO.Compression;

namespace ImcEngine.Images.Arrays;

/// <summary>
/// An array of bytes in the IDX format of MNIST, alone or in a gzip file:
/// <code>
/// 0 0  type (08: unsigned bytes)  axes (1 to 4)      a big-endian u32 for the size of each axis      then the elements
/// </code>
/// A plain file is read by position, a compressed one is unpacked into memory.
/// </summary>
/// <param name="Sizes">The sizes of the axes.</param>
/// <param name="Elements">As many bytes as the sizes say.</param>
internal sealed record IdxArray(int[] Sizes, IBytes Elements)
{
    private const byte UnsignedBytes = 8;
    private const int MostAxes = 4;

    /// <param name="path">The file.</param>
    /// <param name="requireSizes">Refuses sizes that the caller cannot take, before the elements are read.</param>
    /// <exception cref="ImcException">The file is absent, is not such an array, or is longer or shorter than it states.</exception>
    public static IdxArray Read(string path, Action<int[]> requireSizes) => InputFile.Read(path, "IDX file", file =>
    {
        bool isPacked = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isPacked ? ReadPacked(file, path, requireSizes) : ReadPlain(file, path, requireSizes);
    });

    private static IdxArray ReadPlain(FileStream file, string path, Action<int[]> requireSizes)
    {
        var (sizes, length) = ReadHeader(file, path);
        requireSizes(sizes);
        if (file.Length - file.Position != length)
            throw new ImcException($"'{path}' has {file.Length - file.Position} bytes after its header, which states sizes "
                + $"({string.Join(", ", sizes)}), {length} bytes. Copy the file again.");
        return new(sizes, new FileBytes(path, file.Position, length));
    }

    private static IdxArray ReadPacked(FileStream file, string path, Action<int[]> requireSizes)
    {
        try
        {
            using var unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            var (sizes, length) = ReadHeader(unpacked, path);
            requireSizes(sizes);
            return new(sizes, MemoryBytes.ReadToEnd(unpacked, length, path));
        }
        catch (InvalidDataException e)
        {
            throw new ImcException($"'{path}' is not a gzip file, or its content is damaged or does not match its checksum "
                + "(gzip -t FILE tells which). Copy it again.", e);
        }
    }

    private static (int[] Sizes, long Length) ReadHeader(Stream stream, string path)
    {
        Span<byte> start = stackalloc byte[4];
        ReadExactly(stream, start, path);
        if (start[0] != 0 || start[1] != 0 || start[3] is < 1 or > MostAxes)
            throw new ImcException($"'{path}' begins with {Convert.ToHexString(start)}; an IDX file of images or labels begins with 0000, "
                + $"its element type and its 1 to {MostAxes} axes (00000803: gray images, 00000801: labels).");
        if (start[2] != UnsignedBytes)
            throw new ImcException($"'{path}' holds elements of type {start[2]:X2}; supported are unsigned bytes (08).");
        var sizes = new int[start[3]];
        Int128 length = 1;
        Span<byte> size = stackalloc byte[4];
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            ReadExactly(stream, size, path);
            uint stated = BinaryPrimitives.ReadUInt32BigEndian(size);
            if (stated > int.MaxValue)
                throw new ImcException($"'{path}' states {stated} elements along axis {axis}; at most {int.MaxValue}.");
            sizes[axis] = (int)stated;
            length *= stated;
        }
        return length <= long.MaxValue ? (sizes, (long)length)
            : throw new ImcException($"'{path}' states sizes ({string.Join(", ", sizes)}), more than any file holds.");
    }

    private static void ReadExactly(Stream stream, Span<byte> destination, string path)
    {
        if (stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            throw new ImcException($"'{path}' ends inside its header.");
    }
}
