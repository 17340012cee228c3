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

    public ImageState(NetworkProgram program, TileWorkers tiles)
    {
        Program = program;
        Tiles = tiles;
        // Pinned, so that kernels can be handed several images' tensors by their addresses.
        _floats = Array.ConvertAll(program.FloatSlots, length => GC.AllocateArray<float>(length, pinned: true));
        _codes = Array.ConvertAll(program.CodeSlots, length => GC.AllocateArray<short>(length, pinned: true));
        DigitalScratch = new float[program.DigitalScratch];
        Sums = new long[program.LargestMacroResult];
    }

    public NetworkProgram Program { get; }
    public TileWorkers Tiles { get; }
    public PackedImage Packed { get; } = new();
    public float[] DigitalScratch { get; }
    public long[] Sums { get; }

    /// <summary>Null: exact sums.</summary>
    public Die? Die { get; set; }

    public RunContext Context { get; set; }

    public required MappedNetwork Mapped { get; init; }
    public LayerTap? Tap { get; set; }
    public TensorTap? TensorTap { get; set; }

    /// <summary>Per step of the program, the stopwatch's ticks that it took; null where no one asks.</summary>
    public long[]? StepTicks { get; set; }

    public Span<float> Floats(int tensor) => _floats[Program.SlotOf(tensor)].AsSpan(0, Program.LengthOf(tensor));
    public Span<short> Codes(int tensor) => _codes[Program.SlotOf(tensor)].AsSpan(0, Program.LengthOf(tensor));

    public unsafe float* FloatsPointer(int tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Floats(tensor)));
    public unsafe short* CodesPointer(int tensor) => (short*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Codes(tensor)));
}
