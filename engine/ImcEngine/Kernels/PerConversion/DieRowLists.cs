using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>Lists the rows that the conversions of a tile of pixels add.</summary>
internal sealed unsafe class DieRowLists
{
    private readonly MappedLayer _layer;
    private readonly MatchCounter _counter;
    private readonly DieCells _cells;
    private readonly int _listLength;

    public DieRowLists(MappedLayer layer, MatchCounter counter, DieCells cells)
    {
        (_layer, _counter, _cells) = (layer, counter, cells);
        _listLength = layer.LargestGroup + MatchCounter.RowStep + WideRowList.Slack;
    }

    /// <summary>Returns the input bits under the window at each of a tile's pixels, <c>[pixel][plane][word]</c>.</summary>
    public Span<ulong> ReadPatches(PackedImage image, int convGroup, int firstPixel, int pixels, KernelScratch scratch)
    {
        int words = image.Planes * _layer.Patch.Words;
        var patches = scratch.WindowBits.Span<ulong>(pixels, words);
        for (int i = 0; i < pixels; i++) _layer.Patch.Read(image, convGroup, firstPixel + i, patches.Slice(i * words, words));
        return patches;
    }

    /// <summary>Lists the rows of one row group.</summary>
    /// <param name="planes">The planes of the patches.</param>
    /// <param name="firstPixel">The first pixel of the tile.</param>
    /// <param name="selections">The lists, <c>[pixel][input plane]</c>; written. They point into the scratch.</param>
    public void List(int planes, int convGroup, int rowGroup, int firstPixel, ReadOnlySpan<ulong> patches, KernelScratch scratch,
        Span<DrivenRows> selections)
    {
        var map = _layer.Map;
        var group = map.Groups[rowGroup];
        int words = _layer.Patch.Words, bits = map.InputFormat.Bits;
        bool isXnor = map.Product.HasSignedInputBits();
        var list = (int*)scratch.RowLists.Pointer((long)selections.Length * _listLength * sizeof(int));
        long cellLength = (long)_cells.MostSegments * _cells.ListLength;
        var cellRows = (ushort*)scratch.CellRows.Pointer(selections.Length * cellLength * sizeof(ushort));
        for (int i = 0; i < selections.Length; i++, list += _listLength, cellRows += cellLength)
        {
            var patch = patches.Slice(i / bits * planes * words, planes * words);
            var plane = patch.Slice(i % bits * words, words);
            var driven = isXnor ? _layer.Driven(firstPixel + i / bits, patch) : [];
            int set = _counter.RowList.Append(plane, [], group, 0, list), listed = set;
            if (isXnor) listed += _counter.RowList.Append(driven, plane, group, _counter.ComplementRow, list + listed);
            int padded = WideRowList.Pad(list, listed, MatchCounter.RowStep, _counter.ZeroRow);
            bool listsCells = _cells.HasMismatch && i % bits % CellRows.MostPlanes == 0;
            if (listsCells)
                _cells.List(convGroup, rowGroup, patch[(i % bits * words)..], Math.Min(bits - i % bits, CellRows.MostPlanes), driven,
                    cellRows);
            selections[i] = map.Product.HasSignedWeightBits() ? new(list, padded, listsCells ? cellRows : null, 2, -listed)
                : new(list, padded, listsCells ? cellRows : null, 1, set - listed);
        }
    }
}
