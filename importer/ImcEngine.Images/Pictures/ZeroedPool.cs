using System.Buffers;

namespace ImcEngine.Images.Pictures;

/// <summary>Gives JpegLibrary memory of zeros, as <see cref="BoundedAllocator"/> gives it to ImageSharp.</summary>
internal sealed class ZeroedPool : MemoryPool<byte>
{
    public static ZeroedPool Instance { get; } = new();

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new ZeroedMemory<byte>(Math.Max(minBufferSize, 1));

    protected override void Dispose(bool disposing)
    {
    }
}
