namespace ImcEngine.Data;

/// <summary>
/// Reads forward and computes the checksum of zip archives over what is read: CRC-32 with the reflected polynomial EDB88320.
/// <see cref="System.IO.Compression.ZipArchive"/> does not check it.
/// </summary>
internal sealed class Crc32Stream(Stream inner) : Stream
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(OfByte)];

    private uint _register = uint.MaxValue;

    public uint Crc32 => ~_register;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        foreach (byte each in buffer[..count]) _register = _register >> 8 ^ Table[(byte)(_register ^ each)];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static uint OfByte(int number)
    {
        uint register = (uint)number;
        for (int bit = 0; bit < 8; bit++) register = (register & 1) == 0 ? register >> 1 : register >> 1 ^ 0xEDB88320;
        return register;
    }
}
