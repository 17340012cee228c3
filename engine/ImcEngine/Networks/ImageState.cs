using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels;

namespace ImcEngine.Networks;

/// <summary>Sees a macro layer's input codes and float result as an image passes.</summary>
/// <param name="layer">Ordinal among the macro layers.</param>
public delegate void LayerTap(int layer, ReadOnlySpan<short> codes, ReadOnlySpan<float> result);

/// <summary>Sees a float tensor as an image passes.</summary>
/// <param name="tensor">Number in the network.</param>
public delegate void TensorTap(int tensor, ReadOnlySpan<float> elements);

/// <summary>One image on its way through a program: its tensors, and the working memory of the thread that carries it.</summary>
internal sealed class ImageState
{
    private readonly float[][] _floats;
    private readonly short[][] _codes;
    private readonly ulong[][] _bits;
    private readonly bool[] _isBits, _isMade;

    public ImageState(NetworkProgram program, TileWorkers tiles)
    {
        Program = program;
        Tiles = tiles;
        // Pinned, so that kernels can be handed several images' tensors by their addresses.
        _floats = Array.ConvertAll(program.FloatSlots, length => GC.AllocateArray<float>(length, pinned: true));
        _codes = Array.ConvertAll(program.CodeSlots, length => GC.AllocateArray<short>(length, pinned: true));
        _bits = Array.ConvertAll(program.BitSlots, length => GC.AllocateArray<ulong>(length, pinned: true));
        (_isBits, _isMade) = (new bool[_codes.Length], new bool[program.Tensors]);
        DigitalScratch = new float[program.DigitalScratch];
        Sums = new long[program.LargestMacroResult];
    }

    public NetworkProgram Program { get; }
    public TileWorkers Tiles { get; }
    public PackedImage Packed { get; } = new();
    public float[] DigitalScratch { get; }
    public long[] Sums { get; }

    public required Die Die { get; set; }

    public RunContext Context { get; private set; }

    public LayerTap? Tap { get; set; }
    public TensorTap? TensorTap { get; set; }

    /// <summary>Every step makes its own tensor and no other, since someone may read or change them in between.</summary>
    public bool IsStepped { get; init; }

    /// <summary>Per step of the program, the stopwatch's ticks that it took; null where no one asks.</summary>
    public long[]? StepTicks { get; set; }

    public Span<float> Floats(int tensor) => _floats[Program.SlotOf(tensor)].AsSpan(0, Program.LengthOf(tensor));

    /// <summary>A codes tensor, to read or change.</summary>
    public unsafe Span<short> Codes(int tensor)
    {
        int slot = Program.SlotOf(tensor);
        if (_isBits[slot]) Program.LayoutOf(tensor).Unpack(BitsOf(slot), CodesOf(tensor));
        _isBits[slot] = false;
        return CodesOf(tensor);
    }

    /// <summary>The same as bit-planes with pixels side by side.</summary>
    public unsafe ulong* PixelBits(int tensor)
    {
        int slot = Program.SlotOf(tensor);
        if (!_isBits[slot]) Program.LayoutOf(tensor).Pack(CodesOf(tensor), BitsOf(slot));
        _isBits[slot] = true;
        return BitsOf(slot);
    }

    /// <summary>To be written as a whole.</summary>
    public Span<short> NewCodes(int tensor)
    {
        _isBits[Program.SlotOf(tensor)] = false;
        return CodesOf(tensor);
    }

    /// <inheritdoc cref="NewCodes"/>
    public unsafe ulong* NewPixelBits(int tensor)
    {
        int slot = Program.SlotOf(tensor);
        _isBits[slot] = true;
        return BitsOf(slot);
    }

    /// <summary>The step that makes this tensor has nothing left to do: the one before it has made it.</summary>
    public void SkipMaking(int tensor) => _isMade[tensor] = true;

    /// <summary>Before an image: the one before may have been broken off.</summary>
    public void Start(Die die, RunContext context)
    {
        (Die, Context) = (die, context);
        Array.Clear(_isMade);
    }

    /// <summary>Once after <see cref="SkipMaking"/>.</summary>
    public bool IsMade(int tensor)
    {
        ref bool isMade = ref _isMade[tensor];
        bool was = isMade;
        isMade = false;
        return was;
    }

    public unsafe float* FloatsPointer(int tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Floats(tensor)));

    private Span<short> CodesOf(int tensor) => _codes[Program.SlotOf(tensor)].AsSpan(0, Program.LengthOf(tensor));

    private unsafe ulong* BitsOf(int slot) => (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bits[slot]));
}
