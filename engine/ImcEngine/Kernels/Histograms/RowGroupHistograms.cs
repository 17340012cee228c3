using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Histograms;

/// <summary>The histograms of the partial sums of a layer: one for all row groups together, or one for each.</summary>
/// <param name="layer">The layer.</param>
/// <param name="areSeparate">Whether each row group has its own.</param>
internal sealed class RowGroupHistograms(MappedLayer layer, bool areSeparate = false)
{
    private readonly ConversionHistogram[] _all =
        [.. Enumerable.Range(0, areSeparate ? layer.Map.Groups.Length : 1).Select(_ => ConversionHistogram.For(layer))];

    /// <summary>The histograms, in the order of row groups.</summary>
    public IReadOnlyList<ConversionHistogram> All => _all;

    /// <summary>The histogram that counts the conversions of a row group.</summary>
    public ConversionHistogram this[int rowGroup] => _all[_all.Length == 1 ? 0 : rowGroup];

    /// <summary>Returns the histogram of some row groups together: of all, where they are not separate.</summary>
    public ConversionHistogram Of(IReadOnlyList<int> rowGroups)
    {
        if (_all.Length == 1) return _all[0];
        var sum = ConversionHistogram.For(layer);
        foreach (int rowGroup in rowGroups) sum.Add(_all[rowGroup]);
        return sum;
    }

    /// <summary>Returns the histogram of all row groups together.</summary>
    public ConversionHistogram OfAll() => Of([.. Enumerable.Range(0, _all.Length)]);

    /// <summary>Adds the occurrences of other histograms of the same layer.</summary>
    public void Add(RowGroupHistograms other)
    {
        for (int i = 0; i < _all.Length; i++) _all[i].Add(other._all[i]);
    }

    /// <summary>Leaves out the digit pairs that the layer does not convert.</summary>
    public void LeaveOutDigitalPairs()
    {
        foreach (var histogram in _all) histogram.LeaveOutDigitalPairs(layer.Map);
    }
}
