namespace ImcEngine.Macro;

/// <summary>The drawn errors that move the edges of one column. The ADC's own errors are equal in all columns that share it.</summary>
/// <param name="MeanEpsRelative">Mean deviation of all cells on the column.</param>
/// <param name="GainRelative">Gain error of the ADC.</param>
/// <param name="OffsetCounts">Offset of the column.</param>
/// <param name="EdgesLsb">Error of each edge of the ADC, LSB; null: none.</param>
/// <param name="SarWeights">The ADC's binary-weighted capacitors, least significant first, in units of the least;
/// null: not a SAR, or an ideal one.</param>
internal readonly record struct ColumnErrors(
    double MeanEpsRelative = 0, double GainRelative = 0, double OffsetCounts = 0, double[]? EdgesLsb = null, double[]? SarWeights = null);

/// <summary>
/// The edges of one column on a die (ARITHMETIC §4):
/// <code>
/// edge[k] = round(4096 * ((e[k] + d[k] * lsb) * (1 + g) * (1 + meanEps + p) / (tracks ? 1 + p : 1) + o)),  then sorted
/// </code>
/// It is evaluated in double in exactly this order and rounded once, half to even.
/// With SAR weights, <see cref="SarDac.EdgesCounts"/> replaces e + d * lsb. Equal edges mean missing codes.
/// </summary>
internal static class ColumnEdges
{
    /// <summary>The largest magnitude of an edge on a die: twice that of an ideal one.</summary>
    private const int MaxMagnitudeCounts = 2 * AdcTransfer.MaxMagnitudeCounts;

    /// <summary>Writes the ascending edges in quanta, one fewer than codes.</summary>
    /// <exception cref="SpecException">An edge lies too far away.</exception>
    public static void Compute(AdcTransfer ideal, DieSpec die, in ColumnErrors errors, Span<long> edgeQuanta)
    {
        if (errors.SarWeights is { } weights)
        {
            Span<double> sarEdges = new double[edgeQuanta.Length];
            SarDac.EdgesCounts(weights, ideal.LevelCounts[0], ideal.LsbCounts, sarEdges);
            for (int k = 0; k < edgeQuanta.Length; k++) edgeQuanta[k] = EdgeQuanta(sarEdges[k], die, errors);
        }
        else
        {
            for (int k = 0; k < edgeQuanta.Length; k++)
            {
                double edgeErrorLsb = errors.EdgesLsb is { } edges ? edges[k] : 0;
                edgeQuanta[k] = EdgeQuanta(ideal.EdgeCounts[k] + edgeErrorLsb * ideal.LsbCounts, die, errors);
            }
        }
        edgeQuanta.Sort();
    }

    private static long EdgeQuanta(double edgeCounts, DieSpec die, in ColumnErrors errors)
    {
        double p = die.ParasiticRelative;
        double edgeOnDieCounts = edgeCounts * (1 + errors.GainRelative) * (1 + errors.MeanEpsRelative + p)
            / (die.ReferenceTracksParasitic ? 1 + p : 1) + errors.OffsetCounts;
        return Math.Abs(edgeOnDieCounts) <= MaxMagnitudeCounts
            ? AdcTransfer.ToQuanta(edgeOnDieCounts)
            : throw new SpecException("macro.die", $"an edge moved to {edgeOnDieCounts} counts",
                $"edges must stay within {MaxMagnitudeCounts} counts; use a smaller range or smaller errors");
    }
}
