using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels;

/// <summary>One thread's working memory; grows to what the largest layer needs and stays. Kernels work with raw pointers into it, which do
/// not keep it alive: whoever runs a kernel holds it until the kernel returns.</summary>
internal sealed class KernelScratch
{
    public ScratchBuffer PixelBits { get; } = new();
    public ScratchBuffer Patches { get; } = new();
    public ScratchBuffer Channels { get; } = new();
    public ScratchBuffer ChannelStarts { get; } = new();
    public ScratchBuffer Covered { get; } = new();
    public ScratchBuffer Starts { get; } = new();
    public ScratchBuffer Lists { get; } = new();
    public ScratchBuffer Selections { get; } = new();
    public ScratchBuffer Accumulators { get; } = new();
    public ScratchBuffer PixelSums { get; } = new();
    public ScratchBuffer LaneSums { get; } = new();
    public ScratchBuffer CellSums { get; } = new();
    public ScratchBuffer ChunkSums { get; } = new();
}

internal sealed unsafe class ScratchBuffer
{
    private AlignedBuffer _buffer = new(0);

    /// <summary>At least this many bytes, contents undefined; what was handed out before is no longer valid.</summary>
    public byte* Pointer(long bytes)
    {
        if (_buffer.Length < bytes) _buffer = new(bytes);
        return _buffer.Pointer;
    }

    /// <summary><paramref name="count"/> times <paramref name="each"/> elements, otherwise as <see cref="Pointer"/>.</summary>
    public Span<T> Span<T>(int count, int each) where T : unmanaged
    {
        int elements = checked(count * each);
        return new(Pointer((long)elements * sizeof(T)), elements);
    }
}
