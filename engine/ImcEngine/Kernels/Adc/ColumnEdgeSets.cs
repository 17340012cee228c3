using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Which columns of a layer have edges of their own on one die, and these edges:
/// <code>column index   [input digit, or 1][error set, or 1][weight digit of the convolution group]</code>
/// A weight digit is converted as one column (ARITHMETIC §15); where digits have one plane it is one. An error set is the edges of the
/// columns of one row tile; where columns have no errors, all row tiles share one.
/// </summary>
internal sealed class ColumnEdgeSets
{
    private const long MostBytes = 1L << 30;

    private readonly LayerMap _map;
    private readonly MacroSpec _macro;
    private readonly MergedAdcs _adcs;
    private readonly DieSampler _sampler;
    private readonly Func<int, int, long> _epsSumQuanta;
    private readonly bool _differs, _planePairs;

    /// <param name="columns">The weight digits of a convolution group, padded.</param>
    /// <param name="epsSumQuanta">Returns the summed deviations of the cells of a digit, given its array and its lowest column, see
    /// <see cref="DieSampler.EpsSumQuanta"/>.</param>
    public ColumnEdgeSets(
        MappedLayer layer, MacroSpec macro, MergedAdcs adcs, DieSampler sampler, int columns,
        Func<int, int, long> epsSumQuanta)
    {
        (_map, _macro, _adcs, _sampler, _epsSumQuanta) = (layer.Map, macro, adcs, sampler, epsSumQuanta);
        (_differs, _planePairs) = (DieEdges.DiffersByColumn(macro.Die), adcs.Adcs.Count > 1);
        (Columns, Count) = (columns, adcs.Edges);
        Sets = _differs ? _map.Geometry.Groups * _map.ErrorSetGroups.Length : 1;
        Planes = _planePairs ? _map.InputDigits.Count : 1;
    }

    /// <summary>The number of input digits with different edges.</summary>
    public int Planes { get; }

    /// <summary>The number of error sets.</summary>
    public int Sets { get; }

    /// <summary>The number of columns of a convolution group, padded.</summary>
    public int Columns { get; }

    /// <summary>The number of edges of a column.</summary>
    public int Count { get; }

    /// <summary>Returns the index of a column among all that have their own edges.</summary>
    public long ColumnIndex(int errorSet, int inputBit, int column) =>
        ((_planePairs ? inputBit * Sets : 0) + (Sets == 1 ? 0 : errorSet)) * (long)Columns + column;

    /// <summary>Makes the memory for the edges of all columns.</summary>
    /// <param name="edgeBytes">The bytes of an edge.</param>
    /// <param name="edges">The edges of a column, padded.</param>
    /// <exception cref="ImcException">They take too much.</exception>
    public AlignedBuffer Allocate(int edges, int edgeBytes)
    {
        long bytes = (long)Planes * Sets * edges * Columns * edgeBytes;
        return bytes <= MostBytes ? new(bytes)
            : throw new ImcException(
                $"A layer of {_map.Geometry.OutputChannels} output channels has {Count} edges on each of {(long)Planes * Sets * Columns} "
                    + $"columns of its die, {bytes >> 20} MiB; allowed are at most {MostBytes >> 20} MiB. Lower macro.adc.bits or levels.");
    }

    /// <summary>Computes the edges of a column that is in use, each as the largest v that is not above it.</summary>
    /// <param name="below">Receives the edges, ascending, in quanta.</param>
    public void Write(int errorSet, int plane, int column, Span<long> below)
    {
        int setsOfGroup = _map.ErrorSetGroups.Length, digits = _map.WeightDigits.Count;
        var place = _map.PlaceDigit(_map.PlaceFirst(errorSet / setsOfGroup, _map.ErrorSetGroups[errorSet % setsOfGroup]), column);
        int transfer = _planePairs ? plane * digits + column % digits : 0;
        var errors = !_differs ? default
            : _sampler.Column(place.Array, place.Column, _epsSumQuanta(place.Array, place.Column), _adcs.Transfers[transfer]);
        _adcs.WriteEdges(transfer, _macro.Die, errors, below);
    }
}
