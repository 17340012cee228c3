using System.Text;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>
/// One entry of a tar archive. Every field is written as stated, so that it may be wrong:
/// <code>
/// name[100] mode[8] uid[8] gid[8] size[12] mtime[12] checksum[8] type linkname[100] magic[8] uname[32] gname[32] device[16]
/// prefix[155] pad[12]   contents to 512
/// </code>
/// </summary>
internal sealed record TarEntry(string Name, char Type, byte[] Contents)
{
    private const int BlockBytes = 512, SizeAt = 124, SizeBytes = 12, ChecksumAt = 148, ChecksumBytes = 8, TypeAt = 156, MagicAt = 257;

    /// <summary>The size field; null for the size of the contents.</summary>
    public byte[]? Size { get; init; }

    /// <summary>Changes the header before its checksum is computed.</summary>
    public Action<byte[]> Damage { get; init; } = _ => { };

    public byte[] ToBytes()
    {
        byte[] header = new byte[BlockBytes];
        byte[] name = Encoding.UTF8.GetBytes(Name);
        name.AsSpan(0, Math.Min(name.Length, 100)).CopyTo(header);
        foreach (int at in new[] { 100, 108, 116, 136 }) "0000644\0"u8.CopyTo(header.AsSpan(at));
        byte[] size = Size ?? Octal(Contents.Length);
        size.AsSpan(0, Math.Min(size.Length, SizeBytes)).CopyTo(header.AsSpan(SizeAt));
        header[TypeAt] = (byte)Type;
        "ustar\000"u8.CopyTo(header.AsSpan(MagicAt));
        Damage(header);
        header.AsSpan(ChecksumAt, ChecksumBytes).Fill((byte)' ');
        int sum = header.Sum(each => each);
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header.AsSpan(ChecksumAt));
        return [.. header, .. Contents, .. new byte[(BlockBytes - (Contents.Length % BlockBytes)) % BlockBytes]];
    }

    public static byte[] Octal(long size) => Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(SizeBytes - 1, '0') + "\0");

    /// <summary>Returns a size as GNU writes those too large for octal: big-endian, with the first bit set.</summary>
    public static byte[] Binary(long size)
    {
        byte[] field = new byte[SizeBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(field.AsSpan(SizeBytes - sizeof(long)), size);
        field[0] = (byte)(size < 0 ? 0xFF : 0x80);
        return field;
    }
}
