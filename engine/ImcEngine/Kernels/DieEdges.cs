using System.Numerics;
using System.Runtime.Intrinsics;
using ImcEngine.Macro;

namespace ImcEngine.Kernels;

/// <summary>
/// The edges of a layer's columns on one die, each as the least v above it, so that ties are settled at load:
/// <code>code = number of k with v >= least[k]        least [input plane or one][column of an array, or weight plane where no column differs][k]</code>
/// </summary>
internal sealed class DieEdges
{
    private const int Vector = 8;
    private const int MostCompared = 32;

    private readonly int[] _least;
    private readonly int _length, _columns, _arrayColumns, _weightBits;
    private readonly bool _planePairs, _shared;

    /// <param name="transfers">One, or one per plane pair <c>[inputBit, weightBit]</c>.</param>
    public DieEdges(MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, DieCells cells, DieSampler sampler)
    {
        var map = layer.Map;
        (_arrayColumns, _weightBits, _planePairs) = (map.ArrayColumns, map.WeightFormat.Bits, transfers.Count > 1);
        _shared = !DiffersByColumn(macro.Die);
        _columns = _shared ? _weightBits : map.Arrays * _arrayColumns;
        // At least one is never reached.
        _length = (transfers[0].EdgeQuanta.Length + Vector) / Vector * Vector;
        int planes = _planePairs ? map.InputFormat.Bits : 1;
        _least = new int[checked(planes * _columns * _length)];
        Array.Fill(_least, int.MaxValue);
        for (int plane = 0; plane < planes; plane++)
            for (int column = 0; column < _columns; column++)
            {
                var transfer = transfers[_planePairs ? plane * _weightBits + column % _weightBits : 0];
                int array = column / _arrayColumns, inArray = column % _arrayColumns;
                var errors = _shared ? default : sampler.Column(array, inArray, cells.EpsSumQuanta(array, inArray), transfer);
                Write(transfer, macro.Die, errors, _least.AsSpan((plane * _columns + column) * _length, transfer.EdgeQuanta.Length));
            }
    }

    public long Bytes => (long)_least.Length * sizeof(int);

    /// <summary>Ascending; after the edges of the column at least one that no v reaches.</summary>
    public ReadOnlySpan<int> Of(int array, int column, int inputBit)
    {
        int at = _shared ? column % _weightBits : array * _arrayColumns + column;
        return _least.AsSpan(((_planePairs ? inputBit * _columns : 0) + at) * _length, _length);
    }

    public static int CodeOf(int vQuanta, ReadOnlySpan<int> least)
    {
        if (least.Length > MostCompared) return Search(vQuanta, least);
        var v = Vector256.Create(vQuanta);
        int code = 0;
        for (int k = 0; k < least.Length; k += Vector)
            code += BitOperations.PopCount(Vector256.GreaterThanOrEqual(v, Vector256.Create(least.Slice(k, Vector))).ExtractMostSignificantBits());
        return code;
    }

    /// <summary>No edge reaches as far, so a clamped v has the same code.</summary>
    public static int Clamp(long vQuanta) => (int)Math.Clamp(vQuanta, int.MinValue, int.MaxValue - 1);

    private static int Search(int vQuanta, ReadOnlySpan<int> least)
    {
        int low = 0, high = least.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (vQuanta >= least[middle]) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static void Write(AdcTransfer transfer, DieSpec die, in ColumnErrors errors, Span<int> least)
    {
        ColumnEdges.Compute(transfer, die, errors, least);
        for (int k = 0; k < least.Length; k++)
            if (!transfer.TieBelongsAbove(k)) least[k]++;
        // Equal edges whose ties go different ways stand in the wrong order; a code is a count, so order is free.
        least.Sort();
    }

    private static bool DiffersByColumn(DieSpec die) =>
        die.CellSigmaRelative() > 0 || die.ColumnOffsetCounts > 0 || die.ColumnOffsetLsb > 0 || die.GainErrorRelative > 0 || die.EdgeErrorLsb > 0 || die.SarMismatchRelative > 0;
}
