namespace ImcEngine.Images.Arrays;

/// <summary>Bytes in memory, in blocks, so that memory grows with the bytes that are there and not with those that are stated.</summary>
internal sealed class MemoryBytes : IBytes
{
    /// <summary>The most bytes that are unpacked into memory: twice the longest file of the MNIST family.</summary>
    public const long Most = 1L << 30;

    private const int BlockBytes = 1 << 22;

    private readonly List<byte[]> _blocks = [];

    private MemoryBytes(long length) => Length = length;

    public long Length { get; }

    /// <summary>Fills a part of the bytes.</summary>
    public delegate void FillBlock(Span<byte> block);

    /// <summary>Reads bytes of a stated number.</summary>
    /// <param name="length">Their number.</param>
    /// <param name="name">What they are, for messages.</param>
    /// <param name="fill">Fills its argument with the next bytes, and throws where they are not there.</param>
    /// <exception cref="ImcException">They are more than are unpacked into memory.</exception>
    public static MemoryBytes Read(long length, string name, FillBlock fill)
    {
        if (length > Most)
            throw new ImcException($"'{name}' unpacks to {length} bytes of elements; at most {Most} are unpacked into memory. Store it "
                + "without compression.");
        var bytes = new MemoryBytes(length);
        for (long at = 0; at < length; at += BlockBytes)
        {
            var block = new byte[Math.Min(BlockBytes, length - at)];
            fill(block);
            bytes._blocks.Add(block);
        }
        return bytes;
    }

    /// <summary>Reads the rest of a stream, which must have a stated length.</summary>
    /// <inheritdoc cref="Read(long, string, FillBlock)"/>
    /// <exception cref="ImcException">The stream is shorter or longer, or longer than is unpacked into memory.</exception>
    public static MemoryBytes ReadToEnd(Stream stream, long length, string name)
    {
        long read = 0;
        var bytes = Read(length, name, block =>
        {
            int count = stream.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
            read += count;
            if (count < block.Length) throw new ImcException($"'{name}' ends after {read} of {length} element bytes.");
        });
        if (stream.ReadByte() >= 0) throw new ImcException($"'{name}' has more bytes after its {length} element bytes.");
        return bytes;
    }

    public void Read(long at, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var rest = _blocks[(int)(at / BlockBytes)].AsSpan((int)(at % BlockBytes));
            int count = Math.Min(rest.Length, destination.Length);
            rest[..count].CopyTo(destination);
            destination = destination[count..];
            at += count;
        }
    }
}
