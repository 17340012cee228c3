using System.Runtime.CompilerServices;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>What the cells of a conversion deviate, quanta:
/// per column a sum for each segment of <see cref="DieCells"/>, within 16 bits.</summary>
/// <param name="first">Of the first column's first segment.</param>
/// <param name="segments">None where no cell deviates.</param>
/// <param name="stride">From one segment to the next.</param>
internal readonly unsafe struct CellQuanta(short* first, int segments, int stride)
{
    private readonly short* _first = first;
    private readonly int _segments = segments, _stride = stride;

    public int QuantaOf(int column)
    {
        int sum = 0;
        for (int segment = 0; segment < _segments; segment++) sum += _first[segment * _stride + column];
        return sum;
    }

    /// <summary>Quanta of neighbouring columns with their cells' added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInts AddTo<TInts>(TInts quanta, int column) where TInts : struct, IIntLanes<TInts>
    {
        short* at = _first + column;
        for (int segment = 0; segment < _segments; segment++, at += _stride) quanta = TInts.Add(quanta, TInts.Load(at));
        return quanta;
    }
}
