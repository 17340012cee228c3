using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels;

/// <summary>One thread's working memory; grows to what the largest layer needs and stays. Kernels work with raw pointers into it, which do
/// not keep it alive: whoever runs a kernel holds it until the kernel returns.</summary>
internal sealed class KernelScratch
{
    /// <summary>Input codes as bits, image by image (<see cref="BitPlanes.PixelBits"/>).</summary>
    public ScratchBuffer ImageBits { get; } = new();

    /// <summary>Input bits with pixels side by side and a margin around, for every shift that kernel positions need.</summary>
    public ScratchBuffer Bitmaps { get; } = new();

    /// <summary>Table rows of a block of output pixels.</summary>
    public ScratchBuffer PixelRows { get; } = new();

    /// <summary>What counts start from, input plane by input plane.</summary>
    public ScratchBuffer CountStarts { get; } = new();

    /// <summary>Input bits under the kernel's window, output pixel by output pixel.</summary>
    public ScratchBuffer WindowBits { get; } = new();

    /// <summary>Input codes under the kernel's window, output pixel by output pixel.</summary>
    public ScratchBuffer WindowCodes { get; } = new();

    /// <summary>Input codes, all channels of a pixel together.</summary>
    public ScratchBuffer PixelCodes { get; } = new();

    /// <summary>The set channels of input pixels.</summary>
    public ScratchBuffer ChannelLists { get; } = new();

    /// <summary>Where each of the channels' lists starts.</summary>
    public ScratchBuffer ChannelListStarts { get; } = new();

    /// <summary>The input pixel under every kernel position, output pixel by output pixel.</summary>
    public ScratchBuffer CoveredInputs { get; } = new();

    /// <summary>The table rows that each conversion adds.</summary>
    public ScratchBuffer RowLists { get; } = new();

    /// <summary>What a conversion program reads of each conversion.</summary>
    public ScratchBuffer Conversions { get; } = new();

    /// <summary>What the kernel of every conversion by itself reads of each conversion.</summary>
    public ScratchBuffer DrivenRows { get; } = new();

    /// <summary>Sums of codes while they are added up: bit-sliced, or integers.</summary>
    public ScratchBuffer Accumulators { get; } = new();

    /// <summary>Accumulators as an integer per lane.</summary>
    public ScratchBuffer LaneSums { get; } = new();

    /// <summary>Accumulators as an integer per output, pixel by pixel.</summary>
    public ScratchBuffer OutputSums { get; } = new();

    /// <summary>What the cells of each conversion deviate.</summary>
    public ScratchBuffer CellSums { get; } = new();

    /// <summary>Sums of a second stage's chunk.</summary>
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
