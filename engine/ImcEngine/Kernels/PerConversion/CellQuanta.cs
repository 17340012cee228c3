using System.Runtime.CompilerServices;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The summed deviations of the driven cells of a conversion, in quanta: for each column one 16-bit sum per segment of
/// <see cref="DieCells"/>.</summary>
/// <param name="first">The sum of the first column's first segment.</param>
/// <param name="segments">The number of segments; 0 where no cell deviates.</param>
/// <param name="stride">The distance from one segment to the next.</param>
internal readonly unsafe struct CellQuanta(short* first, int segments, int stride)
{
    private readonly short* _first = first;
    private readonly int _segments = segments, _stride = stride;
    private readonly int* _whole;
    private readonly long* _wide;

    /// <summary>The deviations of digits of several planes, which take 32 bits.</summary>
    /// <param name="whole">The sum of the first column.</param>
    /// <param name="stride">The distance from one input digit to the next.</param>
    public CellQuanta(int* whole, int stride) : this(null, 0, stride) => _whole = whole;

    /// <summary>The deviations of digits whose sums 32 bits do not hold.</summary>
    /// <inheritdoc cref="CellQuanta(int*, int)"/>
    public CellQuanta(long* wide, int stride) : this(null, 0, stride) => _wide = wide;

    /// <summary>The number of segments; 0 where no cell deviates.</summary>
    public int Segments => _segments;

    /// <summary>The sums of the first segment.</summary>
    public short* First => _first;

    /// <summary>The distance from one segment to the next.</summary>
    public int Stride => _stride;

    /// <summary>Returns the sums of a later input plane.</summary>
    public CellQuanta OfPlane(int plane) => _whole is not null ? new(_whole + plane * _stride, _stride)
        : _wide is not null ? new(_wide + plane * _stride, _stride)
        : new(_first + (long)plane * _segments * _stride, _segments, _stride);

    public long QuantaOf(int column)
    {
        if (_wide is not null) return _wide[column];
        int sum = _whole is null ? 0 : _whole[column];
        for (int segment = 0; segment < _segments; segment++) sum += _first[segment * _stride + column];
        return sum;
    }

    /// <summary>Returns the quanta of neighbouring columns, with the deviations of their cells added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInts AddTo<TInts>(TInts quanta, int column) where TInts : struct, IIntLanes<TInts>
    {
        if (_whole is not null) return TInts.Add(quanta, TInts.Load(_whole + column));
        short* at = _first + column;
        for (int segment = 0; segment < _segments; segment++, at += _stride) quanta = TInts.Add(quanta, TInts.Load(at));
        return quanta;
    }
}
