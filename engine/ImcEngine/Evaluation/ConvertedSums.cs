using ImcEngine.Kernels.Histograms;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Evaluation;

/// <summary>The partial sums that one ADC of a layer received, and that ADC without errors.</summary>
/// <param name="LeastCounts">The least partial sum that can occur, in counts.</param>
/// <param name="Occurrences">The occurrences of each partial sum from there on: of all digit pairs where they share one ADC, else of the
/// most significant pair. Where row groups are converted differently, of those that are converted as the first one is.</param>
/// <param name="Adc">The ADC.</param>
internal sealed record ConvertedSums(int LeastCounts, IReadOnlyList<long> Occurrences, AdcTransfer Adc)
{
    /// <summary>The occurrences from the least to the greatest partial sum that occurs.</summary>
    public IReadOnlyList<long> Occurring
    {
        get
        {
            long[] all = [.. Occurrences];
            int first = Array.FindIndex(all, count => count > 0);
            return first < 0 ? [] : all[first..(Array.FindLastIndex(all, count => count > 0) + 1)];
        }
    }

    public static ConvertedSums Of(LayerAdcs adcs, RowGroupHistograms histograms)
    {
        var (own, histogram) = (adcs.RowGroups[0], histograms.Of(adcs.RowGroups[0].RowGroups));
        var (inputs, weights) = (histogram.Inputs, histogram.Weights);
        if (own.Transfers.Count > 1)
            return new(histogram.LeastCounts, histogram.CountsOf(inputs.Count - 1, weights.Count - 1).ToArray(),
                own.TransferOf(inputs.Count - 1, weights.Count - 1, weights.Count));
        var all = new long[histogram.MostCounts - histogram.LeastCounts + 1];
        for (int i = 0; i < inputs.Count; i++)
            for (int j = 0; j < weights.Count; j++)
                for (int s = 0; s < all.Length; s++) all[s] += histogram.CountsOf(i, j)[s];
        return new(histogram.LeastCounts, all, own.Transfers[0]);
    }
}
