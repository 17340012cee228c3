using CommunityToolkit.HighPerformance.Buffers;
using ImcEngine.Macro;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// The ADCs of a layer on any die, with neighbouring codes merged whose levels are equal in every ADC, such as the two lowest of preset
/// D21. Levels are then more often on a line. A code is the number of edges below v, so an edge is left out by its rank among the sorted
/// edges of a column, wherever errors have moved it.
/// </summary>
internal sealed class MergedAdcs
{
    private readonly int[] _kept;

    /// <param name="transfers">One, or one per digit pair <c>[inputDigit, weightDigit]</c>; with edges.</param>
    /// <param name="unit">The unit of the levels.</param>
    public MergedAdcs(IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit)
    {
        Transfers = transfers;
        IntegerAdc[] all = [.. transfers.Select(transfer => IntegerAdc.FromTransfer(transfer, unit))];
        _kept = [.. Enumerable.Range(0, all[0].Thresholds.Length).Where(edge => all.Any(adc => adc.Separates(edge)))];
        Adcs = _kept.Length == all[0].Thresholds.Length ? all : [.. all.Select(adc => adc.With(_kept))];
    }

    public IReadOnlyList<AdcTransfer> Transfers { get; }

    /// <summary>The merged ADCs, one for each transfer.</summary>
    public IReadOnlyList<IntegerAdc> Adcs { get; }

    /// <summary>The number of edges of a column.</summary>
    public int Edges => _kept.Length;

    /// <summary>Writes a column's edges, each as the largest v that is not above it, ascending.</summary>
    /// <param name="transfer">The index of the column's transfer.</param>
    /// <param name="below">The edges, in quanta; written.</param>
    public void WriteEdges(int transfer, DieSpec die, in ColumnErrors errors, Span<long> below)
    {
        using var all = SpanOwner<long>.Allocate(Transfers[transfer].EdgeQuanta.Length);
        DieEdges.Write(Transfers[transfer], die, errors, all.Span);
        for (int k = 0; k < below.Length; k++) below[k] = all.Span[_kept[k]];
    }
}
