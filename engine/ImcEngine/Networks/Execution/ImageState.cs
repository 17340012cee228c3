using ImcEngine.BitPlanes;
using ImcEngine.Kernels;

namespace ImcEngine.Networks.Execution;

/// <summary>Receives the input codes and the float result of a macro layer for one image.</summary>
/// <param name="layer">The layer's ordinal among the macro layers.</param>
internal delegate void LayerTap(int layer, ReadOnlySpan<short> codes, ReadOnlySpan<float> result);

/// <summary>Receives an image whose input codes a macro layer has read, the result of exact sums of these codes, and the result on the
/// die.</summary>
/// <param name="layer">The layer's ordinal among the macro layers.</param>
internal delegate void LayerErrorTap(int layer, ImageState state, ReadOnlySpan<float> exact, ReadOnlySpan<float> result);

/// <summary>Receives the images whose tensors a macro layer is about to read.</summary>
/// <param name="layer">The layer's ordinal among the macro layers.</param>
internal delegate void InputsTap(int layer, ReadOnlySpan<ImageState> states);

/// <summary>Receives a float tensor of one image.</summary>
/// <param name="tensor">The tensor's number in the network.</param>
internal delegate void TensorTap(int tensor, ReadOnlySpan<float> elements);

/// <summary>Working memory for the images that one thread runs through a program.</summary>
internal sealed class ThreadMemory(PreparedNetwork network, TileWorkers tiles)
{
    public PreparedNetwork Network { get; } = network;
    public TileWorkers Tiles { get; } = tiles;
    public TensorPool<float> Floats { get; } = new();
    public TensorPool<short> Codes { get; } = new();
    public TensorPool<ulong> Bits { get; } = new();

    /// <summary>Scratch memory of the layer that is running.</summary>
    public PackedImage Packed { get; } = new();

    /// <inheritdoc cref="Packed"/>
    public float[] DigitalScratch { get; } = new float[network.DigitalScratch];

    /// <inheritdoc cref="Packed"/>
    public long[] Sums { get; } = new long[network.LargestMacroResult];
}

/// <summary>The tensors of one image that runs through a program. A tensor exists from the step that computes it to the last step that
/// reads it.</summary>
internal sealed class ImageState(ThreadMemory memory)
{
    private readonly TensorPlaces<float> _floats = new(memory.Floats, memory.Network.Tensors);
    private readonly TensorPlaces<short> _codes = new(memory.Codes, memory.Network.Tensors);
    private readonly TensorPlaces<ulong> _bits = new(memory.Bits, memory.Network.Tensors);
    private readonly bool[] _isBits = new bool[memory.Network.Tensors];

    public ThreadMemory Memory => memory;
    public TileWorkers Tiles => memory.Tiles;

    public RunContext Context { get; private set; }

    /// <summary>The stopwatch ticks that each step took, indexed by the tensor that its first node computes; null if steps are not
    /// timed.</summary>
    public long[]? Ticks { get; set; }

    private PreparedNetwork Network => memory.Network;

    /// <summary>Prepares for an image, whose pixels the caller then writes to tensor 0.</summary>
    public void Start(RunContext context)
    {
        Context = context;
        // The previous image may have been interrupted.
        for (int tensor = 0; tensor < Network.Tensors; tensor++) LetGo(tensor);
        Make(0);
    }

    /// <summary>Allocates a float tensor if it is not allocated yet.</summary>
    public Span<float> Make(int tensor) => _floats.Make(tensor, Network.LengthOf(tensor));

    /// <summary>Releases a tensor that nothing reads any more.</summary>
    public void LetGo(int tensor)
    {
        _floats.LetGo(tensor);
        _codes.LetGo(tensor);
        _bits.LetGo(tensor);
        _isBits[tensor] = false;
    }

    /// <summary>Returns a float tensor, to read or change.</summary>
    public Span<float> Floats(int tensor) => _floats.Elements(tensor);

    /// <inheritdoc cref="Floats"/>
    public TensorMemory<float> FloatMemory(int tensor) => _floats.Memory(tensor);

    /// <summary>Returns a codes tensor as numbers, to read or change.</summary>
    public Span<short> Codes(int tensor) => CodeMemory(tensor).Elements;

    /// <summary>Like <see cref="Codes"/>, for a tensor that may not be allocated yet.</summary>
    public Span<short> MakeCodes(int tensor) => _isBits[tensor] ? Codes(tensor) : NewCodes(tensor);

    /// <inheritdoc cref="Codes"/>
    public unsafe TensorMemory<short> CodeMemory(int tensor)
    {
        if (_isBits[tensor]) Network.LayoutOf(tensor).Unpack(_bits.Pointer(tensor), NewCodes(tensor));
        return _codes.Memory(tensor);
    }

    /// <summary>Returns a codes tensor as bit-planes with pixels side by side.</summary>
    public unsafe ulong* PixelBits(int tensor)
    {
        if (!_isBits[tensor]) Network.LayoutOf(tensor).Pack(_codes.Elements(tensor), NewPixelBits(tensor));
        return _bits.Pointer(tensor);
    }

    /// <summary>Packs a codes tensor into <see cref="ThreadMemory.Packed"/>.</summary>
    /// <param name="tensor">The tensor's number.</param>
    /// <param name="layout">The layout in which the layer reads it, whose channels and pixels may differ from the tensor's.</param>
    /// <param name="convGroups">The number of groups of the convolution.</param>
    public unsafe void Pack(int tensor, in PixelBits layout, int convGroups)
    {
        if (_isBits[tensor] && Network.LayoutOf(tensor) == layout) Memory.Packed.Pack(_bits.Pointer(tensor), layout, convGroups);
        else Memory.Packed.Pack(Codes(tensor), layout, convGroups);
    }

    /// <summary>Copies a codes tensor as bit-planes with pixels side by side.</summary>
    /// <param name="layout">The layout in which a layer reads it, whose channels and pixels may differ from the tensor's.</param>
    /// <param name="words">The bits; written.</param>
    public unsafe void CopyBits(int tensor, in PixelBits layout, ulong* words)
    {
        if (_isBits[tensor] && Network.LayoutOf(tensor) == layout) new ReadOnlySpan<ulong>(_bits.Pointer(tensor), layout.Length - 1)
            .CopyTo(new(words, layout.Length - 1));
        else layout.Pack(Codes(tensor), words);
    }

    /// <summary>Allocates a codes tensor that the caller writes completely.</summary>
    public Span<short> NewCodes(int tensor)
    {
        _isBits[tensor] = false;
        return _codes.Make(tensor, Network.LengthOf(tensor));
    }

    /// <inheritdoc cref="NewCodes"/>
    public unsafe ulong* NewPixelBits(int tensor)
    {
        _isBits[tensor] = true;
        _bits.Make(tensor, Network.LayoutOf(tensor).Length);
        return _bits.Pointer(tensor);
    }
}
