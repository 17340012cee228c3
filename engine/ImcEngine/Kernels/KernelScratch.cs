using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>One thread's working memory. It grows to what the largest layer needs and does not shrink. Kernels use raw pointers into it,
/// which do not keep it alive: the caller of a kernel must hold it until the kernel returns.</summary>
internal sealed class KernelScratch
{
    /// <summary>The input codes of each image as bits (<see cref="BitPlanes.PixelBits"/>).</summary>
    public ScratchBuffer ImageBits { get; } = new();

    /// <summary>Input bits with neighbouring pixels in one word, with a margin of zeros for the shifts of the kernel positions.</summary>
    public ScratchBuffer Bitmaps { get; } = new();

    /// <summary>The table rows of a block of output pixels.</summary>
    public ScratchBuffer PixelRows { get; } = new();

    /// <summary>The numbers that counts start from, one for each input plane.</summary>
    public ScratchBuffer CountStarts { get; } = new();

    /// <summary>The input bits under the kernel's window, for each output pixel.</summary>
    public ScratchBuffer WindowBits { get; } = new();

    /// <summary>The input codes under the kernel's window, for each output pixel.</summary>
    public ScratchBuffer WindowCodes { get; } = new();

    /// <summary>The input codes, with all channels of a pixel together.</summary>
    public ScratchBuffer PixelCodes { get; } = new();

    /// <summary>The lists of the channels whose bit is set, for each input pixel.</summary>
    public ScratchBuffer ChannelLists { get; } = new();

    /// <summary>The index at which each of these lists starts.</summary>
    public ScratchBuffer ChannelListStarts { get; } = new();

    /// <summary>The input pixel under each kernel position, for each output pixel.</summary>
    public ScratchBuffer CoveredInputs { get; } = new();

    /// <summary>The table rows that each conversion adds.</summary>
    public ScratchBuffer RowLists { get; } = new();

    /// <summary>The operands of a conversion program, one record per conversion.</summary>
    public ScratchBuffer Conversions { get; } = new();

    /// <summary>The rows that each conversion of the per-conversion kernel adds.</summary>
    public ScratchBuffer DrivenRows { get; } = new();

    /// <summary>The counts of one pixel's conversions.</summary>
    public ScratchBuffer Counts { get; } = new();

    /// <summary>The high halves of the random bits of a few pixels' conversions, and the low ones; or those of a second stage.</summary>
    public ScratchBuffer RandomHalves { get; } = new();

    /// <summary>The random bits of further conversions of the same sums.</summary>
    public ScratchBuffer VoteHalves { get; } = new();

    /// <summary>Running sums of codes, bit-sliced or as integers.</summary>
    public ScratchBuffer Accumulators { get; } = new();

    /// <summary>The accumulators as one integer per lane.</summary>
    public ScratchBuffer LaneSums { get; } = new();

    /// <summary>The accumulators as one integer per output, for each pixel.</summary>
    public ScratchBuffer OutputSums { get; } = new();

    /// <summary>The cells that each conversion adds.</summary>
    public ScratchBuffer CellRows { get; } = new();

    /// <summary>The summed deviations of the driven cells of each conversion.</summary>
    public ScratchBuffer CellSums { get; } = new();

    /// <summary>The counters of a histogram, which are still bit-sliced.</summary>
    public ScratchBuffer ValueCounts { get; } = new();

    /// <summary>The partial sums of the digits of one pixel, and the deviations of their cells.</summary>
    public ScratchBuffer DigitSums { get; } = new();

    /// <summary>The sums of some row groups of a layer.</summary>
    public ScratchBuffer PartSums { get; } = new();

    /// <summary>The sums of some digit pairs of a layer.</summary>
    public ScratchBuffer DigitPartSums { get; } = new();

    /// <summary>The input codes of these digit pairs.</summary>
    public ScratchBuffer DigitPartCodes { get; } = new();

    /// <summary>The same codes as bit-planes.</summary>
    public PackedImage DigitPartPlanes { get; } = new();

    /// <summary>The sums of one chunk, which a second stage converts.</summary>
    public ScratchBuffer ChunkSums { get; } = new();
}

internal sealed unsafe class ScratchBuffer
{
    private AlignedBuffer _buffer = new(0);

    /// <summary>Returns a pointer to at least this many bytes, with undefined contents. Pointers returned before are no longer
    /// valid.</summary>
    public byte* Pointer(long bytes)
    {
        if (_buffer.Length < bytes) _buffer = new(bytes);
        return _buffer.Pointer;
    }

    /// <summary>Returns <paramref name="count"/> times <paramref name="each"/> elements, under the rules of
    /// <see cref="Pointer"/>.</summary>
    public Span<T> Span<T>(int count, int each) where T : unmanaged
    {
        int elements = checked(count * each);
        return new(Pointer((long)elements * sizeof(T)), elements);
    }
}
