using ImcEngine.BitPlanes;
using ImcEngine.Kernels;

namespace ImcEngine.Networks.Execution;

/// <summary>Sees a macro layer's input codes and float result as an image passes.</summary>
/// <param name="layer">Ordinal among the macro layers.</param>
internal delegate void LayerTap(int layer, ReadOnlySpan<short> codes, ReadOnlySpan<float> result);

/// <summary>Sees a float tensor as an image passes.</summary>
/// <param name="tensor">Number in the network.</param>
internal delegate void TensorTap(int tensor, ReadOnlySpan<float> elements);

/// <summary>Working memory of the images that one thread carries through a program.</summary>
internal sealed class ThreadMemory(NetworkProgram program, TileWorkers tiles)
{
    public NetworkProgram Program { get; } = program;
    public TileWorkers Tiles { get; } = tiles;
    public TensorPool<float> Floats { get; } = new();
    public TensorPool<short> Codes { get; } = new();
    public TensorPool<ulong> Bits { get; } = new();

    /// <summary>Of the layer that runs.</summary>
    public PackedImage Packed { get; } = new();

    /// <inheritdoc cref="Packed"/>
    public float[] DigitalScratch { get; } = new float[program.DigitalScratch];

    /// <inheritdoc cref="Packed"/>
    public long[] Sums { get; } = new long[program.LargestMacroResult];
}

/// <summary>One image on its way through a program: its tensors, from the step that makes one to the last that reads it.</summary>
internal sealed class ImageState(ThreadMemory memory)
{
    private readonly TensorPlaces<float> _floats = new(memory.Floats, memory.Program.Tensors);
    private readonly TensorPlaces<short> _codes = new(memory.Codes, memory.Program.Tensors);
    private readonly TensorPlaces<ulong> _bits = new(memory.Bits, memory.Program.Tensors);
    private readonly bool[] _isBits = new bool[memory.Program.Tensors], _isMade = new bool[memory.Program.Tensors];

    public ThreadMemory Memory => memory;
    public NetworkProgram Program => memory.Program;
    public TileWorkers Tiles => memory.Tiles;

    public required Die Die { get; set; }

    public RunContext Context { get; private set; }

    /// <summary>Images under way with this one, itself included: so many can pass a layer together.</summary>
    public int BatchImages { get; private set; } = 1;

    public LayerTap? Tap { get; set; }
    public TensorTap? TensorTap { get; set; }

    /// <summary>Every step makes its own tensor and no other, since someone may read or change them in between,
    /// or write what a step would have made.</summary>
    public bool IsStepped { get; init; }

    /// <summary>Per step of the program, the stopwatch's ticks that it took; null where no one asks.</summary>
    public long[]? StepTicks { get; set; }

    /// <summary>Before an image, whose pixels are then written to tensor 0.</summary>
    /// <param name="batch">See <see cref="BatchImages"/>.</param>
    public void Start(Die die, RunContext context, int batch)
    {
        (Die, Context, BatchImages) = (die, context, batch);
        // The image before may have been broken off.
        for (int tensor = 0; tensor < Program.Tensors; tensor++) LetGo(tensor);
        Make(0);
    }

    /// <summary>Gives a float tensor its place, where it has none yet.</summary>
    public void Make(int tensor) => _floats.Make(tensor, Program.LengthOf(tensor));

    /// <summary>No one reads the tensor any more.</summary>
    public void LetGo(int tensor)
    {
        _floats.LetGo(tensor);
        _codes.LetGo(tensor);
        _bits.LetGo(tensor);
        _isBits[tensor] = _isMade[tensor] = false;
    }

    /// <summary>A float tensor, to read or change.</summary>
    public Span<float> Floats(int tensor) => IsStepped ? _floats.Make(tensor, Program.LengthOf(tensor)) : _floats.Elements(tensor);

    /// <inheritdoc cref="Floats"/>
    public TensorMemory<float> FloatMemory(int tensor) => new(Floats(tensor));

    /// <summary>A codes tensor, to read or change.</summary>
    public unsafe Span<short> Codes(int tensor)
    {
        if (_isBits[tensor]) Program.LayoutOf(tensor).Unpack(_bits.Pointer(tensor), NewCodes(tensor));
        return IsStepped ? _codes.Make(tensor, Program.LengthOf(tensor)) : _codes.Elements(tensor);
    }

    /// <inheritdoc cref="Codes"/>
    public TensorMemory<short> CodeMemory(int tensor) => new(Codes(tensor));

    /// <summary>The same as bit-planes with pixels side by side.</summary>
    public unsafe ulong* PixelBits(int tensor)
    {
        if (!_isBits[tensor]) Program.LayoutOf(tensor).Pack(_codes.Elements(tensor), NewPixelBits(tensor));
        return _bits.Pointer(tensor);
    }

    /// <summary>A codes tensor into <see cref="ThreadMemory.Packed"/>.</summary>
    /// <param name="layout">As the layer reads it, which may see other channels and pixels in it.</param>
    public unsafe void Pack(int tensor, in PixelBits layout, int convGroups)
    {
        if (_isBits[tensor] && Program.LayoutOf(tensor) == layout) Memory.Packed.Pack(_bits.Pointer(tensor), layout, convGroups);
        else Memory.Packed.Pack(Codes(tensor), layout, convGroups);
    }

    /// <summary>To be written as a whole.</summary>
    public Span<short> NewCodes(int tensor)
    {
        _isBits[tensor] = false;
        return _codes.Make(tensor, Program.LengthOf(tensor));
    }

    /// <inheritdoc cref="NewCodes"/>
    public unsafe ulong* NewPixelBits(int tensor)
    {
        _isBits[tensor] = true;
        _bits.Make(tensor, Program.LayoutOf(tensor).Length);
        return _bits.Pointer(tensor);
    }

    /// <summary>The step that makes this tensor has nothing left to do: one before it has made it.</summary>
    public void SkipMaking(int tensor) => _isMade[tensor] = true;

    /// <summary>After <see cref="SkipMaking"/>.</summary>
    public bool IsMade(int tensor) => _isMade[tensor];
}
