namespace ImcEngine.Macro;

/// <summary>One edge of an ADC on a die.</summary>
/// <param name="Edge">The index of the edge, from 0; code <c>Edge + 1</c> begins there.</param>
/// <param name="IdealCounts">The designed position, counts.</param>
/// <param name="Counts">The position on the die, counts.</param>
/// <param name="InlLsb">The INL; null if the first and the last edge define no line.</param>
/// <param name="DnlLsb">The DNL of the code above the edge; null for the last edge.</param>
internal readonly record struct AdcEdge(int Edge, double IdealCounts, double Counts, double? InlLsb, double? DnlLsb);

/// <summary>
/// How far the edges of one column's ADC are from a straight line, end-point fit:
/// the line is the ideal edges scaled and shifted so that the first and the last edge lie on it.
/// <code>
/// e[k] edge, E[k] ideal edge, both in counts, ascending, k = 0 .. n - 1
/// a = (e[n-1] - e[0]) / (E[n-1] - E[0])      gain error a - 1
/// b = e[0] - a E[0]                          offset, counts
/// INL[k] = (e[k] - (a E[k] + b)) / (a lsb)
/// DNL[k] = INL[k+1] - INL[k]                 of a uniform ADC: width of code k + 1 in fitted LSB, minus 1; -1 is a missing code
/// </code>
/// </summary>
/// <param name="GainErrorRelative">a - 1; null with fewer than two different edges.</param>
/// <param name="OffsetCounts">b; with fewer than two different edges the first edge's shift.</param>
internal sealed record AdcLinearity(IReadOnlyList<AdcEdge> Edges, double? GainErrorRelative, double OffsetCounts)
{
    /// <summary>The largest |INL|, LSB; 0 if no INL is defined.</summary>
    public double MostInlLsb => Edges.Max(edge => Math.Abs(edge.InlLsb ?? 0));

    /// <summary>The largest |DNL|, LSB; 0 if no DNL is defined.</summary>
    public double MostDnlLsb => Edges.Max(edge => Math.Abs(edge.DnlLsb ?? 0));

    /// <summary>The number of codes between equal edges, which no v can give.</summary>
    public int MissingCodes => Edges.Zip(Edges.Skip(1), (edge, next) => edge.Counts == next.Counts ? 1 : 0).Sum();

    /// <summary>Measures the ADC of one column of a die.</summary>
    /// <param name="ideal">An ADC with edges.</param>
    /// <param name="macro">The macro with its die specification.</param>
    /// <param name="sampler">The draws of the layer on that die.</param>
    /// <param name="array">Array ordinal.</param>
    /// <param name="column">Physical column of the array.</param>
    public static AdcLinearity Measure(AdcTransfer ideal, MacroSpec macro, DieSampler sampler, int array, int column)
    {
        var quanta = new long[ideal.EdgeQuanta.Length];
        ColumnEdges.Compute(ideal, macro.Die, sampler.Column(array, column, sampler.EpsSumQuanta(array, column), ideal), quanta);
        return Measure(ideal.EdgeCounts, Array.ConvertAll(quanta, edge => edge / (double)AdcTransfer.QuantaPerCount), ideal.LsbCounts);
    }

    /// <param name="idealCounts">Ascending ideal edges, counts.</param>
    /// <param name="counts">The die's edges, ascending, counts; as many as <paramref name="idealCounts"/>.</param>
    /// <param name="lsbCounts">Ideal counts per code step.</param>
    public static AdcLinearity Measure(IReadOnlyList<double> idealCounts, IReadOnlyList<double> counts, double lsbCounts)
    {
        if (idealCounts.Count == 0 || idealCounts.Count != counts.Count)
            throw new ArgumentException($"{counts.Count} edges cannot be compared with {idealCounts.Count} ideal ones.", nameof(counts));
        int n = counts.Count;
        double idealSpan = idealCounts[^1] - idealCounts[0], span = counts[^1] - counts[0];
        if (idealSpan == 0 || span == 0)
            return new([.. Enumerable.Range(0, n).Select(k => new AdcEdge(k, idealCounts[k], counts[k], null, null))], null,
                counts[0] - idealCounts[0]);
        double gain = span / idealSpan, offset = counts[0] - gain * idealCounts[0];
        double[] inl = [.. Enumerable.Range(0, n).Select(k => (counts[k] - (gain * idealCounts[k] + offset)) / (gain * lsbCounts))];
        return new([.. Enumerable.Range(0, n)
            .Select(k => new AdcEdge(k, idealCounts[k], counts[k], inl[k], k + 1 < n ? inl[k + 1] - inl[k] : null))], gain - 1, offset);
    }
}
